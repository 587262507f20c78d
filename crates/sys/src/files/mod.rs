//! Files: written whole or not at all, copied cheaply, removed even when they resist.

mod append;
mod atomic;
mod copy;
mod remove;
mod size;
mod sparse;

pub use append::Appender;
pub use atomic::{replace, replace_with, sync_dir, write, write_atomic};
pub use copy::copy_tree;
pub use remove::remove_tree;
pub use size::size;
pub use sparse::{data, punch};

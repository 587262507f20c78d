//! Reads Python without running it: which tests exist.
//!
//! What lives here: which files pytest looks into, what stands in a module, and the tests that follow from it, with
//! pytest's node ids wherever they follow from literals. What does not: finding pytest's configuration (it comes as
//! [`Settings`]), and showing anything.

mod collect;
mod files;
mod pattern;
mod project;
mod read;
mod settings;

pub use collect::collect;
pub use settings::Settings;

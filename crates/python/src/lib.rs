//! Reads Python without running it: which tests exist, and which files cannot be imported.
//!
//! What lives here: which files pytest looks into, what stands in a module, the tests that follow from it, with pytest's
//! node ids wherever they follow from literals, and where the imports lead. What does not: finding pytest's configuration (it comes as
//! [`Settings`]), and showing anything.

mod cache;
mod collect;
mod diagnose;
mod files;
mod graph;
mod impact;
mod pattern;
mod project;
mod read;
mod repair;
mod settings;
mod stand_ins;
mod tree;
mod world;

pub use collect::collect;
pub use diagnose::plugin_of;
pub use settings::{Changes, Declared, ImportMode, Refusal, Settings};

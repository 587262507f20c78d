//! What the user wrote, read and lowered to a plan.
//!
//! What lives here: discovery of what a repository already has, `testyard.toml` with its overrides, compose files as
//! trees with places, and the lowering of all of it to one [`testyard_model::Plan`]. What does not: anything that
//! starts a process or changes the project.

pub mod bake;
pub mod codes;
pub mod commandline;
pub mod compose;
pub mod config;
pub mod discover;
pub mod dockerfile;
pub mod dockerignore;
mod error;
pub mod init;
mod lower;
pub mod nearest;
mod project;
mod request;
pub mod script;
mod soften;
pub mod source;
#[cfg(test)]
mod testing;
pub mod workflow;

pub use config::units::duration;
pub use error::ConfigError;
pub use lower::lower;
pub use project::{Project, Retention, load};
pub use request::{Only, Request};

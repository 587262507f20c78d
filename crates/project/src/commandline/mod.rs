//! Lines for a shell as other files hold them (a workflow's `run:`, a job's `script:`), and what they say to Docker.
//!
//! What lives here: splitting a text into simple commands with the place of every word, and reading `docker build`,
//! `docker compose`, `docker buildx bake` and calls of scripts out of them. What does not: scripts as a whole, and
//! anything that would need a shell to run: a word with a variable or a pattern is not known, and says so.

mod docker;
mod flags;
mod split;
#[cfg(test)]
mod tests;
mod words;

pub use docker::{BakeCall, BuildCall, Call, ComposeCall, call};
pub use split::split;
pub use words::{Command, Origin, Word};

//! Processes, as the rest of Testyard sees them.
//!
//! What lives here: the [`Command`] to run, the [`Child`] it becomes, and [`output`] for the common case. What does
//! not: how a process is started; only a [`crate::keeper::Keeper`] does that.

mod capture;
mod child;
mod command;
mod exit;

pub use capture::{OUTPUT_CAP, Output, output};
pub use child::Child;
pub use command::{Command, RunAs, Stdio};
pub use exit::Exit;
/// A signal, such as [`Signal::TERM`].
pub use rustix::process::Signal;

pub(crate) use command::Wiring;

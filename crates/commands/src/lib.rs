//! One file per verb; the only place where rooms meet.
//!
//! What lives here: what each verb does, told in the words of the rooms below. What does not: the terminal, the
//! command line's syntax, and any knowledge that one room alone can have.

pub mod around;
pub mod background;
pub mod base;
mod cancel;
pub mod check;
pub mod ci;
pub mod collect;
mod context;
pub mod environment;
mod error;
mod host;
pub mod init;
pub mod plan;
pub mod prune;
pub mod registry;
pub mod report;
pub mod run;
pub mod runs;
pub mod saves;
pub mod status;
mod stop;
mod turn;
pub mod watch;

pub use cancel::{Cancel, Canceller, cancel};
pub use context::Context;
pub use error::CommandError;
pub use testyard_project::duration;

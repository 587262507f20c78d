//! The run folder: what a run leaves behind and how it is found again.
//!
//! What lives here: numbered, checksummed events ([`Recorder`], [`read`]), the outcome that is written once
//! ([`outcome`]), the rule that tells a finished run from a running and a lost one ([`standing()`]), and retention.
//! What does not: what the events mean (`model`) and how they look (`report`).

mod error;
pub mod folder;
mod follow;
mod id;
mod line;
pub mod logs;
pub mod outcome;
pub mod read;
mod recorder;
pub mod retention;
mod snapshot;
mod spec;
pub mod standing;
mod store;

pub use error::JournalError;
pub use folder::RunFolder;
pub use follow::Follower;
pub use outcome::OutcomeFile;
pub use read::Journal;
pub use recorder::Recorder;
pub use spec::Spec;
pub use standing::standing;
pub use store::Store;

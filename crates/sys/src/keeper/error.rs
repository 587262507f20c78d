//! What can go wrong between the supervisor and its keeper.

use std::io;
use std::path::PathBuf;

/// What can go wrong between the supervisor and its keeper.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The keeper itself could not be started.
    #[error("the keeper process could not be started from {}: {source}", program.display())]
    Start {
        /// The binary that should have become the keeper.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The keeper started but would not serve.
    #[error("the keeper process refused to serve: {0}")]
    Refused(String),
    /// Nobody listens at the door.
    #[error("no keeper answers at {}: {source}", door.display())]
    NobodyHome {
        /// The door that was tried.
        door: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("cannot run {program}: {source}")]
    Spawn {
        /// The program, as it was asked for.
        program: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The keeper could not do what it was asked.
    #[error("cannot {what}: {source}")]
    Do {
        /// What it was asked to do.
        what: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The keeper has gone, and with it every process it started.
    #[error("the keeper process is gone, and every process it started with it")]
    Gone,
}

impl From<KeeperError> for io::Error {
    fn from(error: KeeperError) -> Self {
        match error {
            KeeperError::Start { source, .. }
            | KeeperError::NobodyHome { source, .. }
            | KeeperError::Spawn { source, .. }
            | KeeperError::Do { source, .. } => source,
            KeeperError::Refused(_) | KeeperError::Gone => io::Error::new(io::ErrorKind::BrokenPipe, error),
        }
    }
}

//! Why a verb could not do what it was asked, and the exit code that goes with it.

use testyard_journal::JournalError;
use testyard_model::{Exit, Finding, RunId};
use testyard_project::ConfigError;

/// Why a verb could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A file that the user wrote is wrong.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The command line is wrong, or asks for what is not there.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// The infrastructure did not hold.
    #[error("{message}")]
    Blocked {
        /// What did not hold.
        message: String,
        /// What to do.
        help: String,
    },
    /// Somebody else is at it.
    #[error("{what} is busy: {run} holds the lock")]
    Busy {
        /// What is asked for.
        what: String,
        /// Who has it.
        run: RunId,
    },
    /// Somebody stopped it.
    #[error("cancelled")]
    Cancelled,
    /// A run folder could not be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Something that should not happen.
    #[error("{0}")]
    Defect(String),
}

impl CommandError {
    /// The exit code that goes with it. The one place where errors become numbers.
    pub fn exit(&self) -> Exit {
        match self {
            CommandError::Config(_) | CommandError::Usage { .. } => Exit::Usage,
            CommandError::Blocked { .. } => Exit::Blocked,
            CommandError::Busy { .. } => Exit::Busy,
            CommandError::Cancelled => Exit::Cancelled,
            CommandError::Defect(_) => Exit::Defect,
            CommandError::Journal(error) => match error {
                JournalError::NoSuchRun { .. }
                | JournalError::Ambiguous { .. }
                | JournalError::Newer { .. } => Exit::Usage,
                // A disk that is full or may not be written to is infrastructure.
                JournalError::File { .. } => Exit::Blocked,
                JournalError::Damaged { .. } => Exit::Defect,
            },
        }
    }

    /// What to do about it, where there is something.
    pub fn help(&self) -> Option<&str> {
        match self {
            CommandError::Usage { help, .. } | CommandError::Blocked { help, .. } => Some(help),
            CommandError::Busy { .. } => Some(
                "wait for it to end, begin after it with `run --detach --queue`, or end it: `testyard cancel` ends a run, \
                 `testyard down` an environment",
            ),
            CommandError::Journal(JournalError::File { .. }) => {
                Some("see whether the project's folder may be written to and its disk has room")
            }
            CommandError::Defect(_) => Some(
                "this is a defect in testyard: please report it with the command line and `.testyard/latest`",
            ),
            _ => None,
        }
    }

    /// What is wrong in the user's files, place by place.
    pub fn findings(&self) -> &[Finding] {
        match self {
            CommandError::Config(error) => &error.findings,
            _ => &[],
        }
    }
}

//! What can go wrong with a run folder, in words that say where and what to do.

use std::io;
use std::path::{Path, PathBuf};

/// A run folder could not be written, read or found.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file or folder could not be used.
    #[error("{path}: {doing}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A journal was written by a newer testyard.
    #[error(
        "{path}: written in event format {found}, this testyard reads up to {known}\nhelp: use a testyard at least as new as the one that ran this",
        path = path.display()
    )]
    Newer {
        /// The journal.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The highest format this program knows.
        known: u32,
    },
    /// A file of a run folder does not hold what it should.
    #[error("{path}:{line}: {what}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// No run has that name.
    #[error("no run is named '{name}'\nhelp: {help}")]
    NoSuchRun {
        /// What was asked for.
        name: String,
        /// Which runs there are.
        help: String,
    },
    /// Several runs have that prefix.
    #[error("'{prefix}' names several runs: {runs}\nhelp: give more of the name")]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// The runs it names.
        runs: String,
    },
}

impl JournalError {
    /// Wraps what the system said about a file.
    pub(crate) fn file(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> JournalError {
        let path = path.to_owned();
        move |source| JournalError::File { path, doing, source }
    }
}

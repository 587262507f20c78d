//! The folder of one run and the names of the files in it.

use std::path::{Path, PathBuf};

use testyard_model::RunId;

/// The folder of one run. Only names: nothing is read or written by this type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// The folder at this path.
    pub fn at(path: impl Into<PathBuf>) -> RunFolder {
        RunFolder { path: path.into() }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run it belongs to.
    pub fn run(&self) -> RunId {
        RunId(self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
    }

    /// The plan, with the facts that identify the supervisor's process.
    pub fn plan(&self) -> PathBuf {
        self.path.join("plan.json")
    }

    /// The events: the source of truth.
    pub fn events(&self) -> PathBuf {
        self.path.join("events.jsonl")
    }

    /// The state that a long journal folded to: an index that may be missing.
    pub fn snapshot(&self) -> PathBuf {
        self.path.join("state.bin")
    }

    /// The outcome, written once and last.
    pub fn outcome(&self) -> PathBuf {
        self.path.join("outcome.json")
    }

    /// The file whose lock the supervisor holds while it lives.
    pub fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// Space that is given up when the disk is full, so that events and outcome still fit.
    pub fn reserve(&self) -> PathBuf {
        self.path.join("reserve")
    }

    /// The last of that space: given up for the outcome alone, so that no event takes it.
    pub fn last_reserve(&self) -> PathBuf {
        self.path.join("reserve-for-outcome")
    }

    /// Raw output.
    pub fn logs(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// What installers need for a while: it is gone when the run has ended.
    pub fn scratch(&self) -> PathBuf {
        self.path.join("tools")
    }

    /// A report in the given format's usual file name, such as `report.md`.
    pub fn report(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

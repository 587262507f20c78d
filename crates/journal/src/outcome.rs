//! The outcome file: a run's end, written once, atomically, last.

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};
use testyard_model::{CheckId, Counts, RunId, Verdict};

use crate::{JournalError, RunFolder};

/// What `outcome.json` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeFile {
    /// The version of this file's format.
    pub format: u32,
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub verdict: Verdict,
    /// The exit code that goes with it.
    pub exit: u8,
    /// The check that blocked it.
    pub blocked_by: Option<CheckId>,
    /// Why, in one line.
    pub reason: String,
    /// How many tests ended how.
    pub counts: Counts,
    /// When it started, in milliseconds since 1970 UTC.
    pub started_unix_ms: u64,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

impl OutcomeFile {
    /// Writes the outcome unless there is one already: the first one stays.
    pub fn write_once(&self, folder: &RunFolder) -> Result<(), JournalError> {
        if folder.outcome().exists() {
            return Ok(());
        }
        // Gone before it is needed: the outcome is the last thing that has to fit on a full disk.
        for reserve in [folder.reserve(), folder.last_reserve()] {
            let _ = fs::remove_file(reserve);
        }
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(io::Error::from)
            .map_err(JournalError::file(&folder.outcome(), "writing the outcome"))?;
        text.push(b'\n');
        testyard_sys::files::write_atomic(&folder.outcome(), &text)
            .map_err(JournalError::file(&folder.outcome(), "writing the outcome"))
    }

    /// Reads the outcome; none when the run has not ended.
    pub fn read(folder: &RunFolder) -> Result<Option<OutcomeFile>, JournalError> {
        let path = folder.outcome();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(JournalError::file(&path, "reading the outcome")(error)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| JournalError::Damaged {
            path,
            line: error.line() as u64,
            what: error.to_string(),
        })
    }
}

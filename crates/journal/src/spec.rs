//! `plan.json`: what a run was going to do, and which process was going to do it.

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};
use testyard_model::secret::Masker;
use testyard_model::{FORMAT, Plan, RunId};

use crate::{JournalError, RunFolder};

/// What `plan.json` holds. Secrets in it are masked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spec {
    /// The version of the run folder's formats.
    pub format: u32,
    /// The run.
    pub run: RunId,
    /// When it started, in milliseconds since 1970 UTC.
    pub started_unix_ms: u64,
    /// The same by [`testyard_sys::clock`], which nobody can set. Not in plans that older versions wrote.
    #[serde(default)]
    pub started_monotonic_ms: Option<u64>,
    /// The machine's boot, by the kernel's own name for it. Processes of another boot are gone.
    pub boot: Option<String>,
    /// The supervisor's process.
    pub pid: i32,
    /// When that process started, in clock ticks since boot: tells it from a later one of the same number.
    pub pid_started: Option<u64>,
    /// The plan.
    pub plan: Plan,
}

impl Spec {
    pub(crate) fn new(run: &RunId, started_unix_ms: u64, plan: &Plan, masker: &Masker) -> Spec {
        let pid = std::process::id().cast_signed();
        Spec {
            format: FORMAT,
            run: run.clone(),
            started_unix_ms,
            started_monotonic_ms: Some(testyard_sys::clock::monotonic_ms()),
            boot: testyard_sys::procfs::boot_id(),
            pid,
            pid_started: testyard_sys::procfs::start_time(pid),
            plan: plan.masked_by(masker),
        }
    }

    /// How long ago the run started, in milliseconds; none when the machine was started anew since.
    pub fn elapsed_ms(&self) -> Option<u64> {
        let same_boot = self.boot == testyard_sys::procfs::boot_id();
        let started = self.started_monotonic_ms.filter(|_| same_boot)?;
        Some(testyard_sys::clock::monotonic_ms().saturating_sub(started))
    }

    pub(crate) fn write(&self, folder: &RunFolder) -> Result<(), JournalError> {
        let path = folder.plan();
        serde_json::to_vec_pretty(self)
            .map_err(io::Error::from)
            .and_then(|text| testyard_sys::files::write_atomic(&path, &text))
            .map_err(JournalError::file(&path, "writing the plan"))
    }

    /// Reads the plan of a run.
    pub fn read(folder: &RunFolder) -> Result<Spec, JournalError> {
        let path = folder.plan();
        let text = fs::read(&path).map_err(JournalError::file(&path, "reading the plan"))?;
        serde_json::from_slice(&text).map_err(|error| JournalError::Damaged {
            path,
            line: error.line() as u64,
            what: error.to_string(),
        })
    }
}

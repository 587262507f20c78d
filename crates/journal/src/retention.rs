//! Which runs are kept and which are removed.

use std::fs;
use std::time::{Duration, SystemTime};

use testyard_model::Standing;

use crate::{JournalError, RunFolder, Store, standing};

/// The name of the file that keeps a run from being removed.
const KEEP: &str = "keep";

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The greatest age.
    pub age: Option<Duration>,
    /// The greatest number of runs.
    pub runs: Option<usize>,
    /// The greatest size of all runs together, in bytes.
    pub bytes: Option<u64>,
}

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// The runs, the newest first.
    pub runs: Vec<RunFolder>,
    /// Their size together, in bytes.
    pub bytes: u64,
}

/// Removes every run beyond the limits. A running run and one with a file `keep` in its folder are never removed.
pub fn prune(store: &Store, limits: &Limits, now: SystemTime) -> Result<Removed, JournalError> {
    store.remove_unborn();
    let (mut removed, mut failed) = (Removed::default(), None);
    let (mut kept, mut kept_bytes) = (0usize, 0u64);
    for folder in store.runs()? {
        let bytes = testyard_sys::files::size(folder.path());
        let beyond = limits.runs.is_some_and(|most| kept >= most)
            // One large run is no reason to have none.
            || limits.bytes.is_some_and(|most| kept > 0 && kept_bytes + bytes > most)
            || limits.age.is_some_and(|most| age(&folder, now) > most);
        if !beyond || is_safe_from_removal(&folder)? {
            kept += 1;
            kept_bytes += bytes;
            continue;
        }
        match testyard_sys::files::remove_tree(folder.path()) {
            Ok(()) => {
                removed.bytes += bytes;
                removed.runs.push(folder);
            }
            // One that cannot be removed must not keep the others.
            Err(error) => {
                let told = JournalError::file(folder.path(), "removing the run folder")(error);
                failed.get_or_insert(told);
            }
        }
    }
    failed.map_or(Ok(removed), Err)
}

fn is_safe_from_removal(folder: &RunFolder) -> Result<bool, JournalError> {
    Ok(folder.path().join(KEEP).exists() || standing(folder)? == Standing::Running)
}

/// The age of a run, by when its folder was last changed.
fn age(folder: &RunFolder, now: SystemTime) -> Duration {
    let changed = fs::metadata(folder.path()).and_then(|about| about.modified());
    changed.ok().and_then(|changed| now.duration_since(changed).ok()).unwrap_or_default()
}

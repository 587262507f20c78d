//! What a result rests on: every file and folder that was looked at, as it was before it was.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A file that changed less than so many nanoseconds before it was read may change again within one tick of its file
/// system's clock, and look the same: two seconds on FAT. The contents decide then.
const TICK_NS: u128 = 2_000_000_000;

/// What tells that a file is the same as before without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    size: u64,
    modified_ns: i128,
    changed_ns: i128,
    inode: u64,
}

/// How a path was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Seen {
    /// It was not there.
    Absent,
    /// It was there, and had not changed for a while.
    Settled(Stamp),
    /// It had changed a moment ago, and may have changed since without a trace.
    Fresh,
}

/// Everything that was looked at.
#[derive(Debug, Default)]
pub(crate) struct Witness(Mutex<BTreeMap<PathBuf, Seen>>);

impl Witness {
    /// Takes note of a file or a folder. To be called before it is looked at.
    pub(crate) fn see(&self, path: &Path) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(path) {
            all.insert(path.to_owned(), seen(path));
        }
    }

    /// All that was seen, when it can be told later whether any of it changed.
    pub(super) fn settled(self) -> Option<Evidence> {
        let all = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let settled = all.values().all(|seen| *seen != Seen::Fresh);
        settled.then(|| Evidence(all.into_iter().collect()))
    }
}

/// What was seen by an earlier call.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Evidence(Vec<(PathBuf, Seen)>);

impl Evidence {
    /// Whether everything is as it was.
    pub(super) fn holds(&self) -> bool {
        self.0.iter().all(|(path, before)| seen(path) == *before)
    }
}

fn seen(path: &Path) -> Seen {
    match fs::metadata(path) {
        Ok(metadata) => stamp(&metadata).map_or(Seen::Fresh, Seen::Settled),
        Err(_) => Seen::Absent,
    }
}

/// The stamp of a file; nothing when it changed a moment ago.
#[cfg(unix)]
pub(super) fn stamp(metadata: &Metadata) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt;
    let ns = |seconds: i64, ns: i64| i128::from(seconds) * 1_000_000_000 + i128::from(ns);
    let stamp = Stamp {
        size: metadata.len(),
        modified_ns: ns(metadata.mtime(), metadata.mtime_nsec()),
        changed_ns: ns(metadata.ctime(), metadata.ctime_nsec()),
        inode: metadata.ino(),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_nanos();
    let latest = u128::try_from(stamp.modified_ns.max(stamp.changed_ns)).ok()?;
    (latest.saturating_add(TICK_NS) < now).then_some(stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_day_is_known_by_its_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        testyard_sys::files::write(&path, "").unwrap();
        assert_eq!(stamp(&fs::metadata(&path).unwrap()), None, "it may change within this tick");
        let interpreter = fs::metadata("/bin/sh").unwrap();
        assert_eq!(stamp(&interpreter).map(|stamp| stamp.size), Some(interpreter.len()));
    }

    #[test]
    fn what_changed_is_no_evidence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        let witness = Witness::default();
        witness.see(&path);
        let evidence = witness.settled().unwrap();
        assert!(evidence.holds(), "it is still not there");
        testyard_sys::files::write(&path, "").unwrap();
        assert!(!evidence.holds());
        let witness = Witness::default();
        witness.see(&path);
        assert!(witness.settled().is_none(), "it may change again without a trace");
    }
}

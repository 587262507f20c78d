//! A file system that the tests write to is nearly full.
//!
//! Builds, databases and temporary files need room in the project's folder, in the folder for temporary files and in the
//! cache. A full one ends runs with messages that name everything but the disk. Files count as well: a file system may run
//! out of inodes with room to spare.
//!
//! Fires: less than 1 GiB, or fewer than 10,000 files, left.
//!
//! Fine: more of both.
//!
//! Help: `docker system prune`, `testyard prune --cache`, or another `TMPDIR`.
//!
//! Source: statvfs(3).

use std::path::PathBuf;

use testyard_model::Place;
use testyard_sys::resources::{self, Room};

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR001", "a disk is nearly full", Warning, check);

/// Less than this many bytes is filled by one build.
const FEW_BYTES: u64 = 1 << 30;
/// Fewer files than this are used up by one environment with dependencies.
const FEW_FILES: u64 = 10_000;

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let temporary = scene.variables().get("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from);
    let folders = [Some(scene.root().to_owned()), Some(temporary), testyard_sys::host::cache_dir()];
    let mut devices = Vec::new();
    for folder in folders.into_iter().flatten() {
        let Ok(room) = resources::room(&folder) else { continue };
        if devices.contains(&room.device) {
            continue;
        }
        devices.push(room.device);
        if let Some(message) = shortage(room) {
            found
                .at(Place::file(folder), message)
                .help("make room: `docker system prune`, `testyard prune --cache`");
        }
    }
}

/// What there is too little of.
fn shortage(room: Room) -> Option<String> {
    match room.files {
        _ if room.bytes < FEW_BYTES => {
            Some(format!("only {} MiB are left on this file system", room.bytes >> 20))
        }
        Some(files) if files < FEW_FILES => Some(format!("only {files} more files fit on this file system")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nearly_full_disks_count() {
        let check = |bytes: u64, files: Option<u64>, expected: Option<&str>| {
            assert_eq!(shortage(Room { bytes, files, device: 1 }).as_deref(), expected);
        };
        check(5 << 20, Some(1 << 20), Some("only 5 MiB are left on this file system"));
        check(5 << 30, Some(7), Some("only 7 more files fit on this file system"));
        check(5 << 30, Some(1 << 20), None);
        check(5 << 30, None, None);
    }
}

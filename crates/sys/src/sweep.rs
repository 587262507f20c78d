//! Removing what a run left behind: its processes, mounts and folders, found by its mark and never by a remembered pid.

use std::io;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::{RUN_MARKER, files, procfs};

/// How often processes are looked for again: one that is being killed may have just forked.
const ROUNDS: usize = 200;

/// Kills every process that carries the run's mark, except this one, and waits until they are gone. Returns how many
/// were found. Those of another user cannot be found, nor can any on a system without `/proc`.
///
/// Blocks, for as long as the kernel takes to end them.
pub fn kill_run(run: &str) -> usize {
    kill_carriers(RUN_MARKER, run)
}

pub(crate) fn kill_carriers(name: &str, value: &str) -> usize {
    let own = std::process::id() as i32;
    let mut killed = std::collections::BTreeSet::new();
    for _ in 0..ROUNDS {
        let left: Vec<_> = procfs::carriers(name, value)
            .into_iter()
            .filter(|process| process.pid != own && !process.has_ended())
            .collect();
        if left.is_empty() {
            break;
        }
        for process in left {
            kill(&process, name, value);
            killed.insert((process.pid, process.start_ticks));
        }
        thread::sleep(Duration::from_millis(2));
    }
    if !killed.is_empty() {
        tracing::info!(count = killed.len(), mark = value, "killed what was left");
    }
    killed.len()
}

/// A number may be given to somebody else between looking and killing: a descriptor of the process is taken first, the
/// mark looked at once more, and then that very process is killed.
#[cfg(target_os = "linux")]
fn kill(process: &procfs::Process, name: &str, value: &str) {
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
    let Some(pid) = Pid::from_raw(process.pid) else { return };
    let Ok(held) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    if procfs::carries(process.pid, name, value) {
        // An error means that it has just ended, or is not ours to kill; the caller looks again.
        let _ = pidfd_send_signal(held, Signal::KILL);
    }
}

#[cfg(not(target_os = "linux"))]
fn kill(_process: &procfs::Process, _name: &str, _value: &str) {}

/// Removes a folder of a run, with the mounts below it. A folder that is not there is fine.
pub fn remove_folder(folder: &Path) -> io::Result<()> {
    unmount_below(folder)?;
    files::remove_tree(folder)
}

/// Unmounts everything at or below this folder, innermost first. A keeper's mounts are seen by its processes only and
/// go with them; this is for those of a keeper that had no mount namespace, and for foreign ones.
#[cfg(target_os = "linux")]
pub fn unmount_below(folder: &Path) -> io::Result<()> {
    use rustix::mount::{UnmountFlags, unmount};
    let Ok(folder) = folder.canonicalize() else { return Ok(()) };
    for place in mounts_below(&std::fs::read_to_string("/proc/self/mountinfo")?, &folder) {
        unmount(&place, UnmountFlags::DETACH)?;
    }
    Ok(())
}

/// Nothing is ever mounted on systems other than Linux.
#[cfg(not(target_os = "linux"))]
pub fn unmount_below(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// The mount points at or below a folder, the last mounted first.
#[cfg(target_os = "linux")]
fn mounts_below(mountinfo: &str, folder: &Path) -> Vec<PathBuf> {
    let places = mountinfo.lines().filter_map(|line| line.split(' ').nth(4)).map(unescape);
    let mut below: Vec<_> = places.filter(|place| place.starts_with(folder)).collect();
    below.reverse();
    below
}

/// Spaces, tabs, line ends and backslashes are written as three octal digits.
#[cfg(target_os = "linux")]
fn unescape(place: &str) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let bytes = place.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = place.get(at + 1..at + 4).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match digits {
            Some(escaped) if byte == b'\\' => {
                plain.push(escaped);
                at += 4;
            }
            _ => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    std::ffi::OsString::from_vec(plain).into()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_found_innermost_first() {
        let mountinfo = "22 1 254:0 / / rw - ext4 /dev/vda rw\n\
            30 22 0:5 / /run/a rw shared:1 - tmpfs t rw\n\
            31 30 0:6 / /run/a/in\\040ner rw - overlay o rw\n\
            32 22 0:7 / /run/ab rw - tmpfs t rw\n";
        let found = mounts_below(mountinfo, Path::new("/run/a"));
        assert_eq!(found, [Path::new("/run/a/in ner"), Path::new("/run/a")]);
        assert!(mounts_below(mountinfo, Path::new("/run/a/x")).is_empty());
    }

    #[test]
    fn a_folder_that_is_not_there_is_fine() {
        remove_folder(Path::new("/nonexistent/testyard")).unwrap();
    }

    #[test]
    fn nobody_carries_an_unknown_run() {
        assert_eq!(kill_run("no-such-run"), 0);
    }
}

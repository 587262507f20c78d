//! What the kernel tells about processes, read from `/proc`.
//!
//! What lives here: reading. What does not: acting on it. A process may end while it is read; it is then left out. On
//! systems without `/proc` (macOS) every list is empty and every question answered with nothing.

mod listeners;
mod stat;

use std::fs;
use std::path::PathBuf;

pub use listeners::{Listener, listeners};
pub use stat::Process;

/// Every process that can be seen.
pub fn processes() -> Vec<Process> {
    pids().filter_map(process).collect()
}

/// One process.
pub fn process(pid: i32) -> Option<Process> {
    stat::parse(&fs::read(of(pid, "stat")).ok()?)
}

/// When a process started, in clock ticks since the machine did. Together with the pid and [`boot_id`] it names a
/// process for ever.
pub fn start_time(pid: i32) -> Option<u64> {
    process(pid).map(|process| process.start_ticks)
}

/// Names this start of the machine: another one means that every pid written down before means nothing.
pub fn boot_id() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// Whether a process was started with the variable `name` set to exactly `value`. No for a process of somebody else,
/// whose environment cannot be read.
pub fn carries(pid: i32, name: &str, value: &str) -> bool {
    let Ok(environment) = fs::read(of(pid, "environ")) else { return false };
    environment.split(|byte| *byte == 0).any(|variable| is_variable(variable, name, value))
}

fn is_variable(variable: &[u8], name: &str, value: &str) -> bool {
    let rest = variable.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
    rest == Some(value.as_bytes())
}

/// The processes of a run: those that carry its id as [`crate::RUN_MARKER`].
pub fn of_run(run: &str) -> Vec<Process> {
    carriers(crate::RUN_MARKER, run)
}

/// The processes that were started with this variable set to this value. Those that have ended but were not yet
/// waited for have no environment left and are not found.
pub(crate) fn carriers(name: &str, value: &str) -> Vec<Process> {
    pids().filter(|pid| carries(*pid, name, value)).filter_map(process).collect()
}

/// The children of a process, their children, and so on. Those that have ended and wait for their parent are listed,
/// too.
pub(crate) fn descendants(root: i32) -> Vec<i32> {
    let all = processes();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(all.iter().filter(|process| process.parent == parent).map(|process| process.pid));
        next += 1;
    }
    found.split_off(1)
}

/// The users that have running processes.
#[cfg(target_os = "linux")]
pub(crate) fn users() -> Vec<u32> {
    use std::os::unix::fs::MetadataExt;
    pids().filter_map(|pid| fs::metadata(of(pid, "")).ok()).map(|folder| folder.uid()).collect()
}

/// The program and its arguments, as a person would type them, without quoting; the name alone for a process that
/// hides them.
pub fn command_line(pid: i32) -> Option<String> {
    let words = fs::read(of(pid, "cmdline")).ok()?;
    let words: Vec<_> = words.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
    let line = words.join(" ").trim_end().to_owned();
    if line.is_empty() { process(pid).map(|process| process.name) } else { Some(line) }
}

/// What a process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Open file descriptors.
    pub open_files: usize,
    /// Threads, the first included.
    pub threads: usize,
}

/// What a process holds; nothing for one of somebody else.
pub fn held(pid: i32) -> Option<Held> {
    let count = |folder| fs::read_dir(of(pid, folder)).ok().map(Iterator::count);
    Some(Held { open_files: count("fd")?, threads: count("task")? })
}

fn of(pid: i32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

fn pids() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn own_pid() -> i32 {
        std::process::id() as i32
    }

    #[test]
    fn this_process_is_found() {
        let own = process(own_pid()).unwrap();
        assert_eq!(own.parent, std::os::unix::process::parent_id() as i32);
        assert!(own.start_ticks > 0);
        assert!(processes().iter().any(|process| process.pid == own.pid));
        assert!(descendants(own.parent).contains(&own.pid));
        assert!(!descendants(own.pid).contains(&own.pid));
        assert!(command_line(own.pid).unwrap().contains("testyard"));
        assert_eq!(boot_id().unwrap().len(), 36);
        assert_eq!(process(i32::MAX), None);
    }

    #[test]
    fn held_files_are_counted() {
        let before = held(own_pid()).unwrap();
        let files: Vec<_> = (0..50).map(|_| fs::File::open("/dev/null").unwrap()).collect();
        let after = held(own_pid()).unwrap();
        // Other tests open and close files at the same time, but not fifty.
        assert!(after.open_files > before.open_files, "{before:?} {after:?} {}", files.len());
        assert!(after.threads > 1, "tests run on threads of their own");
    }

    #[test]
    fn variables_match_whole() {
        let check = |variable: &str, found: bool| {
            assert_eq!(
                is_variable(variable.as_bytes(), "TESTYARD_RUN", "20261120-143022-k3f9"),
                found,
                "{variable}"
            );
        };
        check("TESTYARD_RUN=20261120-143022-k3f9", true);
        check("TESTYARD_RUN=20261120-143022-k3f9x", false);
        check("TESTYARD_RUN=20261120-143022-k3f", false);
        check("XTESTYARD_RUN=20261120-143022-k3f9", false);
        check("TESTYARD_RUN", false);
    }
}

//! How much of this machine is left: room on a file system, open files, pressure on memory.

use std::fs;
use std::io;
use std::path::Path;

/// What is left on a file system, for this user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes.
    pub bytes: u64,
    /// Files that can still be made; `None` where the file system has no such limit.
    pub files: Option<u64>,
    /// The file system's number, the same for all paths on it.
    pub device: u64,
}

/// What is left where a path lies.
///
/// # Errors
/// When the path is not there.
pub fn room(path: &Path) -> io::Result<Room> {
    use std::os::unix::fs::MetadataExt;
    let found = rustix::fs::statvfs(path)?;
    let device = fs::metadata(path)?.dev();
    // btrfs and some network file systems count no files and say 0 of 0.
    let files = (found.f_files > 0).then_some(found.f_favail);
    Ok(Room { bytes: found.f_bavail.saturating_mul(found.f_frsize), files, device })
}

/// How many files a process of this user may have open; `None` when there is no limit.
pub fn open_files() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

/// What is left of a machine's memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What new processes can have without swapping, as the kernel estimates it.
    pub available: u64,
    /// The swap space.
    pub swap_total: u64,
    /// What of it is free.
    pub swap_free: u64,
}

/// What is left of the memory. `None` where the kernel does not say.
pub fn memory_left() -> Option<Memory> {
    left_of(&fs::read_to_string("/proc/meminfo").ok()?)
}

/// The file counts in units of 1024 bytes and calls them kB.
fn left_of(meminfo: &str) -> Option<Memory> {
    let read = |name: &str| {
        let rest = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    };
    Some(Memory {
        available: read("MemAvailable")?,
        swap_total: read("SwapTotal").unwrap_or(0),
        swap_free: read("SwapFree").unwrap_or(0),
    })
}

/// For what share of the last minute, in percent, every task waited for memory at once. `None` where the kernel does
/// not say (Linux before 4.20, containers that hide it).
pub fn memory_pressure() -> Option<f64> {
    full_minute(&fs::read_to_string("/proc/pressure/memory").ok()?)
}

/// `avg60` of the line `full`.
fn full_minute(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix("full "))?;
    line.split_whitespace().find_map(|word| word.strip_prefix("avg60="))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room() {
        let room = room(Path::new("/")).unwrap();
        assert!(room.bytes > 0);
        assert!(super::room(Path::new("/no/such/folder")).is_err());
    }

    #[test]
    fn what_is_left_is_read_in_bytes() {
        let text = "MemTotal: 9 kB\nMemAvailable:    2048 kB\nSwapTotal: 4 kB\nSwapFree: 1 kB\n";
        assert_eq!(left_of(text), Some(Memory { available: 2 << 20, swap_total: 4096, swap_free: 1024 }));
        assert_eq!(left_of("MemTotal: 9 kB\n"), None);
    }

    #[test]
    fn pressure_is_read_from_the_full_line() {
        let text = "some avg10=9.00 avg60=8.00 avg300=1.00 total=1\nfull avg10=0.10 avg60=2.50 avg300=0.00 total=1\n";
        assert_eq!(full_minute(text), Some(2.5));
        assert_eq!(full_minute("some avg60=1\n"), None);
    }
}

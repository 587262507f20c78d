//! What kind of machine this is, and where its user keeps things.

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// How many threads this process may use at once, as far as its affinity and control group allow. At least 1.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How much memory, in bytes, this process can use: the machine's, or the limit of its control group when that is
/// lower. `None` where neither can be read.
pub fn memory() -> Option<u64> {
    [machine_memory(), group_limit()].into_iter().flatten().min()
}

#[cfg(target_os = "linux")]
fn machine_memory() -> Option<u64> {
    total_of(&fs::read_to_string("/proc/meminfo").ok()?)
}

#[cfg(not(target_os = "linux"))]
fn machine_memory() -> Option<u64> {
    None
}

/// `MemTotal` in bytes; the file counts in units of 1024 and calls them kB.
#[cfg(target_os = "linux")]
fn total_of(meminfo: &str) -> Option<u64> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The limit of the control group (version 2) that this process is in, as its own container shows it.
fn group_limit() -> Option<u64> {
    // The word "max" means that there is none.
    fs::read_to_string("/sys/fs/cgroup/memory.max").ok()?.trim().parse().ok()
}

/// Whether this process has root's user id.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The user's home folder, from `HOME`.
pub fn home_dir() -> Option<PathBuf> {
    absolute("HOME")
}

/// Where caches that projects share live: `TESTYARD_CACHE_DIR` as it is, else `testyard` in `XDG_CACHE_HOME`, else in
/// the platform's usual place below the home folder. `None` when there is no home either. It may not exist yet.
pub fn cache_dir() -> Option<PathBuf> {
    let usual = if cfg!(target_vendor = "apple") { "Library/Caches" } else { ".cache" };
    absolute("TESTYARD_CACHE_DIR")
        .or_else(|| Some(absolute("XDG_CACHE_HOME")?.join("testyard")))
        .or_else(|| Some(home_dir()?.join(usual).join("testyard")))
}

/// A folder for sockets and locks, of this user alone, short enough for socket paths, gone after a reboot: `testyard`
/// in `XDG_RUNTIME_DIR`, else `testyard-<uid>` in `/tmp`. It is created.
///
/// An error when it exists and belongs to, or can be written by, somebody else: they could put their own sockets there.
pub fn runtime_dir() -> io::Result<PathBuf> {
    // Under sudo the variable may still name the other user's.
    let folder = match absolute("XDG_RUNTIME_DIR").filter(|folder| is_own_folder(folder)) {
        Some(folder) => folder.join("testyard"),
        None => PathBuf::from(format!("/tmp/testyard-{}", rustix::process::geteuid().as_raw())),
    };
    private_folder(&folder)?;
    Ok(folder)
}

fn private_folder(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if !is_own_folder(folder) || fs::symlink_metadata(folder)?.mode() & 0o022 != 0 {
        let problem = format!("{} does not belong to this user alone", folder.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, problem));
    }
    Ok(())
}

/// Whether this is a folder, and no link to one, that belongs to this user.
fn is_own_folder(folder: &Path) -> bool {
    fs::symlink_metadata(folder)
        .is_ok_and(|there| there.is_dir() && there.uid() == rustix::process::geteuid().as_raw())
}

/// A folder from a variable; a relative one is ignored, as the XDG specification asks.
fn absolute(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn this_machine_has_something() {
        assert!(cores() >= 1);
        if cfg!(target_os = "linux") {
            assert!(memory().unwrap() > 1 << 20);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_is_counted_in_bytes() {
        assert_eq!(total_of("MemTotal:       16000 kB\nMemFree: 1 kB\n"), Some(16_384_000));
        assert_eq!(total_of("MemFree: 1 kB\n"), None);
    }

    #[test]
    fn a_private_folder_is_private() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("own");
        private_folder(&folder).unwrap();
        private_folder(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);

        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(private_folder(&folder).is_err(), "everybody can write there");

        let link = parent.path().join("link");
        std::os::unix::fs::symlink(parent.path(), &link).unwrap();
        assert!(private_folder(&link).is_err(), "a link leads elsewhere");
    }
}

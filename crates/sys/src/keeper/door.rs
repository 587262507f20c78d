//! The door: a Unix socket at which other processes of the same user reach a keeper.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// Opens a door at this path, in place of one that a dead keeper left.
pub(super) fn open(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = through_short_path(path, |short| UnixListener::bind(short))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Knocks at the door at this path.
pub(super) fn knock(path: &Path) -> io::Result<UnixStream> {
    through_short_path(path, |short| UnixStream::connect(short))
}

/// A socket's path may have 107 bytes (103 on macOS) and runs lie deep: on Linux the folder is opened and the socket
/// named through it.
fn through_short_path<T>(path: &Path, with: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    const SAFE_LENGTH: usize = 100;
    if path.as_os_str().len() <= SAFE_LENGTH || !cfg!(target_os = "linux") {
        return with(path);
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let folder = std::fs::File::open(folder)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&folder)));
    with(&short.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_open_at_short_and_long_paths() {
        for name in ["door".to_owned(), "d".repeat(80)] {
            let folder = tempfile::tempdir().unwrap();
            let deep = folder.path().join(&name);
            std::fs::create_dir(&deep).unwrap();
            let path = deep.join("keeper.sock");
            assert!(knock(&path).is_err(), "nobody is there yet");
            let first = open(&path).unwrap();
            assert!(knock(&path).is_ok());
            drop(first);
            assert!(knock(&path).is_err(), "a dead keeper's door stays but does not answer");
            let _second = open(&path).unwrap();
            assert!(knock(&path).is_ok(), "and is replaced");
        }
    }
}

//! Copying folders, by reference where the file system can.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Copies a folder with everything in it to a place that does not exist yet: contents, permissions, links as links,
/// and, for root, owners. Where the file system shares blocks between files (btrfs, XFS, APFS), nothing is copied but
/// names. Sockets, pipes and devices are left out: a copy of them would mean nothing.
pub fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, from, to) = (entry.file_type()?, entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy_tree(&from, &to)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&from)?, &to)?;
        } else if kind.is_file() {
            copy_file(&from, &to)?;
        }
    }
    // Last, because a folder that may not be written could not have been filled.
    copy_attributes(from, to)
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    if clone_file(from, to).is_err() {
        fs::copy(from, to)?;
    }
    copy_attributes(from, to)
}

fn copy_attributes(from: &Path, to: &Path) -> io::Result<()> {
    let like = fs::metadata(from)?;
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(to, Some(like.uid()), Some(like.gid()))?;
    }
    // After the owner, whose change takes special bits away.
    fs::set_permissions(to, like.permissions())
}

/// Makes `to` share its blocks with `from`.
#[cfg(target_os = "linux")]
fn clone_file(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (fs::File::open(from)?, fs::File::create(to)?);
    Ok(rustix::fs::ioctl_ficlone(&to, &from)?)
}

/// The standard library's copy does so by itself on macOS.
#[cfg(not(target_os = "linux"))]
fn clone_file(_from: &Path, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::files::write;

    #[test]
    fn everything_is_there_and_nothing_is_shared() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        fs::create_dir_all(from.join("deep/er")).unwrap();
        write(&from.join("deep/er/file"), "original").unwrap();
        fs::set_permissions(from.join("deep/er/file"), fs::Permissions::from_mode(0o640)).unwrap();
        fs::set_permissions(from.join("deep"), fs::Permissions::from_mode(0o500)).unwrap();
        std::os::unix::fs::symlink("deep/er/file", from.join("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(from.join("socket")).unwrap();

        copy_tree(&from, &to).unwrap();
        assert_eq!(fs::metadata(to.join("deep/er/file")).unwrap().mode() & 0o777, 0o640);
        assert_eq!(fs::metadata(to.join("deep")).unwrap().mode() & 0o777, 0o500);
        assert_eq!(fs::read_link(to.join("link")).unwrap(), Path::new("deep/er/file"));
        assert!(!to.join("socket").exists());
        write(&to.join("deep/er/file"), "changed").unwrap();
        assert_eq!(fs::read_to_string(from.join("deep/er/file")).unwrap(), "original");
        assert!(copy_tree(&from, &to).is_err(), "an existing place is not mixed with");
        crate::files::remove_tree(folder.path()).unwrap();
    }
}

//! Removing folders that resist.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// How often a folder that fills again while it is emptied is emptied again.
const TRIES: usize = 5;

/// Removes a folder with everything in it, or a file; also folders that their owner made unreadable, as some tools do
/// with their caches. Links are removed, not followed. What is not there is fine.
pub fn remove_tree(path: &Path) -> io::Result<()> {
    for _ in 1..TRIES {
        match remove_once(path) {
            // Somebody who is just being killed may still have written into it.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            removed => return removed,
        }
    }
    remove_once(path)
}

fn remove_once(path: &Path) -> io::Result<()> {
    match remove_plainly(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_up(path)?;
            remove_plainly(path)
        }
        removed => removed,
    }
}

fn remove_plainly(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Lets the owner into every folder below.
fn open_up(folder: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(folder)?.is_dir() {
        return Ok(());
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        open_up(&entry?.path())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::write;

    #[test]
    fn resisting_folders_go_and_link_targets_stay() {
        let folder = tempfile::tempdir().unwrap();
        let [tree, kept] = ["tree", "kept"].map(|name| folder.path().join(name));
        fs::create_dir_all(tree.join("locked/in")).unwrap();
        fs::create_dir(&kept).unwrap();
        write(&kept.join("file"), "precious").unwrap();
        std::os::unix::fs::symlink(&kept, tree.join("locked/in/link")).unwrap();
        for locked in ["locked/in", "locked"] {
            fs::set_permissions(tree.join(locked), fs::Permissions::from_mode(0o000)).unwrap();
        }
        remove_tree(&tree).unwrap();
        assert!(!tree.exists());
        assert!(kept.join("file").exists());
        remove_tree(&tree).unwrap();
        remove_tree(&kept.join("file")).unwrap();
        assert!(!kept.join("file").exists());
    }
}

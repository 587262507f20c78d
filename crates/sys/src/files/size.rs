//! How much a folder holds.

use std::fs;
use std::path::Path;

/// The size of the files below a path, in bytes, links not followed. What vanishes while it is read counts as nothing.
pub fn size(path: &Path) -> u64 {
    let Ok(about) = fs::symlink_metadata(path) else { return 0 };
    if !about.is_dir() {
        return about.len();
    }
    fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size(&entry.path())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_count_and_links_do_not_lead_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        crate::files::write(&folder.path().join("in/a"), b"12345").unwrap();
        crate::files::write(&folder.path().join("b"), b"123").unwrap();
        assert_eq!(size(folder.path()), 8);
        std::os::unix::fs::symlink("/", folder.path().join("root")).unwrap();
        assert!(size(folder.path()) < 100);
        assert_eq!(size(Path::new("/nonexistent")), 0);
    }
}

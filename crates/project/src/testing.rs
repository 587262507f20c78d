//! Small projects in temporary folders, for the tests of this room.

use std::io::Write;

/// A temporary folder with these files in it, by path and content.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, content) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        let mut file = std::fs::File::create(path).expect("a file");
        file.write_all(content.as_bytes()).expect("written");
    }
    folder
}

//! Writing a file so that a reader, or a crash, sees the old contents or the new, and never half.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Writes a file in one step that also survives a power cut: a new file beside it, synced, renamed over it, and the
/// folder synced. The folder must exist.
pub fn write_atomic(path: &Path, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let beside = beside(path)?;
    let written = write_synced(&beside, contents.as_ref()).and_then(|()| fs::rename(&beside, path));
    if let Err(error) = written {
        // What matters is the first error; a file that could not be created need not be removed.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    path.parent().map_or(Ok(()), sync_dir)
}

/// Writes a file in one step for readers, though not for power cuts: for what can be made again.
pub fn replace(path: &Path, contents: impl AsRef<[u8]>) -> io::Result<()> {
    replace_with(path, |file| file.write_all(contents.as_ref()))
}

/// The same for contents that are made while they are written.
pub fn replace_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let beside = beside(path)?;
    let written = File::create(&beside).map(BufWriter::new).and_then(|mut file| {
        fill(&mut file)?;
        file.flush()
    });
    written.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        // What matters is the first error.
        let _ = fs::remove_file(&beside);
    })
}

/// Writes a file without any of that, for scratch files that nobody reads before it returns.
#[allow(clippy::disallowed_methods, reason = "this is the function that others are to use instead")]
pub fn write(path: &Path, contents: impl AsRef<[u8]>) -> io::Result<()> {
    fs::write(path, contents)
}

/// Makes the names in a folder survive a power cut.
pub fn sync_dir(folder: &Path) -> io::Result<()> {
    // The parent of a relative name is the empty path.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

fn write_synced(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(contents)?;
    file.sync_all()
}

/// A name that no other thread or living process uses.
fn beside(path: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}-{}.new", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    Ok(path.with_file_name(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outcome.json");
        for contents in ["first, and longer", "second"] {
            write_atomic(&path, contents).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), contents);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(write_atomic(&path, "x").is_err(), "a folder cannot be replaced by a file");
        assert!(write_atomic(&folder.path().join("missing/file"), "x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

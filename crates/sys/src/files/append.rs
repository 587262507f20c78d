//! A file that only grows.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// A file that only grows. Each [`Appender::append`] reaches the kernel in one write at the end of the file, so that
/// what was written survives this process, and lines of several writers are not mixed.
#[derive(Debug)]
pub struct Appender {
    file: File,
}

impl Appender {
    /// Opens a file for appending, and creates it when missing. Its folder must exist.
    pub fn open(path: &Path) -> io::Result<Appender> {
        Ok(Appender { file: File::options().append(true).create(true).open(path)? })
    }

    /// Appends these bytes.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Waits until everything appended so far survives a power cut.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// How many bytes the file holds.
    pub fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Whether the file is empty.
    pub fn is_empty(&self) -> io::Result<bool> {
        self.len().map(|len| len == 0)
    }

    /// Cuts the file, to take back a line that was torn.
    pub fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let mut first = Appender::open(&path).unwrap();
        assert!(first.is_empty().unwrap());
        first.append(b"one\n").unwrap();
        let mut second = Appender::open(&path).unwrap();
        second.append(b"two\n").unwrap();
        first.append(b"thr").unwrap();
        assert_eq!(second.len().unwrap(), 11);
        second.truncate(8).unwrap();
        second.sync().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }
}

//! A suite's log: what its processes print, as they print it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use testyard_model::secret::Masker;

use crate::files::slug;

/// How much of a log is looked at for its last lines.
const TAIL_BYTES: u64 = 16 << 10;

/// A log larger than this is not searched for secrets once more: reading it whole costs more memory than a run has
/// to spare.
const LARGEST_MASKED: u64 = 64 << 20;

/// The log of one suite, `logs/suite-<name>.log` in the run's folder.
#[derive(Debug, Clone)]
pub(crate) struct SuiteLog {
    path: PathBuf,
}

impl SuiteLog {
    /// The log of that suite.
    pub(crate) fn of(run_folder: &Path, suite: &str) -> SuiteLog {
        SuiteLog { path: run_folder.join("logs").join(format!("suite-{}.log", slug(suite))) }
    }

    /// A handle that adds to the log, for a process to write to.
    pub(crate) fn open(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        File::options().create(true).append(true).open(&self.path)
    }

    /// How long the log is now, in bytes; 0 before its first line.
    pub(crate) fn length(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |facts| facts.len())
    }

    /// What was written since the log was `from` bytes long, or the last [`TAIL_BYTES`] of that. Bytes that are no
    /// text are replaced.
    pub(crate) fn since(&self, from: u64) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(from.max(self.length().saturating_sub(TAIL_BYTES))))?;
            let mut bytes = Vec::new();
            file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        // A log that cannot be read has nothing to add to the message it was to explain.
        String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
    }

    /// The last `count` lines that are not empty, of what was written since the log was `from` bytes long.
    pub(crate) fn last_lines(&self, from: u64, count: usize) -> Vec<String> {
        let text = self.since(from);
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        lines[lines.len().saturating_sub(count)..].iter().map(|line| (*line).to_owned()).collect()
    }

    /// Replaces the secrets that the suite's processes printed. Done once they have ended: until then the file is
    /// theirs.
    pub(crate) fn mask(&self, masker: &Masker) {
        if self.length() > LARGEST_MASKED {
            return;
        }
        let Ok(bytes) = std::fs::read(&self.path) else { return };
        // Bytes that are no text stay as they are: there is nothing a text search could find in them.
        let Ok(text) = std::str::from_utf8(&bytes) else { return };
        let masked = masker.mask(text);
        if masked != text {
            // The log of a run that cannot be written any more is the journal's to complain about.
            let _ = testyard_sys::files::write_atomic(&self.path, masked.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Write;

    use super::*;

    #[test]
    fn last_lines_are_of_the_right_part() {
        let folder = tempfile::tempdir().unwrap();
        let log = SuiteLog::of(folder.path(), "unit");
        assert_eq!((log.length(), log.last_lines(0, 3)), (0, vec![]));
        log.open().unwrap().write_all(b"one\n\ntwo \xff\n").unwrap();
        let from = log.length();
        log.open().unwrap().write_all(b"three\nfour\n\n").unwrap();
        assert_eq!(log.last_lines(0, 3), ["two \u{fffd}", "three", "four"]);
        assert_eq!(log.last_lines(from, 3), ["three", "four"]);
    }

    #[test]
    fn secrets_are_masked_and_the_rest_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let log = SuiteLog::of(folder.path(), "unit");
        log.open().unwrap().write_all(b"login c0rrect-horse\nlogin somebody\n").unwrap();
        let mut masker = Masker::default();
        masker.learn(&BTreeMap::from([("DB_PASSWORD".to_owned(), "c0rrect-horse".to_owned())]));
        log.mask(&masker);
        assert_eq!(log.since(0), "login ****\nlogin somebody\n");
    }
}

//! A suite's log: what its processes print, as they print it. Secrets in it are masked by the journal at the end
//! of the run.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::files::slug;

/// How much of a log is looked at for its last lines.
const TAIL_BYTES: u64 = 16 << 10;

/// The log of one suite, `logs/suite-<name>.log` in the run's folder.
#[derive(Debug, Clone)]
pub(crate) struct SuiteLog {
    path: PathBuf,
}

/// Where the log of a suite lies in a run's folder.
pub fn suite_log(run_folder: &Path, suite: &str) -> PathBuf {
    run_folder.join("logs").join(format!("suite-{}.log", slug(suite)))
}

impl SuiteLog {
    /// The log of that suite.
    pub(crate) fn of(run_folder: &Path, suite: &str) -> SuiteLog {
        SuiteLog { path: suite_log(run_folder, suite) }
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
}

#[cfg(test)]
mod tests {
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
}

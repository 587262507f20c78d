//! The end of a log that somebody is still writing.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use testyard_model::secret::Masker;

/// How much is read at once at most. Of a log that grew by more than this between two looks, the middle is left out.
const READ_AT_ONCE: u64 = 256 << 10;

/// How many lines are kept.
const KEPT: usize = 2_000;

/// The last lines of a log, numbered such that a line keeps its number while others come and go.
#[derive(Debug)]
pub struct LogTail {
    path: PathBuf,
    masker: Masker,
    /// Which file it was, and how far it was read.
    file: Option<(u64, u64)>,
    lines: VecDeque<String>,
    /// The number of the first line that is kept.
    first: usize,
    /// What was read and is not a whole line yet.
    partial: Vec<u8>,
}

impl LogTail {
    pub(super) fn of(path: PathBuf, masker: Masker) -> LogTail {
        LogTail { path, masker, file: None, lines: VecDeque::new(), first: 0, partial: Vec::new() }
    }

    /// Takes in what was written since the last look, and says whether anything is another now. A log that is not there, or
    /// cannot be read, has no lines.
    pub fn look(&mut self) -> bool {
        self.read().unwrap_or_else(|_| {
            let had_any = self.file.is_some();
            self.begin_again(None);
            had_any
        })
    }

    fn read(&mut self) -> io::Result<bool> {
        let mut file = File::open(&self.path)?;
        let data = file.metadata()?;
        let (own, length) = (data.ino(), data.len());
        // Masking a log at the end of its run puts another file in its place.
        let read = match self.file {
            Some((known, read)) if known == own && read == length => return Ok(false),
            Some((known, read)) if known == own && read < length => read,
            _ => {
                self.begin_again(Some(own));
                0
            }
        };
        let from = read.max(length.saturating_sub(READ_AT_ONCE));
        if from > read {
            self.partial.clear();
        }
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        let more = file.take(READ_AT_ONCE).read_to_end(&mut bytes)?;
        // What was jumped into is most likely the middle of a line.
        let whole =
            if from > read { bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1) } else { 0 };
        self.file = Some((own, from + more as u64));
        self.take(&bytes[whole..]);
        Ok(true)
    }

    fn begin_again(&mut self, file: Option<u64>) {
        self.file = file.map(|own| (own, 0));
        self.lines.clear();
        self.partial.clear();
        self.first = 0;
    }

    fn take(&mut self, bytes: &[u8]) {
        self.partial.extend_from_slice(bytes);
        let Some(end) = self.partial.iter().rposition(|byte| *byte == b'\n') else { return };
        let rest = self.partial.split_off(end + 1);
        let whole = std::mem::replace(&mut self.partial, rest);
        let text = String::from_utf8_lossy(&whole);
        self.lines.extend(self.masker.mask(&text).lines().map(str::to_owned));
        let over = self.lines.len().saturating_sub(KEPT);
        self.lines.drain(..over);
        self.first += over;
    }

    /// The number of the first line that is kept.
    pub fn first(&self) -> usize {
        self.first
    }

    /// The lines that are kept, and what is there of the one that is being written.
    pub fn lines(&self) -> Vec<String> {
        let begun =
            (!self.partial.is_empty()).then(|| self.masker.mask(&String::from_utf8_lossy(&self.partial)));
        self.lines.iter().cloned().chain(begun).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::Path;

    use super::*;

    fn add(path: &Path, text: &str) {
        let mut file = File::options().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn looked(tail: &mut LogTail) -> Vec<String> {
        tail.look();
        tail.lines()
    }

    #[test]
    fn a_log_is_followed_and_masked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let mut tail = LogTail::of(path.clone(), Masker::default());
        assert_eq!(looked(&mut tail), Vec::<String>::new());
        add(&path, "one\npostgresql://me:hunter2@db/x\n..");
        let lines = looked(&mut tail);
        assert_eq!((lines[0].as_str(), lines[2].as_str()), ("one", ".."));
        assert!(!lines[1].contains("hunter2"), "{lines:?}");
        add(&path, ".\n");
        assert_eq!(looked(&mut tail)[2], "...");
        // Another file in its place, as when it is masked.
        std::fs::rename(&path, folder.path().join("old")).unwrap();
        add(&path, "new\n");
        assert_eq!(looked(&mut tail), ["new"]);
    }

    #[test]
    fn of_a_long_log_only_the_end_is_kept_and_lines_keep_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let mut tail = LogTail::of(path.clone(), Masker::default());
        add(&path, &"x\n".repeat(KEPT));
        add(&path, "last\n");
        let lines = looked(&mut tail);
        assert_eq!((lines.len(), tail.first(), lines[KEPT - 1].as_str()), (KEPT, 1, "last"));
        add(&path, &"a long line of it\n".repeat(40_000));
        add(&path, "end\n");
        assert_eq!(looked(&mut tail).last().map(String::as_str), Some("end"));
        assert_eq!(tail.lines().len(), KEPT);
    }
}

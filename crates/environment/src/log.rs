//! The logs of services: opened for appending, read from their end.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// How much of a log's end is read for its last lines: lines longer than a few hundred bytes are no evidence.
const TAIL_BYTES: u64 = 16 << 10;

/// The longest line that is shown, in characters.
const LONGEST: usize = 400;

/// Opens a log for appending.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).open(path)
}

/// Appends what a tool printed.
pub(crate) fn append(path: &Path, printed: &[u8]) -> io::Result<()> {
    open(path)?.write_all(printed)
}

/// The last lines of a log; none when it cannot be read.
pub(crate) fn tail(path: &Path, count: usize) -> Vec<String> {
    last_lines(&end_of(path).unwrap_or_default(), count)
}

/// The last lines of some output, without blank ones.
pub(crate) fn last_lines(printed: &[u8], count: usize) -> Vec<String> {
    let text = String::from_utf8_lossy(printed);
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let first = lines.len().saturating_sub(count);
    lines[first..].iter().map(|line| line.chars().take(LONGEST).collect()).collect()
}

fn end_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        assert!(tail(&path, 3).is_empty(), "a log that is not there has no lines");
        append(&path, b"one\ntwo\n\n").unwrap();
        append(&path, b"three\r\n\xff four").unwrap();
        assert_eq!(tail(&path, 2), ["three", "\u{fffd} four"]);
        append(&path, "x".repeat(1 << 15).as_bytes()).unwrap();
        assert_eq!(tail(&path, 9).last().map(|line| line.chars().count()), Some(LONGEST));
    }
}

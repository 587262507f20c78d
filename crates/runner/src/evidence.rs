//! What a test leaves: shortened for events and reports, whole in a file where it is long.

use std::path::{Path, PathBuf};

use testyard_model::event::Evidence;
use testyard_model::secret::Masker;

use crate::files::slug;

/// How many bytes of a detail are kept at its head, and as many at its tail. Four KiB each hold the whole of most
/// failures: half of them print less than 200 bytes, 95 of 100 less than 8.5 KB.
const KEPT: usize = 4 << 10;

/// The longest message, in characters; it is one line of a report.
const LONGEST_MESSAGE: usize = 300;

/// Makes the evidence of one suite's tests.
pub(crate) struct Shelf {
    run_folder: PathBuf,
    suite: String,
    masker: Masker,
    files: usize,
}

impl Shelf {
    /// The shelf of that suite.
    pub(crate) fn new(run_folder: &Path, suite: &str, masker: &Masker) -> Shelf {
        Shelf { run_folder: run_folder.to_owned(), suite: slug(suite), masker: masker.clone(), files: 0 }
    }

    /// The evidence of the test (or file) of that name. A detail longer than twice [`KEPT`] is written whole to
    /// `logs/test-<suite>-<number>-<test>.log`.
    pub(crate) fn keep(&mut self, name: &str, message: &str, detail: &str) -> Evidence {
        let (message, detail) = (self.masker.mask(message), self.masker.mask(detail));
        let log = if detail.len() > 2 * KEPT { self.write(name, &detail) } else { None };
        let message = one_line(&message);
        // Some failures have nothing to say beyond their message.
        let detail = if detail.trim() == message { String::new() } else { head_and_tail(&detail) };
        Evidence { message, detail, log }
    }

    /// One line, not too long, with its secrets hidden.
    pub(crate) fn line(&self, line: &str) -> String {
        one_line(&self.masker.mask(line))
    }

    /// Lines of a log with their secrets hidden.
    pub(crate) fn mask_lines(&self, lines: Vec<String>) -> Vec<String> {
        lines.iter().map(|line| self.masker.mask(line)).collect()
    }

    fn write(&mut self, name: &str, detail: &str) -> Option<PathBuf> {
        self.files += 1;
        let path =
            Path::new("logs").join(format!("test-{}-{:04}-{}.log", self.suite, self.files, slug(name)));
        let written = testyard_sys::files::write(&self.run_folder.join(&path), detail.as_bytes());
        // Without the file the shortened text still stands in the event.
        written.ok().map(|()| path)
    }
}

fn one_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// The first and last [`KEPT`] bytes of a text, with a line between them that says how much is missing.
fn head_and_tail(text: &str) -> String {
    if text.len() <= 2 * KEPT {
        return text.to_owned();
    }
    let head = &text[..text.floor_char_boundary(KEPT)];
    let tail = &text[text.ceil_char_boundary(text.len() - KEPT)..];
    let missing = text.len() - head.len() - tail.len();
    format!("{head}\n… {missing} bytes left out …\n{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_evidence_stays_whole_and_long_evidence_gets_a_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("logs")).unwrap();
        let mut shelf = Shelf::new(folder.path(), "unit", &Masker::default());

        let short = shelf.keep("t::a", "\n  first \nsecond", &"é".repeat(KEPT));
        assert_eq!((short.message.as_str(), short.detail.len(), short.log), ("first", 2 * KEPT, None));

        let same = shelf.keep("t::c", "[XPASS(strict)]", "[XPASS(strict)]\n");
        assert_eq!((same.message.as_str(), same.detail.as_str()), ("[XPASS(strict)]", ""));

        let whole = format!("start {} end", "é".repeat(KEPT));
        let long = shelf.keep("t::b", "boom", &whole);
        assert!(long.detail.starts_with("start é") && long.detail.ends_with("é end"), "{}", long.detail);
        assert!(long.detail.contains(" bytes left out …\n") && long.detail.len() < 2 * KEPT + 64);
        let file = long.log.unwrap();
        assert_eq!(file, Path::new("logs/test-unit-0001-t--b.log"));
        assert_eq!(std::fs::read_to_string(folder.path().join(file)).unwrap(), whole);
    }

    #[test]
    fn a_message_is_one_line() {
        assert_eq!(one_line(&"x".repeat(LONGEST_MESSAGE)).chars().count(), LONGEST_MESSAGE);
        assert!(one_line(&"é".repeat(LONGEST_MESSAGE + 1)).ends_with("é…"));
    }
}

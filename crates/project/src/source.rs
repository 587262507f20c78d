//! Where a value came from, and how a message about it names that place.
//!
//! A setting may stand in `testyard.toml`, in a variable of the caller's environment, on the command line, in a file
//! that discovery read, or nowhere. Messages and the plan's origins say which.

use std::fmt;
use std::path::{Path, PathBuf};

use testyard_model::{Finding, Place, Severity};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A place in a file, with the text of its line.
    File {
        /// The place.
        place: Place,
        /// The whole line it stands in.
        line: String,
    },
    /// A variable of the caller's environment, by its name.
    Variable(String),
    /// `--set` on the command line, by the key that was set.
    CommandLine(String),
    /// Something discovery read, in words: `pytest.ini`.
    Discovered(String),
    /// Nobody said anything.
    Default,
}

impl Source {
    /// An error about the value that came from here.
    pub fn error(&self, code: &str, message: impl Into<String>) -> Finding {
        self.finding(code, Severity::Error, message)
    }

    /// A finding about the value that came from here.
    pub fn finding(&self, code: &str, severity: Severity, message: impl Into<String>) -> Finding {
        let place = match self {
            Source::File { place, .. } => place.clone(),
            Source::Variable(name) => Place::file(format!("environment variable {name}")),
            Source::CommandLine(key) => Place::file(format!("--set {key}")),
            Source::Discovered(what) => Place::file(what),
            Source::Default => Place::file(crate::config::FILE),
        };
        let finding = Finding::new(code, severity, place, message);
        match self {
            Source::File { line, .. } => finding.source(line),
            _ => finding,
        }
    }
}

impl fmt::Display for Source {
    /// The words of the plan's origins.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::File { place, .. } => {
                write!(f, "{}:{}", place.path.display(), place.line)
            }
            Source::Variable(name) => write!(f, "environment {name}"),
            Source::CommandLine(_) => f.write_str("command line"),
            Source::Discovered(what) => write!(f, "discovered: {what}"),
            Source::Default => f.write_str("default"),
        }
    }
}

/// A value with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub source: Source,
}

impl<T> Sourced<T> {
    /// A value from somewhere.
    pub fn new(value: T, source: Source) -> Sourced<T> {
        Sourced { value, source }
    }
}

/// A text file whose positions are known by byte offsets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    /// The file, as messages name it.
    pub(crate) path: &'a Path,
    /// All of it.
    pub(crate) text: &'a str,
}

impl Text<'_> {
    /// The place and line of a byte offset. An offset past the end is the end.
    pub(crate) fn source_at(&self, offset: usize) -> Source {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = count(before.matches('\n').count() + 1);
        let column = count(self.text[start..offset].chars().count() + 1);
        let text = self.text[start..].lines().next().unwrap_or_default();
        Source::File { place: Place::at(self.path, line, column), line: text.to_owned() }
    }

    /// The place of a whole line, from 1, with its text.
    pub(crate) fn source_of_line(&self, line: u32, column: u32) -> Source {
        let text = self.text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
        Source::File { place: Place::at(self.path, line, column), line: text.to_owned() }
    }
}

/// A line of a file as it may be shown: the values of secret names and the passwords of URLs are masked.
pub fn masked_line(line: &str) -> String {
    crate::compose::findings::shown(line)
}

/// A count of lines or characters as places hold it.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The path as messages name it: relative to the root where it lies inside it.
pub(crate) fn shown(root: &Path, path: &Path) -> PathBuf {
    match path.strip_prefix(root) {
        Ok(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        Ok(inside) => inside.to_owned(),
        Err(_) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns_in_characters() {
        let text = Text { path: Path::new("a.toml"), text: "one\nzwö = 1\nend" };
        let check = |offset: usize, line: u32, column: u32, shown: &str| {
            let expected = Source::File { place: Place::at("a.toml", line, column), line: shown.to_owned() };
            assert_eq!(text.source_at(offset), expected, "offset {offset}");
        };
        check(0, 1, 1, "one");
        check(4, 2, 1, "zwö = 1");
        check(9, 2, 5, "zwö = 1");
        check(7, 2, 3, "zwö = 1");
        check(999, 3, 4, "end");
    }
}

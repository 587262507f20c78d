//! An ignore file's lines.

use super::clean::clean;
use super::matcher::Matcher;
use super::pattern::Pattern;

/// A read ignore file.
#[derive(Debug, Clone, Default)]
pub struct IgnoreFile {
    /// Its patterns, in their order.
    pub lines: Vec<Line>,
    /// Lines for which Docker refuses the whole build.
    pub problems: Vec<Problem>,
}

/// One pattern and where it stands.
#[derive(Debug, Clone)]
pub struct Line {
    /// The line, from 1.
    pub number: u32,
    /// The whole line as it was written, without spaces around it.
    pub written: String,
    /// Whether it began with `!`: what it matches is included again.
    pub negated: bool,
    /// The pattern.
    pub pattern: Pattern,
}

/// A line for which Docker refuses the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub number: u32,
    /// The whole line as it was written, without spaces around it.
    pub written: String,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A `!` with nothing, or only the root, behind it.
    LoneNegation,
    /// A bracket or backslash without its end.
    BadPattern,
}

impl IgnoreFile {
    /// Reads the text of an ignore file.
    pub fn parse(text: &str) -> IgnoreFile {
        let mut file = IgnoreFile::default();
        for (index, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
            // A `#` counts only as the very first character: ` # this` is a pattern.
            if !line.starts_with('#') && !line.trim().is_empty() {
                file.line(crate::source::count(index + 1), line.trim());
            }
        }
        file
    }

    /// An ignore file of these patterns, each numbered from 1: what `COPY --exclude` takes.
    pub fn from_patterns<'a>(patterns: impl IntoIterator<Item = &'a str>) -> IgnoreFile {
        let mut file = IgnoreFile::default();
        for (index, pattern) in
            patterns.into_iter().enumerate().filter(|(_, pattern)| !pattern.trim().is_empty())
        {
            file.line(crate::source::count(index + 1), pattern.trim());
        }
        file
    }

    /// The matcher over its patterns.
    pub fn matcher(&self) -> Matcher<'_> {
        Matcher::new(&self.lines)
    }

    fn line(&mut self, number: u32, written: &str) {
        let (negated, text) = match written.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, written),
        };
        let problem = |kind| Problem { number, written: written.to_owned(), kind };
        let text = if text.is_empty() { String::new() } else { clean(text) };
        let text = if text.len() > 1 { text.strip_prefix('/').unwrap_or(&text).to_owned() } else { text };
        if negated && (text.is_empty() || text == "/") {
            self.problems.push(problem(ProblemKind::LoneNegation));
            return;
        }
        match Pattern::new(&text) {
            Some(pattern) => self.lines.push(Line { number, written: written.to_owned(), negated, pattern }),
            None => self.problems.push(problem(ProblemKind::BadPattern)),
        }
    }
}

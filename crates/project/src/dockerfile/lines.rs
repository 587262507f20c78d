//! From a file to its logical lines: directives, comments, continued lines and heredocs.
//!
//! The rules are those of BuildKit's parser: comment lines vanish also inside a continued line, an empty line does not
//! end a continued line, and two escape characters at the end of a line do not continue it.

use super::passage::Passage;
use super::tree::{Spot, Word};
use crate::source::count;

/// The lines of a file with a cursor.
pub(super) struct Lines<'a> {
    all: Vec<&'a str>,
    next: usize,
    /// The character that continues lines.
    pub(super) escape: char,
    /// What `# syntax=` names.
    pub(super) syntax: Option<Word>,
    /// A directive that no builder accepts.
    pub(super) bad_directive: Option<Word>,
}

impl<'a> Lines<'a> {
    /// The lines of a text, its directives read.
    pub(super) fn of(text: &'a str) -> Lines<'a> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let all = text.lines().collect();
        let mut lines = Lines { all, next: 0, escape: '\\', syntax: None, bad_directive: None };
        lines.directives();
        lines
    }

    /// The next instruction with everything it continues on, comments and blanks left out.
    pub(super) fn logical(&mut self) -> Option<Passage> {
        loop {
            let (spot, line) = self.take()?;
            let trimmed = line.trim_start();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let indent = line[..line.len() - trimmed.len()].chars().count();
            let spot = Spot { column: count(indent + 1), ..spot };
            let (part, continues) = self.continued(trimmed);
            let mut passage = Passage::default();
            passage.push(part, spot);
            if continues {
                self.continuation(&mut passage);
            }
            if !passage.text.trim().is_empty() {
                return Some(passage);
            }
        }
    }

    fn continuation(&mut self, passage: &mut Passage) {
        while let Some((spot, line)) = self.take() {
            let trimmed = line.trim_start();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let (part, continues) = self.continued(line);
            passage.push(part, spot);
            if !continues {
                return;
            }
        }
    }

    /// The lines of a heredoc up to its terminator, and the number of the first; nothing when it is never ended.
    pub(super) fn heredoc(&mut self, name: &str, chomp: bool) -> Option<(String, u32)> {
        let first = count(self.next + 1);
        let mut text = String::new();
        loop {
            let (_, line) = self.take()?;
            let line = if chomp { line.trim_start_matches('\t') } else { line };
            if line == name {
                return Some((text, first));
            }
            text.push_str(line);
            text.push('\n');
        }
    }

    /// The number of the line that was read last.
    pub(super) fn last(&self) -> u32 {
        count(self.next)
    }

    fn take(&mut self) -> Option<(Spot, &'a str)> {
        let line = self.all.get(self.next)?;
        self.next += 1;
        Some((Spot { line: count(self.next), column: 1 }, line))
    }

    /// The line without the character that continues it, and whether there was one.
    fn continued<'t>(&self, line: &'t str) -> (&'t str, bool) {
        let trimmed = line.trim_end_matches([' ', '\t']);
        match trimmed.strip_suffix(self.escape) {
            Some(before) if !before.ends_with(self.escape) => (before, true),
            _ => (line, false),
        }
    }

    /// Directives stand in comments at the very top, before anything else.
    fn directives(&mut self) {
        for (line, number) in self.all.clone().into_iter().zip(1u32..) {
            let Some((key, value)) = directive(line) else { return };
            let at = line.rfind(value).unwrap_or_default();
            let spot = Spot { line: number, column: count(line[..at].chars().count() + 1) };
            let word = Word { text: value.to_owned(), spot };
            match key.to_ascii_lowercase().as_str() {
                "syntax" => self.syntax = Some(word),
                "escape" => match value {
                    "\\" | "`" => self.escape = value.chars().next().unwrap_or('\\'),
                    _ => self.bad_directive = Some(word),
                },
                _ => {}
            }
        }
    }
}

/// `# key = value`.
fn directive(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.strip_prefix('#')?.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let plain =
        key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(|c| c.is_ascii_alphanumeric());
    (plain && !value.is_empty()).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logical(text: &str) -> Vec<(String, u32)> {
        let mut lines = Lines::of(text);
        std::iter::from_fn(|| lines.logical()).map(|p| (p.text.clone(), p.spot(0).line)).collect()
    }

    fn check(text: &str, expected: &[(&str, u32)]) {
        let expected: Vec<_> = expected.iter().map(|(text, line)| ((*text).to_owned(), *line)).collect();
        assert_eq!(logical(text), expected, "{text:?}");
    }

    #[test]
    fn lines_are_joined_as_docker_joins_them() {
        check("FROM a\n\n# c\n  RUN b\n", &[("FROM a", 1), ("RUN b", 4)]);
        check("RUN a \\\n  b\nRUN c", &[("RUN a   b", 1), ("RUN c", 3)]);
        check("RUN a \\\n  # comment\n\n  b", &[("RUN a   b", 1)]);
        check("RUN a \\  \n b", &[("RUN a  b", 1)]);
        check("RUN a \\\\\nRUN b", &[("RUN a \\\\", 1), ("RUN b", 2)]);
        check("\u{feff}FROM a\r\nRUN b\r\n", &[("FROM a", 1), ("RUN b", 2)]);
        check("RUN a \\", &[("RUN a ", 1)]);
        check("\\\n\\\n", &[]);
        check("# escape=`\nRUN a `\n b\nRUN c \\\n", &[("RUN a  b", 2), ("RUN c \\", 4)]);
        check("# no directive\n# escape=`\nRUN a `\n", &[("RUN a `", 3)]);
    }

    #[test]
    fn directives_are_read_only_at_the_top() {
        let lines = Lines::of("# syntax = docker/dockerfile:1\n#escape=x\nFROM a");
        let word = |text: &str, line, column| Word { text: text.to_owned(), spot: Spot { line, column } };
        assert_eq!(lines.syntax, Some(word("docker/dockerfile:1", 1, 12)));
        assert_eq!(lines.bad_directive, Some(word("x", 2, 9)));
        assert_eq!(Lines::of("FROM a\n# syntax=x").syntax, None);
    }
}

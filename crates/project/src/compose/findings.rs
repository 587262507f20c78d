//! Collecting findings with the place and the text of the line they are about.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use testyard_model::{Finding, Place, Severity, secret};

use super::tree::Spot;

/// The files that were read and what is wrong in them.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    files: Vec<SourceFile>,
    list: Vec<Finding>,
    seen: HashSet<(String, Place, String)>,
}

#[derive(Debug)]
struct SourceFile {
    path: PathBuf,
    lines: Vec<String>,
}

/// One thing that is wrong, before its place has become a path.
#[derive(Debug)]
pub(crate) struct Problem {
    code: &'static str,
    severity: Severity,
    spot: Spot,
    message: String,
    help: Option<String>,
}

impl Problem {
    /// Something will break.
    pub(crate) fn error(code: &'static str, spot: Spot, message: impl Into<String>) -> Problem {
        Problem { code, severity: Severity::Error, spot, message: message.into(), help: None }
    }

    /// Something may break, or is not what it seems.
    pub(crate) fn warning(code: &'static str, spot: Spot, message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Warning, ..Problem::error(code, spot, message) }
    }

    /// Something is worth knowing.
    pub(crate) fn note(code: &'static str, spot: Spot, message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Note, ..Problem::error(code, spot, message) }
    }

    /// The same with what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

impl Findings {
    /// Registers a file that is read, so that findings can show its lines. Returns its number for spots.
    pub(crate) fn open(&mut self, shown: PathBuf, text: &str) -> u32 {
        let lines = text.lines().map(str::to_owned).collect();
        self.files.push(SourceFile { path: shown, lines });
        u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)
    }

    /// The files that were read, in their order, each once.
    pub(crate) fn read_files(&self) -> Vec<PathBuf> {
        let mut seen = HashSet::new();
        self.files.iter().map(|file| &file.path).filter(|path| seen.insert(*path)).cloned().collect()
    }

    /// Whether anything is wrong in a file so far.
    pub(crate) fn any_in(&self, file: u32) -> bool {
        let path = self.path(file);
        self.list.iter().any(|finding| finding.place.path == path)
    }

    /// The path a file is shown under.
    fn path(&self, file: u32) -> &Path {
        self.files.get(file as usize).map_or(Path::new(""), |file| &file.path)
    }

    /// A spot as a place.
    pub(crate) fn place(&self, spot: Spot) -> Place {
        Place::at(self.path(spot.file), spot.line, spot.column)
    }

    /// Notes a problem. One that was noted before, word by word at the same place, is not noted again.
    pub(crate) fn push(&mut self, problem: Problem) {
        let place = self.place(problem.spot);
        if !self.seen.insert((problem.code.to_owned(), place.clone(), problem.message.clone())) {
            return;
        }
        self.list.push(Finding {
            code: problem.code.to_owned(),
            severity: problem.severity,
            place,
            message: problem.message,
            help: problem.help,
            source: self.line(problem.spot).map(shown),
            basis: None,
            cause: None,
        });
    }

    /// Notes a finding that knows its place already, with the text of its line.
    pub(crate) fn push_placed(&mut self, finding: Finding) {
        let file = self.files.iter().position(|file| file.path == finding.place.path).unwrap_or_default();
        let file = u32::try_from(file).unwrap_or(u32::MAX);
        let source =
            self.line(Spot { file, line: finding.place.line, column: finding.place.column }).map(shown);
        self.list.push(Finding { source, ..finding });
    }

    /// The spot of the n-th `$` from a spot on, counted from 0: where an interpolation inside a long text stands.
    pub(crate) fn nth_dollar(&self, spot: Spot, nth: usize) -> Spot {
        let Some(file) = self.files.get(spot.file as usize) else { return spot };
        let first = spot.line.max(1);
        let lines = file.lines.iter().zip(1u32..).skip(first as usize - 1);
        let positions = lines.flat_map(|(line, number)| {
            let from = if number == first { spot.column } else { 1 };
            line.chars()
                .zip(1u32..)
                .filter(move |(c, column)| *c == '$' && *column >= from)
                .map(move |(_, column)| (number, column))
        });
        match positions.into_iter().nth(nth) {
            Some((line, column)) => Spot { line, column, ..spot },
            None => spot,
        }
    }

    /// All findings, in the order of their files and lines.
    pub(crate) fn finish(self) -> Vec<Finding> {
        let order: Vec<PathBuf> = self.files.iter().map(|file| file.path.clone()).collect();
        let mut list = self.list;
        list.sort_by_key(|finding| {
            let file = order.iter().position(|path| *path == finding.place.path);
            (file, finding.place.line, finding.place.column)
        });
        list
    }

    fn line(&self, spot: Spot) -> Option<&str> {
        let index = (spot.line as usize).checked_sub(1)?;
        Some(self.files.get(spot.file as usize)?.lines.get(index)?.as_str())
    }
}

/// A line as it may be shown: no password in it. Every `NAME: value` and `NAME=value` with a secret name is masked,
/// also several of them in one flow mapping; references to variables and whole lists and mappings stay.
pub(crate) fn shown(line: &str) -> String {
    let mut done = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find([':', '=']) {
        let (before, after) = rest.split_at(at + 1);
        done.push_str(before);
        let name_end = before[..at].trim_end_matches([' ', '"', '\'']);
        let other = |c: char| !c.is_alphanumeric() && c != '_' && c != '-';
        let name = name_end.rsplit(other).next().unwrap_or_default();
        rest = after;
        if secret::is_secret_name(name) {
            let value = after.trim_start();
            done.push_str(&after[..after.len() - value.len()]);
            let length = secret_length(value);
            if length > 0 {
                done.push_str(secret::MASK);
            }
            rest = &value[length..];
        }
    }
    done.push_str(rest);
    secret::mask_urls(&done)
}

/// How much of what follows a secret name is the secret: a quoted text, or everything up to the end of the entry.
fn secret_length(value: &str) -> usize {
    match value.chars().next() {
        None | Some('$' | '[' | '{' | '&' | '*' | '|' | '>' | '!' | '#') => 0,
        Some(quote @ ('"' | '\'')) => value[1..].find(quote).map_or(value.len(), |end| end + 2),
        Some(_) => value.find([',', '}', ']', '"', '\'']).unwrap_or(value.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_shown_without_passwords() {
        let check = |line: &str, expected: &str| assert_eq!(shown(line), expected);
        check("  POSTGRES_PASSWORD: hunter2", "  POSTGRES_PASSWORD: ****");
        check("  - POSTGRES_PASSWORD=hunter2", "  - POSTGRES_PASSWORD=****");
        check("e: {DB_PASSWORD: \"a, b\", U: me, TOKEN: x}", "e: {DB_PASSWORD: ****, U: me, TOKEN: ****}");
        check("e: ['DB_PASSWORD=a:b', \"U=me\"]", "e: ['DB_PASSWORD=****', \"U=me\"]");
        check("\"DB_PASSWORD\": x", "\"DB_PASSWORD\": ****");
        check("API_KEY=", "API_KEY=");
        check("über_password: ü", "über_password: ****");
        check("  POSTGRES_PASSWORD: ${PW:?set it}", "  POSTGRES_PASSWORD: ${PW:?set it}");
        check("  URL: postgres://a:b@c/d", "  URL: postgres://a:****@c/d");
        check("    secrets: [one]", "    secrets: [one]");
        check("  POSTGRES_USER: me", "  POSTGRES_USER: me");
    }

    #[test]
    fn findings_stand_once_and_in_the_order_of_their_lines() {
        let mut findings = Findings::default();
        let file = findings.open(PathBuf::from("c.yaml"), "one\ntwo\n");
        let at = |line| Spot { file, line, column: 1 };
        findings.push(Problem::error("B", at(2), "second"));
        findings.push(Problem::warning("A", at(1), "first").help("do"));
        findings.push(Problem::error("B", at(2), "second"));
        let shown: Vec<_> = findings.finish().into_iter().map(|f| (f.message, f.source)).collect();
        let expected = [("first", "one"), ("second", "two")];
        assert_eq!(shown, expected.map(|(m, l)| (m.to_owned(), Some(l.to_owned()))));
    }
}

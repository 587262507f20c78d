//! What a suite's command line means: which adapter runs it, in which words, with which variables.

use std::collections::BTreeMap;

/// A command line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandLine {
    /// Whether it runs pytest in a way that Testyard's plugin can join.
    pub(super) pytest: bool,
    /// Its words. A line with shell syntax is `sh -c LINE`.
    pub(super) words: Vec<String>,
    /// The variables it sets for itself, `NAME=VALUE pytest`.
    pub(super) environment: BTreeMap<String, String>,
}

/// Programs that start another in the project's environment. Testyard prepares that environment itself.
const WRAPPERS: [&[&str]; 6] = [
    &["uv", "run"],
    &["poetry", "run"],
    &["pipenv", "run"],
    &["hatch", "run"],
    &["pdm", "run"],
    &["rye", "run"],
];

/// Understands a line. `None` when its quotes do not match.
pub(super) fn understand(line: &str) -> Option<CommandLine> {
    let words = shlex::split(line)?;
    if has_shell_syntax(line) {
        let words = vec!["sh".to_owned(), "-c".to_owned(), line.to_owned()];
        return Some(CommandLine { pytest: false, words, environment: BTreeMap::new() });
    }
    let mut words = words.as_slice();
    let mut environment = BTreeMap::new();
    while let Some((name, value)) = words.first().and_then(|word| assignment(word)) {
        environment.insert(name.to_owned(), value.to_owned());
        words = &words[1..];
    }
    let inner = WRAPPERS.iter().find_map(|wrapper| words.strip_prefix_words(wrapper)).unwrap_or(words);
    let pytest = is_pytest(inner);
    let words = if pytest { inner } else { words };
    Some(CommandLine { pytest, words: words.to_vec(), environment })
}

/// Taking words off the front of a list of words.
trait Words {
    fn strip_prefix_words(&self, prefix: &[&str]) -> Option<&[String]>;
}

impl Words for [String] {
    fn strip_prefix_words(&self, prefix: &[&str]) -> Option<&[String]> {
        let same = self.len() > prefix.len() && self.iter().zip(prefix).all(|(word, wanted)| word == wanted);
        same.then(|| &self[prefix.len()..])
    }
}

/// `pytest …` or `python -m pytest …`.
fn is_pytest(words: &[String]) -> bool {
    let program = |word: &String| word.rsplit('/').next().unwrap_or_default().to_owned();
    let Some(first) = words.first().map(program) else { return false };
    match first.as_str() {
        "pytest" | "py.test" => true,
        name if is_python(name) => {
            words.get(1).is_some_and(|m| m == "-m") && words.get(2).is_some_and(|m| m == "pytest")
        }
        _ => false,
    }
}

/// Whether a program's name is that of a Python interpreter: `python`, `python3`, `python3.12`.
pub(super) fn is_python(name: &str) -> bool {
    name.strip_prefix("python").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// `NAME=VALUE` at the front of a line.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plain && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some((name, value))
}

/// Whether a line needs a shell: a control operator, a redirection, a substitution or a pattern outside of quotes.
fn has_shell_syntax(line: &str) -> bool {
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (None | Some('"'), '\\') => {
                letters.next();
            }
            (None | Some('"'), '$' | '`') => return true,
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            (None, ';' | '&' | '|' | '<' | '>' | '(' | ')' | '\n' | '*') => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood() {
        let check = |line: &str, expected: &str| {
            let shown = understand(line).map_or("none".to_owned(), |command| {
                let adapter = if command.pytest { "pytest" } else { "command" };
                format!("{adapter} {:?} {:?}", command.words, command.environment)
            });
            assert_eq!(shown, expected, "{line}");
        };
        check("pytest tests -k 'a and b'", r#"pytest ["pytest", "tests", "-k", "a and b"] {}"#);
        check("python3.12 -m pytest -q", r#"pytest ["python3.12", "-m", "pytest", "-q"] {}"#);
        check(".venv/bin/pytest", r#"pytest [".venv/bin/pytest"] {}"#);
        check("uv run pytest -x", r#"pytest ["pytest", "-x"] {}"#);
        check("A=1 B='x y' pytest", r#"pytest ["pytest"] {"A": "1", "B": "x y"}"#);
        check("python -m unittest", r#"command ["python", "-m", "unittest"] {}"#);
        check("uv run tox", r#"command ["uv", "run", "tox"] {}"#);
        check("make test && echo ok", r#"command ["sh", "-c", "make test && echo ok"] {}"#);
        check("pytest \"$TARGET\"", r#"command ["sh", "-c", "pytest \"$TARGET\""] {}"#);
        check(
            "pytest 'tests/test_a.py::test_b[$x;y]'",
            r#"pytest ["pytest", "tests/test_a.py::test_b[$x;y]"] {}"#,
        );
        check("pytest-watch", r#"command ["pytest-watch"] {}"#);
        check("pytest 'tests", "none");
    }
}

//! The command line that starts pytest with the plugin, made of the one the project has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::words::{base_name, split_assignments};

/// Programs that run another one in a project's environment, which here is made already.
const RUNNERS: [&str; 6] = ["uv", "poetry", "pipenv", "pdm", "rye", "hatch"];

/// How to start pytest.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// The program: the interpreter, or one that is looked up on the `PATH`, such as `coverage`.
    pub(super) program: PathBuf,
    /// Its arguments.
    pub(super) arguments: Vec<String>,
    /// Variables that the command line sets.
    pub(super) variables: BTreeMap<String, String>,
}

/// The way to start pytest as `command` does, by this interpreter and start script. None when the command does not
/// start pytest.
///
/// `pytest …` and `python -m pytest …` are told apart, because only the second puts the current folder on the import
/// path; whatever stands before `-m pytest`, such as `coverage run`, stays.
pub(super) fn start(
    command: &[String],
    arguments: &[String],
    interpreter: &Path,
    script: &Path,
) -> Option<Start> {
    let (variables, words) = split_assignments(command);
    let words = without_runner(words);
    let first = base_name(words.first()?);
    let script = script.to_string_lossy().into_owned();
    let (program, before, mode, after) = if is_pytest(first) {
        (interpreter.to_owned(), &[][..], "script", &words[1..])
    } else {
        let at = words.windows(2).position(|pair| pair[0] == "-m" && is_pytest(&pair[1]))?;
        let program =
            if first.starts_with("python") { interpreter.to_owned() } else { PathBuf::from(&words[0]) };
        (program, words.get(1..at)?, "module", &words[at + 2..])
    };
    let mut line = before.to_vec();
    line.extend([script, mode.to_owned()]);
    line.extend(after.iter().chain(arguments).cloned());
    Some(Start { program, arguments: line, variables })
}

fn is_pytest(word: &str) -> bool {
    matches!(word, "pytest" | "py.test")
}

/// The command line without a leading `uv run` or its like.
fn without_runner(words: &[String]) -> &[String] {
    match words {
        [runner, run, rest @ ..] if RUNNERS.contains(&base_name(runner)) && run == "run" => {
            // Options of the runner stand before the program; those with a value of their own are not known here.
            let starts = |word: &String| {
                is_pytest(base_name(word)) || base_name(word).starts_with("python") || word == "coverage"
            };
            rest.iter().position(starts).map_or(words, |at| &rest[at..])
        }
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_become_a_start() {
        let check = |line: &str, expected: Option<&str>| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let start = start(&words, &["-x".to_owned()], Path::new("/v/python"), Path::new("/s.py"));
            let shown =
                start.map(|start| format!("{} {}", start.program.display(), start.arguments.join(" ")));
            assert_eq!(shown.as_deref(), expected, "{line}");
        };
        check("pytest", Some("/v/python /s.py script -x"));
        check(".venv/bin/pytest tests -k a", Some("/v/python /s.py script tests -k a -x"));
        check("python3.11 -X dev -m pytest tests", Some("/v/python -X dev /s.py module tests -x"));
        check("coverage run --branch -m pytest -q", Some("coverage run --branch /s.py module -q -x"));
        check("uv run --frozen pytest", Some("/v/python /s.py script -x"));
        check("poetry run python -m pytest", Some("/v/python /s.py module -x"));
        check("A=1 pytest", Some("/v/python /s.py script -x"));
        check("make test", None);
        check("python -m unittest", None);
        check("uv run mytool", None);
    }
}

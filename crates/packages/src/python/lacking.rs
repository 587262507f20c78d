//! What is said where this machine lacks the Python that a project asks for.

use testyard_model::plan::PythonPlan;

use super::interpreter::Interpreter;
use super::specifier::{self, Fit};

/// How many of the interpreters that are there are named.
const MOST: usize = 6;

/// What is asked for and where, what is there, what uv said, and what to do.
pub(super) fn evidence(plan: &PythonPlan, there: &[Interpreter], uv: Option<Vec<String>>) -> Vec<String> {
    let mut lines = vec![match &plan.version {
        Some(_) => format!("the project asks for {}", asked(plan)),
        None => "no python3 that runs is on PATH".to_owned(),
    }];
    if plan.version.is_some() {
        lines.push(here(there));
    }
    match uv {
        Some(said) => {
            lines.push("uv could neither find nor fetch one".to_owned());
            lines.extend(said);
        }
        None => lines.push("there is no uv that could fetch one".to_owned()),
    }
    lines.push(match (there.first(), &plan.version) {
        (Some(one), _) => {
            format!("help: install it, or choose another with --set python.version={}", minor(&one.version))
        }
        (None, Some(_)) => "help: install that Python, or uv".to_owned(),
        (None, None) => "help: install Python 3 or uv".to_owned(),
    });
    lines
}

/// What is worth knowing about an environment whose Python is not quite the one that is asked for.
pub(super) fn other_patch(plan: &PythonPlan, version: &str) -> Option<String> {
    let wanted = plan.version.as_deref()?;
    (specifier::fit(wanted, version) == Fit::OtherPatch)
        .then(|| format!("the project asks for {}: {version} differs in the patch only", asked(plan)))
}

/// `Python >=3.14 (requires-python in pyproject.toml)`.
fn asked(plan: &PythonPlan) -> String {
    let version = plan.version.as_deref().unwrap_or("3");
    let from = plan.version_from.as_ref().map(|from| format!(" ({from})")).unwrap_or_default();
    format!("Python {version}{from}")
}

/// `here is Python 3.11.7 (/usr/bin/python3), …`, each version once.
fn here(there: &[Interpreter]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut shown = Vec::new();
    for one in there {
        if !seen.contains(&one.version.as_str()) {
            seen.push(&one.version);
            shown.push(format!("{} ({})", one.version, one.path.display()));
        }
    }
    let more = shown.len().saturating_sub(MOST);
    shown.truncate(MOST);
    match (shown.is_empty(), more) {
        (true, _) => "no python3 that runs is on PATH".to_owned(),
        (false, 0) => format!("here is Python {}", shown.join(", ")),
        (false, more) => format!("here is Python {} and {more} more", shown.join(", ")),
    }
}

/// `3.11` of `3.11.7`.
fn minor(version: &str) -> &str {
    let end = version.match_indices('.').nth(1).map_or(version.len(), |(at, _)| at);
    &version[..end]
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn plan(version: Option<&str>) -> PythonPlan {
        PythonPlan {
            root: PathBuf::from("/project"),
            existing: None,
            version: version.map(str::to_owned),
            version_from: version.map(|_| "requires-python in pyproject.toml".to_owned()),
            install: Vec::new(),
            as_of: None,
            timeouts_ms: Vec::new(),
            offline: false,
        }
    }

    fn there(version: &str, path: &str) -> Interpreter {
        Interpreter { path: PathBuf::from(path), version: version.to_owned(), fit: Fit::Refused }
    }

    #[test]
    fn what_is_asked_what_is_there_and_what_to_do() {
        let here =
            [there("3.11.7", "/bin/python3"), there("3.11.7", "/bin/python"), there("3.9.1", "/opt/py")];
        let check =
            |wanted: Option<&str>, here: &[Interpreter], uv: Option<Vec<String>>, expected: &[&str]| {
                assert_eq!(evidence(&plan(wanted), here, uv), expected);
            };
        let asked = "the project asks for Python >=3.14 (requires-python in pyproject.toml)";
        check(
            Some(">=3.14"),
            &here,
            None,
            &[
                asked,
                "here is Python 3.11.7 (/bin/python3), 3.9.1 (/opt/py)",
                "there is no uv that could fetch one",
                "help: install it, or choose another with --set python.version=3.11",
            ],
        );
        check(
            Some(">=3.14"),
            &[],
            Some(vec!["error: no download found".to_owned()]),
            &[
                asked,
                "no python3 that runs is on PATH",
                "uv could neither find nor fetch one",
                "error: no download found",
                "help: install that Python, or uv",
            ],
        );
        check(
            None,
            &[],
            None,
            &[
                "no python3 that runs is on PATH",
                "there is no uv that could fetch one",
                "help: install Python 3 or uv",
            ],
        );
    }

    #[test]
    fn another_patch_is_noted_and_the_same_is_not() {
        let note = |wanted: &str, version: &str| other_patch(&plan(Some(wanted)), version);
        let expected = "the project asks for Python 3.12.1 (requires-python in pyproject.toml): 3.12.4 differs in \
                        the patch only";
        assert_eq!(note("3.12.1", "3.12.4").as_deref(), Some(expected));
        assert_eq!(note("3.12.1", "3.12.1"), None);
        assert_eq!(note(">=3.9", "3.12.4"), None);
    }
}

//! What the files say held against what pytest itself collects.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use testyard_model::collection::{SeenFile, Verification};
use testyard_model::{CollectedTest, Collection};
use testyard_sys::tool;

use crate::CommandError;

/// Collects with pytest. Part of this binary.
const SCRIPT: &str = include_str!("../../../../plugin/collect_only.py");
/// How much of what pytest printed is shown when it says nothing else.
const SHOWN: usize = 20;

/// What pytest collected.
#[derive(Debug, Deserialize)]
struct Seen {
    items: Vec<String>,
    errors: Vec<SeenError>,
    exit: Option<i32>,
    ended: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SeenError {
    path: PathBuf,
    message: String,
}

/// Lets pytest collect, and says where it agrees with a collection. `root` is where node ids start; `folder` is the same,
/// relative to the project.
pub(super) fn verify(
    python: &Path,
    root: &Path,
    folder: &Path,
    paths: &[String],
    collection: &Collection,
) -> Result<Verification, CommandError> {
    let seen = ask(python, root, paths)?;
    let seen_ids = seen.items.iter().map(String::as_str);
    let mut verification = tests(collection.tests.iter().map(Predicted::of), seen_ids);
    let predicted: BTreeMap<&Path, &str> =
        collection.broken.iter().map(|file| (file.path.as_path(), file.message.as_str())).collect();
    let mut broken: BTreeMap<PathBuf, String> = BTreeMap::new();
    for error in seen.errors {
        let path = folder.join(error.path);
        // A conftest file that fails breaks the folder it stands in.
        broken.entry(path).or_insert(error.message);
    }
    let of = |path: &Path| {
        broken.get(path).or_else(|| path.ancestors().skip(1).find_map(|above| broken.get(above)))
    };
    let nothing_started = seen.items.is_empty() && seen.exit != Some(0) && seen.exit != Some(5);
    for (path, message) in &predicted {
        if of(path).is_some() || nothing_started {
            verification.broken_confirmed.push((*path).to_owned());
        } else {
            verification
                .broken_predicted_only
                .push(SeenFile { path: (*path).to_owned(), message: (*message).to_owned() });
        }
    }
    let only_seen = broken.into_iter().filter(|(path, _)| !predicted.keys().any(|one| one.starts_with(path)));
    verification.broken_seen_only = only_seen.map(|(path, message)| SeenFile { path, message }).collect();
    verification.ended = seen.ended;
    Ok(verification)
}

/// Tests of both sides. One whose parameters are not known agrees with all that pytest made of it.
pub(crate) fn tests<'a>(
    predicted: impl Iterator<Item = Predicted<'a>> + Clone,
    seen: impl Iterator<Item = &'a str> + Clone,
) -> Verification {
    let unexpanded = predicted.clone().filter(|test| test.is_unexpanded);
    let mut of_base: HashMap<&str, Vec<&str>> = unexpanded.map(|test| (test.id, Vec::new())).collect();
    for id in seen.clone() {
        if let Some(ids) = of_base.get_mut(base(id)) {
            ids.push(id);
        }
    }
    let mut left: HashSet<&str> = seen.clone().collect();
    let mut verification = Verification::default();
    for test in predicted {
        let confirmed = match of_base.get(test.id).filter(|_| test.is_unexpanded) {
            Some(ids) => (!ids.is_empty()).then(|| ids.iter().filter(|id| left.remove(**id)).count()),
            None => left.remove(test.id).then_some(1),
        };
        match confirmed {
            Some(confirmed) => verification.confirmed += confirmed,
            None => verification.predicted_only.push(test.id.to_owned()),
        }
    }
    verification.seen_only = seen.filter(|id| left.contains(id)).map(str::to_owned).collect();
    verification
}

/// A test that the files name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Predicted<'a> {
    /// Its node id.
    pub(crate) id: &'a str,
    /// Whether only pytest knows its parameters.
    pub(crate) is_unexpanded: bool,
}

impl<'a> Predicted<'a> {
    /// The same of a test that was read.
    pub(crate) fn of(test: &'a CollectedTest) -> Predicted<'a> {
        Predicted { id: &test.id, is_unexpanded: test.unexpanded.is_some() }
    }
}

/// A node id without its part in brackets, which may hold anything: names of tests have no bracket.
fn base(id: &str) -> &str {
    let start = id.find("::").unwrap_or(0);
    id[start..].find('[').map_or(id, |at| &id[..start + at])
}

fn ask(python: &Path, root: &Path, paths: &[String]) -> Result<Seen, CommandError> {
    let blocked = |why: String| CommandError::Blocked {
        message: format!("pytest cannot be asked: {why}"),
        help: format!("see whether `{} -m pytest --collect-only` works", python.display()),
    };
    let words = ["-c", SCRIPT].into_iter().chain(paths.iter().map(String::as_str));
    let words: Vec<OsString> = words.map(OsString::from).collect();
    let variables = [("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONUTF8", "1")];
    let done = tool::output(python, &words, root, &variables).map_err(|error| blocked(error.to_string()))?;
    let mut seen: Seen = serde_json::from_slice(&done.stdout).map_err(|error| blocked(error.to_string()))?;
    let said = String::from_utf8_lossy(&done.stderr);
    if seen.items.is_empty()
        && seen.errors.is_empty()
        && !matches!(seen.exit, Some(0 | 5))
        && seen.ended.is_none()
    {
        let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        seen.ended = Some(lines[lines.len().saturating_sub(SHOWN)..].join("\n"));
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(id: &str, unexpanded: bool) -> CollectedTest {
        let unexpanded = unexpanded.then(|| "a reason".to_owned());
        CollectedTest { id: id.to_owned(), unexpanded, ..CollectedTest::default() }
    }

    #[test]
    fn both_sides_are_told_apart() {
        let predicted = [test("a.py::one", false), test("a.py::two", true), test("a.py::gone", false)];
        let seen = ["a.py::one", "a.py::two[x]", "a.py::two[y::z]", "a.py::new[1]"].map(str::to_owned);
        let found = tests(predicted.iter().map(Predicted::of), seen.iter().map(String::as_str));
        assert_eq!(found.confirmed, 3);
        assert_eq!(found.predicted_only, ["a.py::gone"]);
        assert_eq!(found.seen_only, ["a.py::new[1]"]);
    }
}

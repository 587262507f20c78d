//! Which files pytest collects, in its order. Source: pytest 8 and 9, `_pytest/main.py` and `_pytest/python.py`.

use std::collections::BTreeSet;

use crate::pattern::{fnmatch, path_matches};
use crate::project::{Project, join};
use crate::read::{Bound, From, Value};
use crate::settings::Settings;

/// How deep folders are followed: links may lead in circles.
const DEPTH: usize = 64;

/// The test files, relative to the root.
pub(crate) fn files(project: &Project<'_>) -> Vec<String> {
    let settings = project.settings;
    let root = [String::new()];
    let paths = if settings.paths.is_empty() { &root[..] } else { &settings.paths };
    let mut walk = Walk { project, seen: BTreeSet::new(), found: Vec::new() };
    for path in paths {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let path = if path == "." { "" } else { path };
        if project.tree.is_folder(path) {
            let passed = walk.passed_above(path);
            walk.folder(path, &passed, DEPTH);
        } else if project.tree.is_file(path) {
            walk.file(path.to_owned());
        }
    }
    walk.found
}

/// Whether functions and classes of a file are tests: it is called so, or it was named itself.
pub(crate) fn is_test_file(settings: &Settings, path: &str) -> bool {
    settings.files.iter().any(|pattern| path_matches(path, pattern))
        || settings.paths.iter().any(|one| one.trim_start_matches("./") == path)
}

struct Walk<'p, 's> {
    project: &'p Project<'s>,
    seen: BTreeSet<String>,
    found: Vec<String>,
}

/// What conftest files say is not to be collected: paths and patterns, from the root.
#[derive(Debug, Clone, Default)]
struct Passed {
    paths: Vec<String>,
    patterns: Vec<String>,
}

impl Walk<'_, '_> {
    fn file(&mut self, path: String) {
        if self.seen.insert(path.clone()) {
            self.found.push(path);
        }
    }

    fn passed_above(&self, path: &str) -> Passed {
        let mut passed = Passed::default();
        let mut folder = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            passed = self.passed(&folder, passed);
            folder = join(&folder, part);
        }
        passed
    }

    /// What is not collected in a folder: its own conftest speaks instead of those above.
    fn passed(&self, folder: &str, above: Passed) -> Passed {
        let Some(conftest) = self.project.module(&join(folder, "conftest.py")) else { return above };
        let list = |name: &str| match conftest.body.last(name) {
            Some(Bound::Value(Value::List(list))) => {
                let texts = list.iter().filter_map(|one| match one {
                    Value::Text(text) => Some(join(folder, text)),
                    _ => None,
                });
                Some(texts.collect::<Vec<_>>())
            }
            _ => None,
        };
        Passed {
            paths: list("collect_ignore").unwrap_or(above.paths),
            patterns: list("collect_ignore_glob").unwrap_or(above.patterns),
        }
    }

    fn folder(&mut self, folder: &str, above: &Passed, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let listing = self.project.tree.listing(folder);
        let passed = self.passed(folder, above.clone());
        // The package itself comes before what lies in it.
        let (first, rest): (Vec<_>, Vec<_>) = listing.entries().partition(|(name, _)| *name == "__init__.py");
        for (name, is_folder) in first.into_iter().chain(rest) {
            let path = join(folder, name);
            if !is_folder {
                if self.is_wanted(name, &path) && !self.is_passed(&path, &passed) {
                    self.file(path);
                }
            } else if !self.is_passed_over(name, &path) && !self.is_passed(&path, &passed) {
                self.folder(&path, &passed, depth);
            }
        }
    }

    /// Whether a file has tests by its name: those of functions and classes, or doctests.
    fn is_wanted(&self, name: &str, path: &str) -> bool {
        let settings = self.project.settings;
        if !name.ends_with(".py") {
            return settings.doctest_files.iter().any(|pattern| path_matches(path, pattern));
        }
        is_test_file(settings, path) || settings.doctests && !self.is_program(name, path)
    }

    /// Whether importing a file would start a program.
    fn is_program(&self, name: &str, path: &str) -> bool {
        let is_installer =
            |from: &From| matches!(from.module.split('.').next(), Some("setuptools" | "distutils"));
        let installs = || {
            let module = self.project.module(path);
            module.is_some_and(|module| module.uses.imports.iter().any(|(from, _)| is_installer(from)))
        };
        name == "__main__.py" || name == "setup.py" && installs()
    }

    fn is_passed(&self, path: &str, passed: &Passed) -> bool {
        let settings = self.project.settings;
        passed.paths.iter().chain(&settings.ignore).any(|one| one.trim_end_matches('/') == path)
            || passed.patterns.iter().chain(&settings.ignore_glob).any(|pattern| fnmatch(path, pattern))
    }

    fn is_passed_over(&self, name: &str, path: &str) -> bool {
        let settings = self.project.settings;
        name == "__pycache__"
            || settings.pass_over.iter().any(|pattern| path_matches(path, pattern))
            || self.project.tree.is_file(&join(path, "pyvenv.cfg"))
            || self.project.tree.is_file(&join(path, "conda-meta/history"))
    }
}

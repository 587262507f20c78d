//! Fixtures that tests ask for and the project does not define, where nothing else can give them.

use std::sync::Arc;

use super::fixtures::Fixtures;
use super::marks::{Marks, canonical};
use super::parametrize::argument_names;
use crate::project::{Module, Place, Project};
use crate::read::{Function, Value};

/// A fixture that a test asks for and the project does not define; a plugin may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unmet {
    /// The test, without the part in brackets.
    pub(crate) test: String,
    /// The line of its `def`.
    pub(crate) line: u32,
    /// What it asks for.
    pub(crate) fixture: String,
    /// The names of fixtures that it could have meant.
    pub(crate) near: Option<String>,
}

/// Fixtures that pytest itself has. Source: pytest's reference, "Fixtures".
const PYTESTS: [&str; 14] = [
    "cache",
    "capfd",
    "caplog",
    "capsys",
    "doctest_namespace",
    "monkeypatch",
    "pytester",
    "recwarn",
    "request",
    "subtests",
    "tmp_path",
    "tmp_path_factory",
    "tmpdir",
    "tmpdir_factory",
];

impl Unmet {
    pub(super) fn new(test: &str, line: u32, fixture: &str, fixtures: &Fixtures) -> Unmet {
        let names = fixtures.names().chain(PYTESTS);
        let near = crate::diagnose::nearest(fixture, names).map(str::to_owned);
        Unmet { test: test.to_owned(), line, fixture: fixture.to_owned(), near }
    }
}

/// Whether a test's parameters can only be given by fixtures: no decorator that is not pytest's own, no hook that
/// gives parameters.
pub(super) fn is_certain(
    project: &Project<'_>,
    file: &Arc<Module>,
    place: &Place,
    function: &Function,
    marks: &Marks,
) -> bool {
    let is_pytests = |decorator: &Value| {
        let name = match decorator {
            Value::Name(name) => name,
            Value::Call(call) => &call.name,
            _ => return false,
        };
        canonical(project, &place.module, name).starts_with("pytest.mark.")
    };
    let mut names =
        marks.parametrize.iter().map(|mark| mark.call.argument(0, "argnames").and_then(argument_names));
    !marks.unknown
        // What is skipped asks for nothing.
        && marks.skip.is_none()
        && names.all(|names| names.is_some())
        && function.decorators.iter().all(is_pytests)
        && file.body.last("pytest_generate_tests").is_none()
        && file.body.stars.iter().all(|from| project.imported(file, from).is_some())
}

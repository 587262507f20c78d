//! What a repository already has, found without any configuration of ours.
//!
//! What lives here: where compose files, pytest configuration, tests, requirement files and environments stand, and
//! which of several is meant. What does not: reading compose files, and deciding what a run makes of what was found.

mod compose;
mod distributions;
pub(crate) mod ini;
pub(crate) mod listing;
mod pyproject;
mod pytest;
mod python;
mod requirements;
mod suite;
mod tox;
mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use testyard_model::Finding;

pub use compose::ComposeFiles;
pub use distributions::{Declared, declared};
pub use pytest::PytestConfig;
pub use python::PythonFound;
pub use suite::{FoundSuite, OtherLanguage};

use listing::Listing;

/// Everything that was found. Paths are relative to the project unless they say otherwise.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// The compose files.
    pub compose: Option<ComposeFiles>,
    /// pytest's configuration.
    pub pytest: Option<PytestConfig>,
    /// The suite that follows from it, or from test files alone.
    pub suite: Option<FoundSuite>,
    /// What its Python needs.
    pub python: PythonFound,
    /// Files that say how a database is migrated: `alembic.ini`, `manage.py`. Never run by themselves.
    pub migrations: Vec<PathBuf>,
    /// Another language whose tests have to be written down, when there is no Python to test.
    pub other: Option<OtherLanguage>,
    /// What is wrong or worth knowing in what was found.
    pub findings: Vec<Finding>,
}

/// Looks through a project. Starts nothing and changes nothing.
pub fn discover(root: &Path, variables: &BTreeMap<String, String>) -> Discovery {
    let listing = Listing::of(root);
    let (pytest, mut findings) = pytest::find(root, &listing);
    let suite = suite::find(&listing, pytest.as_ref());
    let folder = suite.as_ref().map(|suite| suite.folder.clone()).unwrap_or_default();
    let (python, notes) = python::find(root, &listing, &folder, variables);
    if suite.is_some() {
        findings.extend(notes);
    }
    let migrations = ["alembic.ini", "manage.py"];
    let migrations = listing.files().filter(|file| migrations.contains(&listing::name(file).as_str()));
    Discovery {
        compose: compose::find(&listing, &folder),
        other: if suite.is_none() { suite::other_language(&listing) } else { None },
        migrations: migrations.filter(|file| listing::depth(file) <= 3).map(Path::to_owned).collect(),
        pytest,
        suite,
        python,
        findings,
    }
}

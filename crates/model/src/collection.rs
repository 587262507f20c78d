//! Which tests a project has, as far as its files say it without being run.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A test that pytest will collect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectedTest {
    /// Its node id; without the part in brackets where that cannot be known.
    pub id: String,
    /// Its file, relative to the project.
    pub path: PathBuf,
    /// The line of its `def`, from 1.
    pub line: u32,
    /// Why the part in brackets is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unexpanded: Option<String>,
}

/// One import on the way to what fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The file, relative to the project.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u32,
}

/// A test file that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenFile {
    /// The file, relative to the project.
    pub path: PathBuf,
    /// The id of its cause.
    pub cause: String,
    /// What is wrong.
    pub message: String,
    /// The imports that lead there: from the file, or from a conftest file above it, to the line that fails.
    pub chain: Vec<Link>,
}

/// Why files cannot be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// A package is not installed.
    MissingPackage,
    /// A package is there and has no such module, or the project has none.
    MissingModule,
    /// A module has no such name.
    MissingName,
    /// The process is ended on import.
    Exit,
    /// A file is no Python.
    Syntax,
}

impl CauseKind {
    /// It as JSON writes it.
    pub fn word(self) -> &'static str {
        match self {
            CauseKind::MissingPackage => "missing-package",
            CauseKind::MissingModule => "missing-module",
            CauseKind::MissingName => "missing-name",
            CauseKind::Exit => "exit",
            CauseKind::Syntax => "syntax",
        }
    }
}

/// One cause, with all the files it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionCause {
    /// What files name it by.
    pub id: String,
    /// What kind it is.
    pub kind: CauseKind,
    /// What is missing or wrong: a module, `module.name`, a file.
    pub name: String,
    /// What is wrong, for people.
    pub message: String,
    /// How many test files it breaks.
    pub files: usize,
    /// How many tests are written in them, each counted once for each of its known parameters.
    pub tests: usize,
    /// What to do about it.
    pub fix: String,
}

/// What is collected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// The tests, in pytest's order.
    pub tests: Vec<CollectedTest>,
    /// The test files, in pytest's order, relative to the project.
    pub files: Vec<PathBuf>,
    /// Test files that cannot be imported; their tests are not among the tests.
    pub broken: Vec<BrokenFile>,
    /// Why, those that would free the most tests first.
    pub causes: Vec<CollectionCause>,
    /// Whether installed packages were looked at; without an environment they cannot be.
    pub judged: bool,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

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

/// A test file that is no Python.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadFile {
    /// The file, relative to the project.
    pub path: PathBuf,
    /// The line of the error, from 1.
    pub line: u32,
    /// What is wrong there.
    pub message: String,
}

/// What is collected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// The tests, in pytest's order.
    pub tests: Vec<CollectedTest>,
    /// The test files, in pytest's order, relative to the project.
    pub files: Vec<PathBuf>,
    /// Test files that are no Python.
    pub unread: Vec<UnreadFile>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

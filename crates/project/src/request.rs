//! What a caller asks of this room.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What to load and lower.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The project's folder.
    pub root: PathBuf,
    /// `--set KEY=VALUE`, in their order.
    pub overrides: Vec<(String, String)>,
    /// The caller's environment, `TESTYARD_…` variables included. Nothing else is asked for variables.
    pub variables: BTreeMap<String, String>,
    /// What to run: names of suites, or paths of tests, `tests/test_a.py::test_b`. Empty means everything.
    pub selection: Vec<String>,
    /// Narrow the pytest suites to some files; what cannot be narrowed is run as a whole.
    pub only: Option<Only>,
    /// Arguments for the test runner, for this one call.
    pub runner_arguments: Vec<String>,
    /// The folder the caller stands in; paths in the selection start there, else at the root.
    pub folder: PathBuf,
    /// Whether to read the project as if it had no `testyard.toml`.
    pub ignore_file: bool,
    /// Whether to plan every service, used by a suite or not: for bringing up the environment alone.
    pub every_service: bool,
}

/// The files that pytest suites are narrowed to. All are absolute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Only {
    /// Those to run.
    pub files: Vec<PathBuf>,
    /// Those that were chosen from: of a suite that holds none of them nothing is known.
    pub of: Vec<PathBuf>,
}

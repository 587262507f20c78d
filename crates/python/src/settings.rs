//! How pytest is told to collect.

use std::path::PathBuf;

/// What of pytest's configuration decides which tests exist. The defaults are pytest's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The folder that node ids start from: pytest's `rootdir`. Every path below is relative to it.
    pub root: PathBuf,
    /// The same folder, relative to the project.
    pub folder: PathBuf,
    /// Files and folders to collect, relative to the root; the root itself when empty.
    pub paths: Vec<String>,
    /// `python_files`.
    pub files: Vec<String>,
    /// `python_classes`.
    pub classes: Vec<String>,
    /// `python_functions`.
    pub functions: Vec<String>,
    /// `norecursedirs`.
    pub pass_over: Vec<String>,
    /// `pythonpath`, relative to the root.
    pub python_path: Vec<String>,
    /// The version of the Python that will run the tests, where it is known.
    pub version: Option<(u32, u32)>,
    /// The environment that the tests will run in, where there is one; without it, packages are not judged.
    pub environment: Option<PathBuf>,
    /// The file that a missing package belongs into, as people know it.
    pub requirements: Option<String>,
    /// Where what was read is kept for the next time; nothing is kept when not said.
    pub cache: Option<PathBuf>,
    /// `--ignore`, relative to the root.
    pub ignore: Vec<String>,
    /// `--ignore-glob`, relative to the root.
    pub ignore_glob: Vec<String>,
}

impl Settings {
    /// pytest's defaults. Source: pytest's reference, "Configuration Options".
    pub fn of(root: impl Into<PathBuf>) -> Settings {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Settings {
            root: root.into(),
            folder: PathBuf::new(),
            paths: Vec::new(),
            files: words(&["test_*.py", "*_test.py"]),
            classes: words(&["Test"]),
            functions: words(&["test"]),
            pass_over: words(&[
                "*.egg",
                ".*",
                "_darcs",
                "build",
                "CVS",
                "dist",
                "node_modules",
                "venv",
                "{arch}",
            ]),
            python_path: Vec::new(),
            version: None,
            environment: None,
            requirements: None,
            cache: None,
            ignore: Vec::new(),
            ignore_glob: Vec::new(),
        }
    }
}

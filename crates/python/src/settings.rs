//! How pytest is told to collect.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// How pytest makes test files importable. Source: pytest's "Import modes".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ImportMode {
    /// The folder of the topmost package is put first on the search path.
    #[default]
    Prepend,
    /// It is put last.
    Append,
    /// The search path stays as it is.
    Importlib,
}

/// Something that keeps pytest from starting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The file that is wrong.
    pub file: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub fix: String,
    /// The first major version of pytest that minds; every one when not said.
    pub since: Option<u32>,
}

/// What changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The revision that the files are compared with.
    pub since: String,
    /// The files that changed, relative to the project.
    pub files: Vec<String>,
    /// Modules that every test uses, by their dotted names, such as Django's settings.
    pub always: Vec<String>,
}

/// What an environment made from the project's requirement files would hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// The distributions, by the names that PyPI compares: in lower case, with `-` between the words.
    pub names: BTreeSet<String>,
    /// Whether that is all that would be installed, as a lock file says.
    pub locked: bool,
}

/// What of pytest's configuration decides which tests exist. The defaults are pytest's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The folder that node ids start from: pytest's `rootdir`. Every path below is relative to it.
    pub root: PathBuf,
    /// The project's own folder, where the root is that of a copy of it: packages that are installed in place lie there.
    pub stands_for: Option<PathBuf>,
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
    /// `--doctest-modules`: docstrings are tests.
    pub doctests: bool,
    /// `--doctest-glob`: text files that are doctests.
    pub doctest_files: Vec<String>,
    /// `norecursedirs`.
    pub pass_over: Vec<String>,
    /// `pythonpath`, relative to the root.
    pub python_path: Vec<String>,
    /// The version of the Python that will run the tests, where it is known.
    pub version: Option<(u32, u32)>,
    /// The environment that the tests will run in, where there is one; without it, packages are not judged.
    pub environment: Option<PathBuf>,
    /// What such an environment would hold, where there is none and the project's files say it.
    pub declared: Option<Declared>,
    /// The file that a missing package belongs into, as people know it.
    pub requirements: Option<String>,
    /// Where what was read is kept for the next time; nothing is kept when not said.
    pub cache: Option<PathBuf>,
    /// Work out what would put things right, as far as that is certain.
    pub repair: bool,
    /// With stubs for what is not written yet.
    pub scaffold: bool,
    /// Collect only what these changes can affect.
    pub changes: Option<Changes>,
    /// `--import-mode`.
    pub import_mode: ImportMode,
    /// The words of `addopts`.
    pub options: Vec<String>,
    /// The names in `required_plugins`.
    pub required_plugins: Vec<String>,
    /// What keeps pytest from starting, as far as its configuration alone says it.
    pub refusals: Vec<Refusal>,
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
            stands_for: None,
            folder: PathBuf::new(),
            paths: Vec::new(),
            files: words(&["test_*.py", "*_test.py"]),
            classes: words(&["Test"]),
            functions: words(&["test"]),
            doctests: false,
            doctest_files: words(&["test*.txt"]),
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
            declared: None,
            requirements: None,
            cache: None,
            repair: false,
            scaffold: false,
            changes: None,
            import_mode: ImportMode::default(),
            options: Vec::new(),
            required_plugins: Vec::new(),
            refusals: Vec::new(),
            ignore: Vec::new(),
            ignore_glob: Vec::new(),
        }
    }
}

//! Which tests a project has, as far as its files say it without being run.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Severity;

/// A test that pytest will collect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The names of its marks, without `parametrize`: those of the test first, then of its class and module.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// Why it is always skipped; empty where no reason is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<String>,
    /// Why it is expected to fail; empty where no reason is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xfail: Option<String>,
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

/// A test that exists and cannot run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenTest {
    /// Its node id, without the part in brackets.
    pub id: String,
    /// Its file, relative to the project.
    pub path: PathBuf,
    /// The line of its `def`, from 1.
    pub line: u32,
    /// The id of its cause.
    pub cause: String,
}

/// Why files cannot be imported, or tests cannot run.
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
    /// A name is taken from a module that is still being imported and does not have it yet.
    ImportCycle,
    /// Two test files have the same module name, and pytest can import one of them only.
    DoubledModule,
    /// pytest's configuration is such that it does not start.
    Configuration,
    /// A plugin that pytest is told to use is not installed.
    MissingPlugin,
    /// A test asks for a fixture that nothing defines.
    MissingFixture,
    /// A package is imported that no requirement file names: it may come with another one, or not at all.
    UndeclaredPackage,
    /// Something talks to the network or to a database when it is imported.
    SideEffect,
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
            CauseKind::ImportCycle => "import-cycle",
            CauseKind::DoubledModule => "doubled-module",
            CauseKind::Configuration => "configuration",
            CauseKind::MissingPlugin => "missing-plugin",
            CauseKind::MissingFixture => "missing-fixture",
            CauseKind::UndeclaredPackage => "undeclared-package",
            CauseKind::SideEffect => "side-effect",
        }
    }

    /// How much it matters: what only may go wrong is a warning.
    pub fn severity(self) -> Severity {
        match self {
            CauseKind::SideEffect | CauseKind::UndeclaredPackage => Severity::Warning,
            _ => Severity::Error,
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
    /// How much it matters.
    pub severity: Severity,
    /// What is missing or wrong: a module, `module.name`, a file.
    pub name: String,
    /// What is wrong, for people.
    pub message: String,
    /// How many test files it is about.
    pub files: usize,
    /// How many of their tests, each counted once for each of its known parameters.
    pub tests: usize,
    /// What to do about it.
    pub fix: String,
}

/// A test file that changes can affect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AffectedFile {
    /// The file, relative to the project.
    pub path: PathBuf,
    /// Why.
    pub because: String,
}

/// What changes can affect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// The revision that the files are compared with.
    pub since: String,
    /// The files that changed, relative to the project.
    pub changed: Vec<PathBuf>,
    /// Why every test file may be affected, where that is so.
    pub everything: Option<String>,
    /// The test files that may be.
    pub affected: Vec<AffectedFile>,
    /// How many test files there are.
    pub of: usize,
    /// Those files, relative to the project.
    #[serde(skip)]
    pub considered: Vec<PathBuf>,
}

/// What stands in the place of a service in a test that is there to use the real one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundStandIn {
    /// The file, relative to the project.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// What is called or defined: `mock.patch`, `FakeRedis`.
    pub name: String,
    /// What it replaces, in the file's own words; empty where they do not say it.
    pub replaces: String,
    /// The test or function it stands in, through its classes; empty in the module itself.
    pub inside: String,
    /// The service that could be real.
    pub service: String,
}

/// What was gained and lost since a revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The revision.
    pub since: String,
    /// How many tests could be collected then.
    pub tests_before: usize,
    /// Tests that could not be collected then.
    pub gained: Vec<String>,
    /// Tests that could be then, and cannot be now.
    pub lost: Vec<String>,
    /// What was wrong then and is no longer.
    pub cured: Vec<String>,
    /// What is wrong now and was not then.
    pub appeared: Vec<String>,
}

/// Something that stands in a module only until it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FoundStub {
    /// The file, relative to the project.
    pub path: PathBuf,
    /// The line of its mark, from 1.
    pub line: u32,
    /// Its name; `*` for the whole module.
    pub name: String,
}

/// A change to a file that would put something right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The file, relative to the project.
    pub path: PathBuf,
    /// What is in it now; empty when it is not there.
    pub before: String,
    /// What would be in it.
    pub after: String,
    /// What each change puts right.
    pub because: Vec<String>,
}

/// A file, with what was said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenFile {
    /// The file, relative to the project.
    pub path: PathBuf,
    /// What was said.
    pub message: String,
}

/// A collection held against what pytest itself collects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// How many of pytest's tests were predicted.
    pub confirmed: usize,
    /// Tests that pytest does not have.
    pub predicted_only: Vec<String>,
    /// Tests that only pytest has.
    pub seen_only: Vec<String>,
    /// Files that neither can import.
    pub broken_confirmed: Vec<PathBuf>,
    /// Files that pytest can import, with what was predicted.
    pub broken_predicted_only: Vec<SeenFile>,
    /// Files that only pytest fails to import, with what it says.
    pub broken_seen_only: Vec<SeenFile>,
    /// What ended pytest before it was done.
    pub ended: Option<String>,
}

impl Verification {
    /// Whether pytest could collect everything.
    pub fn is_whole(&self) -> bool {
        self.broken_confirmed.is_empty() && self.broken_seen_only.is_empty() && self.ended.is_none()
    }
}

/// What says which packages there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackagesFrom {
    /// Nothing: packages are not judged.
    #[default]
    Nothing,
    /// The requirement files: what they bring along is not known.
    Requirements,
    /// The lock file of an environment that is not there yet.
    Lock,
    /// The environment that the tests will run in.
    Environment,
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
    /// Tests of other files that cannot run.
    pub unrunnable: Vec<BrokenTest>,
    /// Test files that can be imported, and do something then that may fail elsewhere.
    pub at_risk: Vec<BrokenFile>,
    /// Why: errors before warnings, those that would free the most tests first.
    pub causes: Vec<CollectionCause>,
    /// What stands in the place of services in tests that are marked or placed as integration tests.
    pub stand_ins: Vec<FoundStandIn>,
    /// What changes can affect, where that was asked for; then only those files are collected.
    pub impact: Option<Impact>,
    /// What stands there only until it is written.
    pub stubs: Vec<FoundStub>,
    /// What would put things right, where that was asked for.
    pub changes: Vec<FileChange>,
    /// What was gained and lost since a revision, where that was asked for.
    pub comparison: Option<Comparison>,
    /// What pytest itself says, where it was asked.
    pub verification: Option<Verification>,
    /// What packages are held against.
    pub packages: PackagesFrom,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// The numbers of a collection: what its history is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionNumbers {
    /// Tests that can be collected.
    pub tests: usize,
    /// Test files.
    pub files: usize,
    /// Those of them that cannot be imported.
    pub broken: usize,
    /// What keeps them from it.
    pub causes: usize,
    /// What stands in for services in integration tests.
    pub stand_ins: usize,
    /// What stands there only until it is written.
    pub stubs: usize,
}

impl CollectionNumbers {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: CollectionNumbers) -> CollectionNumbers {
        CollectionNumbers {
            tests: self.tests + other.tests,
            files: self.files + other.files,
            broken: self.broken + other.broken,
            causes: self.causes + other.causes,
            stand_ins: self.stand_ins + other.stand_ins,
            stubs: self.stubs + other.stubs,
        }
    }
}

impl Collection {
    /// Its numbers.
    pub fn numbers(&self) -> CollectionNumbers {
        CollectionNumbers {
            tests: self.tests.len(),
            files: self.files.len(),
            broken: self.broken.len(),
            causes: self.causes.iter().filter(|cause| cause.severity == Severity::Error).count(),
            stand_ins: self.stand_ins.len(),
            stubs: self.stubs.len(),
        }
    }

    /// Whether some file cannot be imported, or some test cannot run. Where pytest was asked, it decides.
    pub fn is_broken(&self) -> bool {
        if let Some(verification) = &self.verification {
            return !verification.is_whole() || !self.unrunnable.is_empty();
        }
        !self.broken.is_empty() || !self.unrunnable.is_empty()
    }
}

//! `testyard.toml` and what overrides it, as typed values with their sources.
//!
//! What lives here: the known keys, their kinds, and the layers command line > `TESTYARD_…` > file. What does not:
//! anything that looks at the rest of the project.

mod check;
mod file;
mod kind;
mod schema;
mod settings;
mod take;
pub(crate) mod units;

use std::collections::BTreeMap;
use std::path::Path;

use testyard_model::Finding;

use crate::codes;
use crate::source::{Source, Sourced, Text};

pub use check::{CheckConfig, Threshold};
pub(crate) use schema::spelled;

/// The name of the file.
pub const FILE: &str = "testyard.toml";
/// The name of the suite that discovery makes.
pub const DISCOVERED_SUITE: &str = "tests";

/// Everything that was set. A field is `None` when nobody set it.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Whether a `testyard.toml` exists.
    pub exists: bool,
    /// `project.name`.
    pub name: Option<Sourced<String>>,
    /// `[environment]`.
    pub environment: EnvironmentConfig,
    /// `[python]`.
    pub python: PythonConfig,
    /// The suites of the file in their order, then those that only an override names.
    pub suites: Vec<SuiteConfig>,
    /// `[coverage]`.
    pub coverage: CoverageConfig,
    /// `[gates]`.
    pub gates: GatesConfig,
    /// `[limits]`.
    pub limits: LimitsConfig,
    /// `[retention]`.
    pub retention: RetentionConfig,
    /// `[check]`.
    pub check: CheckConfig,
}

/// `[environment]`.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentConfig {
    /// Compose files, relative to the project.
    pub compose: Option<Sourced<Vec<Sourced<String>>>>,
    /// Compose profiles to activate.
    pub profiles: Option<Sourced<Vec<Sourced<String>>>>,
    /// `auto`, `docker`, `native` or `attach`.
    pub engine: Option<Sourced<String>>,
    /// Whether another version than the wanted one blocks the run.
    pub strict_versions: Option<Sourced<bool>>,
    /// URLs of services that already run elsewhere, by service.
    pub attach: BTreeMap<String, Sourced<String>>,
    /// Commands that run an app service without its image, by service.
    pub native: BTreeMap<String, Sourced<String>>,
}

/// `[python]`.
#[derive(Debug, Clone, Default)]
pub struct PythonConfig {
    /// Requirement files that must install.
    pub requirements: Option<Sourced<Vec<Sourced<String>>>>,
    /// Requirement files that may fail to install.
    pub optional: Option<Sourced<Vec<Sourced<String>>>>,
    /// Extras of the project to install, instead of those that were found.
    pub extras: Option<Sourced<Vec<Sourced<String>>>>,
    /// Dependency groups to install, instead of those that were found.
    pub groups: Option<Sourced<Vec<Sourced<String>>>>,
    /// Resolve as the index stood that day.
    pub as_of: Option<Sourced<String>>,
    /// How long each attempt may take, in milliseconds.
    pub timeouts: Option<Sourced<Vec<u64>>>,
    /// The interpreter's version.
    pub version: Option<Sourced<String>>,
    /// Never ask the network.
    pub offline: Option<Sourced<bool>>,
}

/// One `[[suite]]`, or what overrides say about one.
#[derive(Debug, Clone)]
pub struct SuiteConfig {
    /// Its name and where it is defined.
    pub name: Sourced<String>,
    /// Its command line.
    pub command: Option<Sourced<String>>,
    /// The folder it runs in, relative to the project.
    pub folder: Option<Sourced<String>>,
    /// Suites that must have passed before it.
    pub needs: Option<Sourced<Vec<Sourced<String>>>>,
    /// Services it uses.
    pub services: Option<Sourced<Vec<Sourced<String>>>>,
    /// Commands to run before it.
    pub setup: Option<Sourced<Vec<Sourced<String>>>>,
    /// Variables it gets.
    pub environment: BTreeMap<String, Sourced<String>>,
    /// JUnit files it writes.
    pub junit: Option<Sourced<Vec<Sourced<String>>>>,
    /// Whether its output is TAP.
    pub tap: Option<Sourced<bool>>,
    /// How long it may take, in milliseconds.
    pub timeout: Option<Sourced<u64>>,
    /// The service whose databases are leased to its workers.
    pub database_service: Option<Sourced<String>>,
    /// How its tests are kept apart in that database.
    pub database_isolation: Option<Sourced<String>>,
}

impl SuiteConfig {
    /// A suite with nothing said about it but its name.
    pub(crate) fn named(name: Sourced<String>) -> SuiteConfig {
        SuiteConfig {
            name,
            command: None,
            folder: None,
            needs: None,
            services: None,
            setup: None,
            environment: BTreeMap::new(),
            junit: None,
            tap: None,
            timeout: None,
            database_service: None,
            database_isolation: None,
        }
    }
}

/// `[coverage]`.
#[derive(Debug, Clone, Default)]
pub struct CoverageConfig {
    /// What is measured.
    pub source: Option<Sourced<Vec<Sourced<String>>>>,
    /// The least percentage over all.
    pub total: Option<Sourced<f64>>,
    /// The least percentage of parts, by path.
    pub goals: BTreeMap<String, Sourced<f64>>,
}

/// `[gates]`.
#[derive(Debug, Clone, Default)]
pub struct GatesConfig {
    /// The least share of passed tests.
    pub pass_rate: Option<Sourced<f64>>,
    /// How many files may fail to be collected.
    pub collection_errors: Option<Sourced<u64>>,
    /// How many tests may be flaky.
    pub flaky: Option<Sourced<u64>>,
    /// How much may stand in for real services in integration tests.
    pub stand_ins: Option<Sourced<u64>>,
}

/// `[limits]`.
#[derive(Debug, Clone, Default)]
pub struct LimitsConfig {
    /// Workers a suite; `Some(None)` is `auto`.
    pub workers: Option<Sourced<Option<u64>>>,
    /// Bytes of memory.
    pub memory: Option<Sourced<u64>>,
}

/// `[retention]`.
#[derive(Debug, Clone, Default)]
pub struct RetentionConfig {
    /// How long a run is kept, in milliseconds.
    pub age: Option<Sourced<u64>>,
    /// How many runs are kept.
    pub runs: Option<Sourced<u64>>,
    /// How many bytes of runs are kept.
    pub size: Option<Sourced<u64>>,
}

/// Reads the `testyard.toml` of a folder, if there is one, and lays the variables and overrides over it; without a
/// folder those alone count. Gives what is right and says what is wrong.
pub fn load(
    root: Option<&Path>,
    variables: &BTreeMap<String, String>,
    overrides: &[(String, String)],
) -> (Config, Vec<Finding>) {
    let mut settings = settings::Settings::default();
    let mut exists = root.is_some();
    match root.map_or(Ok(String::new()), |root| read_regular(&root.join(FILE))) {
        Ok(text) => file::read(Text { path: Path::new(FILE), text: &text }, &mut settings),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => exists = false,
        Err(error) => {
            let source = Source::Discovered(FILE.to_owned());
            settings.findings.push(source.error(codes::MISSING_FILE, format!("cannot be read: {error}")));
        }
    }
    settings.lay_variables(variables);
    settings.lay_overrides(overrides);
    let config = take::config(&mut settings, exists);
    (config, settings.findings)
}

/// The text of a file, if it is a regular one: a pipe or a device never ends.
fn read_regular(path: &Path) -> std::io::Result<String> {
    let kind = std::fs::metadata(path)?.file_type();
    if kind.is_file() {
        std::fs::read_to_string(path)
    } else {
        Err(std::io::Error::other("it is not a file"))
    }
}

/// Reads a text as `testyard.toml`, without any override.
#[cfg(test)]
pub(crate) fn parse(text: &str) -> (Config, Vec<Finding>) {
    let mut settings = settings::Settings::default();
    file::read(Text { path: Path::new(FILE), text }, &mut settings);
    let config = take::config(&mut settings, true);
    (config, settings.findings)
}

#[cfg(test)]
mod tests;

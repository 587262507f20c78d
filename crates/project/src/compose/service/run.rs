//! How a service is made, run, watched and bounded.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use testyard_model::Place;
use testyard_model::plan::Condition;

/// `build`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The context: an absolute folder, or a URL as written.
    pub context: String,
    /// The Dockerfile.
    pub dockerfile: InlineOrFile,
    /// `target`: the stage to build.
    pub target: Option<String>,
    /// `args`. Names without a value are resolved; those that no variable resolves are left out.
    pub args: BTreeMap<String, String>,
    /// Where it stands.
    pub place: Place,
}

/// A Dockerfile that is a file of its own, or written in the compose file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InlineOrFile {
    /// Its path: absolute for a local context, as written for a URL.
    File(PathBuf),
    /// `dockerfile_inline`: its text.
    Inline(String),
}

/// `pull_policy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullPolicy {
    /// `always`.
    Always,
    /// `never`.
    Never,
    /// `missing` or `if_not_present`.
    Missing,
    /// `build`.
    Build,
    /// `daily`, `weekly` or `every_<duration>`.
    Every(Duration),
}

/// One entry of `depends_on`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The other service.
    pub service: String,
    /// What it must have reached.
    pub condition: Condition,
    /// Whether its failure keeps this service from starting.
    pub required: bool,
    /// Whether this service restarts when the other does.
    pub restart: bool,
    /// Where it stands.
    pub place: Place,
}

/// `healthcheck`. A time that was not written is `None`: the engine's default counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheck {
    /// What is run.
    pub test: HealthTest,
    /// The time between two tries. Docker's default is 30 s.
    pub interval: Option<Duration>,
    /// How long one try may take. Docker's default is 30 s.
    pub timeout: Option<Duration>,
    /// How many tries may fail in a row. Docker's default is 3.
    pub retries: Option<u32>,
    /// The time in which failed tries do not count. Docker's default is 0 s.
    pub start_period: Option<Duration>,
    /// The time between two tries during the start period. Docker's default is 5 s.
    pub start_interval: Option<Duration>,
    /// Where it stands.
    pub place: Place,
}

/// What a health check runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthTest {
    /// Nothing is written: the image's own test counts, with the times written here.
    Inherit,
    /// `disable: true` or `["NONE"]`: no test, not even the image's own.
    Disabled,
    /// `["CMD", …]`: a program and its arguments.
    Program(Vec<String>),
    /// A string, or `["CMD-SHELL", …]`: a line for the container's shell.
    Shell(String),
}

/// Bounds on what a service may use, and what is set aside for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resources {
    /// `deploy.resources.limits`, `mem_limit`, `cpus`, `pids_limit`.
    pub limits: Limits,
    /// `deploy.resources.reservations`, `mem_reservation`.
    pub reservations: Limits,
}

/// One set of bounds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Processors, with fractions.
    pub cpus: Option<f64>,
    /// Memory, in bytes.
    pub memory: Option<u64>,
    /// Processes and threads; -1 means without bound.
    pub pids: Option<i64>,
}

/// `logging`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logging {
    /// The driver: `json-file`.
    pub driver: Option<String>,
    /// Its options.
    pub options: BTreeMap<String, String>,
}

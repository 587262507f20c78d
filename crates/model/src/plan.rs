//! The plan: everything one run is going to do, decided before it starts.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Place};
use crate::product::Want;
use crate::secret;

/// How long a service may take from start to ready where nobody says: a minute, in milliseconds.
pub const READY_WITHIN_MS: u64 = 60_000;

/// How long a service may take to stop where nobody says: ten seconds, as compose has it, in milliseconds.
pub const STOP_GRACE_MS: u64 = 10_000;

/// Everything one run is going to do. A plain value: it can be saved, shown and compared.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The project.
    pub project: ProjectPlan,
    /// What brings the services up, and why.
    pub engine: EnginePlan,
    /// The services to bring up, in the order of the files.
    pub services: Vec<ServicePlan>,
    /// Services that stand in the project's files and are not brought up, with the reason.
    pub left_out: Vec<LeftOut>,
    /// What the suites' Python needs; none when no suite runs Python.
    pub python: Option<PythonPlan>,
    /// The suites, in their order.
    pub suites: Vec<SuitePlan>,
    /// What the results have to reach.
    pub gates: Gates,
    /// Bounds on the run.
    pub limits: Limits,
    /// What is wrong or worth knowing in the files the plan was made from.
    pub findings: Vec<Finding>,
    /// Where each setting came from.
    pub origins: Vec<Origin>,
}

impl Plan {
    /// A plan for a project of that name in that folder, with nothing to do.
    pub fn of(name: &str, root: impl Into<PathBuf>) -> Plan {
        Plan {
            project: ProjectPlan {
                name: name.to_owned(),
                root: root.into(),
                files: Vec::new(),
                revision: None,
            },
            engine: EnginePlan { engine: Engine::Native, reason: String::new(), strict_versions: false },
            services: Vec::new(),
            left_out: Vec::new(),
            python: None,
            suites: Vec::new(),
            gates: Gates::default(),
            limits: Limits::default(),
            findings: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// The plan as it may be saved and shown: what the masker knows is masked wherever it stands, in health checks,
    /// mounts and findings as well.
    pub fn masked_by(&self, masker: &secret::Masker) -> Plan {
        let shown = self.masked();
        let masked = serde_json::to_string(&shown).map(|text| masker.mask(&text));
        masked.and_then(|text| serde_json::from_str(&text)).unwrap_or(shown)
    }

    /// The plan without what its own fields say is secret.
    pub fn masked(&self) -> Plan {
        let mut shown = self.clone();
        for service in &mut shown.services {
            service.environment = secret::mask_map(&service.environment);
            service.attach = service.attach.as_deref().map(secret::mask_urls);
            service.entrypoint = service.entrypoint.as_deref().map(secret::mask_words);
            service.command = service.command.as_deref().map(secret::mask_words);
        }
        for suite in &mut shown.suites {
            suite.environment = secret::mask_map(&suite.environment);
            suite.command = secret::mask_words(&suite.command);
            suite.arguments = secret::mask_words(&suite.arguments);
            suite.setup = suite.setup.iter().map(|line| secret::mask_urls(line)).collect();
        }
        for origin in &mut shown.origins {
            origin.value = secret::mask_value(&origin.key, &origin.value);
        }
        shown
    }

    /// The service of that name.
    pub fn service(&self, name: &str) -> Option<&ServicePlan> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The values that must not appear in any output of this run.
    pub fn masker(&self) -> secret::Masker {
        let mut masker = secret::Masker::default();
        for service in &self.services {
            masker.learn(&service.environment);
            service.entrypoint.iter().chain(&service.command).for_each(|words| masker.learn_words(words));
        }
        for suite in &self.suites {
            masker.learn(&suite.environment);
            masker.learn_words(&suite.command);
            masker.learn_words(&suite.arguments);
        }
        masker
    }
}

/// The project a plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectPlan {
    /// Its name: `[project] name`, else the folder's.
    pub name: String,
    /// Its folder, absolute.
    pub root: PathBuf,
    /// The files the plan was made from, relative to the root where they lie inside it.
    pub files: Vec<PathBuf>,
    /// The revision whose tests a run ran, all of them; none without version control, with files changed since, and for a
    /// run of a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// What brings services up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Recipes run the programs on this machine.
    Native,
    /// The services already run elsewhere.
    Attach,
}

impl Engine {
    /// The word that configuration and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Engine::Native => "native",
            Engine::Attach => "attach",
        }
    }
}

/// The engine and why it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnginePlan {
    /// The engine for services that do not say otherwise.
    pub engine: Engine,
    /// Why, in a sentence.
    pub reason: String,
    /// Whether a difference between what was asked and what can be provided blocks the run.
    pub strict_versions: bool,
}

/// One service to bring up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePlan {
    /// Its name in the compose file, which is also its host name.
    pub name: String,
    /// Its engine; a service with an `attach` address has [`Engine::Attach`].
    pub engine: Engine,
    /// Its image, as written after interpolation.
    pub image: Option<String>,
    /// The program the native engine is to run.
    pub want: Option<Want>,
    /// The address it already runs at: a URL, for the attach engine.
    pub attach: Option<String>,
    /// Its environment, `env_file` included.
    pub environment: BTreeMap<String, String>,
    /// Its entrypoint, split into words.
    pub entrypoint: Option<Vec<String>>,
    /// Its command, split into words.
    pub command: Option<Vec<String>>,
    /// Every other name that reaches it: network aliases, `hostname`, `container_name`, links.
    pub aliases: Vec<String>,
    /// The ports that tests reach on this machine.
    pub published: Vec<PublishedPort>,
    /// Container ports that are named without being published.
    pub exposed: Vec<u16>,
    /// Files and folders it is given.
    pub mounts: Vec<Mount>,
    /// What has to be there before it starts.
    pub depends_on: Vec<Dependency>,
    /// The project's own health check.
    pub health: Option<HealthCheck>,
    /// How long it may take from start to ready, in milliseconds.
    pub ready_within_ms: u64,
    /// How long it may take to stop, in milliseconds.
    pub stop_grace_ms: u64,
    /// Keys of its definition that no engine acts on, for the ledger.
    pub unused_keys: Vec<String>,
    /// Where it is defined.
    pub place: Option<Place>,
}

impl ServicePlan {
    /// A service of that name that asks for nothing: what it is to be is filled in.
    pub fn named(name: &str) -> ServicePlan {
        ServicePlan {
            name: name.to_owned(),
            engine: Engine::Native,
            image: None,
            want: None,
            attach: None,
            environment: BTreeMap::new(),
            entrypoint: None,
            command: None,
            aliases: Vec::new(),
            published: Vec::new(),
            exposed: Vec::new(),
            mounts: Vec::new(),
            depends_on: Vec::new(),
            health: None,
            ready_within_ms: READY_WITHIN_MS,
            stop_grace_ms: STOP_GRACE_MS,
            unused_keys: Vec::new(),
            place: None,
        }
    }
}

/// A port of a service that is reachable on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPort {
    /// The address it is bound to; all of them when not said.
    pub ip: Option<IpAddr>,
    /// The port on this machine; any free one when not said.
    pub published: Option<u16>,
    /// The service's own port.
    pub target: u16,
}

/// A file or folder that a service is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// The file or folder on this machine, absolute. None for a volume or a tmpfs: fresh storage.
    pub source: Option<PathBuf>,
    /// The path the service sees it under.
    pub target: String,
    /// Whether the service may not change it.
    pub read_only: bool,
}

/// One entry of `depends_on`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The other service.
    pub service: String,
    /// What it must have reached.
    pub condition: Condition,
    /// Whether its failure blocks this service.
    pub required: bool,
}

/// What a service must have reached before another starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Its process runs.
    ServiceStarted,
    /// Its health check holds.
    ServiceHealthy,
    /// It ended with exit code 0.
    ServiceCompletedSuccessfully,
}

/// A health check of the project's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is run.
    pub test: HealthTest,
    /// How long one try may take, in milliseconds.
    pub timeout_ms: u64,
    /// The time between two tries, in milliseconds. The first try does not wait for it.
    pub interval_ms: u64,
    /// How many tries may fail in a row.
    pub retries: u32,
    /// The time in which failed tries do not count, in milliseconds.
    pub start_period_ms: u64,
}

/// What a health check runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthTest {
    /// `CMD`: a program and its arguments.
    Program(Vec<String>),
    /// `CMD-SHELL`: a line for `/bin/sh -c`.
    Shell(String),
}

/// A service that is not brought up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its name.
    pub service: String,
    /// Why: `needs its image built`, `outside the active profiles`, `runs the tests`.
    pub why: String,
    /// The host names under which tests would look for it. Empty when nobody is to be excused by its absence.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The ports of this machine at which tests would look for it.
    #[serde(default)]
    pub ports: Vec<u16>,
}

/// What the suites' Python needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PythonPlan {
    /// The folder that dependencies are declared in, absolute.
    pub root: PathBuf,
    /// An environment that exists and is used as it is: the active one, or `.venv` in the project.
    pub existing: Option<PathBuf>,
    /// The interpreter to make an environment with, as far as the project says one: a version or a specifier.
    pub version: Option<String>,
    /// Where that version is asked for: `requires-python in pyproject.toml`, `command line`.
    #[serde(default)]
    pub version_from: Option<String>,
    /// What to install, in order.
    pub install: Vec<Install>,
    /// Resolve as the index stood that day, `YYYY-MM-DD`.
    pub as_of: Option<String>,
    /// How long each attempt may take, in milliseconds; as many attempts as entries.
    pub timeouts_ms: Vec<u64>,
    /// Never ask the network; use what is cached.
    pub offline: bool,
}

/// One thing to install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Install {
    /// Where it is declared, absolute.
    pub file: PathBuf,
    /// What kind of declaration it is.
    pub kind: InstallKind,
    /// Whether its failure blocks the suites; an optional one is reported and left out.
    pub required: bool,
}

/// Kinds of declarations of Python dependencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallKind {
    /// A `requirements.txt`.
    Requirements,
    /// Requirements that stand in the file of another tool, such as `tox.ini`.
    Listed {
        /// The requirements, one each.
        requirements: Vec<String>,
    },
    /// A `uv.lock` beside its `pyproject.toml`, or beside that of the workspace it is for.
    UvLock {
        /// The folder of the workspace's member that is installed, absolute. None: the project beside the lock.
        #[serde(default)]
        member: Option<PathBuf>,
        /// Dependency groups to include.
        groups: Vec<String>,
        /// Extras to include.
        extras: Vec<String>,
    },
    /// A `poetry.lock` beside its `pyproject.toml`.
    PoetryLock {
        /// Dependency groups to include.
        groups: Vec<String>,
        /// Extras to include.
        extras: Vec<String>,
    },
    /// A `pyproject.toml` (or `setup.py`, `setup.cfg`) whose project is installed in editable form.
    Project {
        /// Dependency groups to include.
        groups: Vec<String>,
        /// Extras to include.
        extras: Vec<String>,
    },
}

/// How a suite's tests are run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdapterKind {
    /// pytest with Testyard's plugin.
    Pytest,
    /// Any other command; its exit code, and the results it leaves, are read.
    Command {
        /// JUnit files it writes: paths or globs relative to the suite's folder.
        junit: Vec<String>,
        /// Whether its standard output is TAP.
        tap: bool,
    },
}

/// One suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuitePlan {
    /// Its name.
    pub name: String,
    /// How its tests are run.
    pub adapter: AdapterKind,
    /// The command, split into words. For pytest: `pytest` or `python -m pytest` and its arguments.
    pub command: Vec<String>,
    /// Arguments given for this one call, after the command's own.
    pub arguments: Vec<String>,
    /// The folder it runs in, absolute.
    pub folder: PathBuf,
    /// Variables it gets, on top of the caller's own.
    pub environment: BTreeMap<String, String>,
    /// Services it uses.
    pub services: Vec<String>,
    /// Suites that must have passed before it.
    pub needs: Vec<String>,
    /// Command lines to run before it, such as migrations.
    pub setup: Vec<String>,
    /// Whether it, or what is set up for it, runs Python: without the project's Python it is blocked.
    #[serde(default)]
    pub python: bool,
    /// How long the whole suite may take, in milliseconds.
    pub timeout_ms: Option<u64>,
}

/// What results have to reach.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Gates {
    /// The least share of tests that passed among those that ran, 0 to 1. None: every one has to pass.
    pub pass_rate: Option<f64>,
    /// How many files may fail to be collected.
    pub collection_errors: u64,
    /// How many tests may be flaky; none: any number.
    pub flaky: Option<u64>,
    /// How much may stand in for real services in integration tests; none: anything.
    #[serde(default)]
    pub stand_ins: Option<u64>,
}

/// Bounds on a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Workers a suite; none: one for now.
    pub workers: Option<u32>,
    /// Memory for the services' data held in memory, in bytes.
    pub memory: Option<u64>,
}

/// Where one setting came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The setting: `environment.engine`, `suite.unit.command`.
    pub key: String,
    /// Its value, in words.
    pub value: String,
    /// `command line`, `environment TESTYARD_…`, `testyard.toml:12`, `discovered in pytest.ini`, `default`.
    pub from: String,
}

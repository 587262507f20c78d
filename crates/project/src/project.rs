//! A project as its user wrote it: configuration, what discovery found, and its compose files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use testyard_model::{Finding, Severity};

use crate::compose::{self, ComposeProject, LoadRequest};
use crate::config::{self, Config};
use crate::discover::{self, ComposeFiles, Discovery};
use crate::error::ConfigError;
use crate::request::Request;
use crate::soften::soften;
use crate::source::{Source, shown};
use crate::{codes, nearest};

/// Everything that a project says about itself.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its folder, absolute, without links.
    pub root: PathBuf,
    /// `testyard.toml` and what overrides it.
    pub config: Config,
    /// What was found without any configuration.
    pub discovery: Discovery,
    /// Its compose files, when it has any.
    pub compose: Option<ComposeProject>,
    /// The compose files that were asked for, relative to the root where they lie inside it, and who asked for them.
    pub compose_files: Vec<PathBuf>,
    /// Where the choice of compose files came from.
    pub compose_source: Source,
    /// What is worth knowing about the files. No errors but those pytest will stumble over.
    pub findings: Vec<Finding>,
}

/// Reads a project: `testyard.toml`, the repository, the compose files.
///
/// # Errors
/// When something that was written is wrong. The error holds every such finding at once.
pub fn load(request: &Request) -> Result<Project, ConfigError> {
    let root = root_of(&request.root)?;
    let (config, mut findings) = config::load(
        Some(root.as_path()).filter(|_| !request.ignore_file),
        &request.variables,
        &request.overrides,
    );
    let discovery = discover::discover(&root, &request.variables);
    let (files, source) = chosen_files(&root, &config, &discovery, &mut findings);
    let reader = Reader { root: &root, config: &config, request };
    let mut compose_files = files;
    let mut compose = None;
    if !compose_files.is_empty() {
        if let Some(base) = reader.base_to_add(&compose_files, &discovery, &source) {
            compose_files.insert(0, base);
        }
        let (read, found) = reader.read(&compose_files);
        findings.extend(soften(&read, found));
        compose = Some(read);
    }
    if let Some(error) = ConfigError::among(&findings) {
        return Err(error);
    }
    findings.extend(discovery.findings.iter().cloned());
    Ok(Project { root, config, discovery, compose, compose_files, compose_source: source, findings })
}

/// The project's folder, absolute.
fn root_of(root: &Path) -> Result<PathBuf, ConfigError> {
    let wrong = |why: String| {
        Finding::new(codes::MISSING_FILE, Severity::Error, testyard_model::Place::file(root), why)
            .help("name the project's folder with --project")
    };
    let absolute = root
        .canonicalize()
        .map_err(|error| wrong(format!("the project's folder cannot be read: {error}")))?;
    if absolute.is_dir() {
        Ok(absolute)
    } else {
        Err(wrong("this is a file, not a folder".to_owned()).into())
    }
}

/// The compose files to read: the configured ones, else the discovered ones. Relative to the root.
fn chosen_files(
    root: &Path,
    config: &Config,
    discovery: &Discovery,
    findings: &mut Vec<Finding>,
) -> (Vec<PathBuf>, Source) {
    let Some(configured) = &config.environment.compose else {
        return match &discovery.compose {
            Some(ComposeFiles { files, why, .. }) => (files.clone(), Source::Discovered(why.clone())),
            None => (Vec::new(), Source::Default),
        };
    };
    let mut files = Vec::new();
    for file in &configured.value {
        if root.join(&file.value).is_file() {
            files.push(PathBuf::from(&file.value));
        } else {
            let found = discovery.compose.iter().flat_map(|found| found.files.iter().chain(&found.others));
            let found: Vec<String> = found.map(|file| file.display().to_string()).collect();
            let message = format!("the compose file `{}` does not exist", file.value);
            let help = nearest::help(&file.value, found.iter().map(String::as_str));
            findings.push(file.source.error(codes::MISSING_FILE, message).help(help));
        }
    }
    (files, configured.source.clone())
}

/// Reads compose files for one project.
struct Reader<'a> {
    root: &'a Path,
    config: &'a Config,
    request: &'a Request,
}

impl Reader<'_> {
    fn read(&self, files: &[PathBuf]) -> (ComposeProject, Vec<Finding>) {
        let files: Vec<PathBuf> = files.iter().map(|file| self.root.join(file)).collect();
        // Relative paths start from the first file's folder, as `docker compose -f` has it.
        let folder = files.first().and_then(|file| file.parent()).unwrap_or(self.root);
        let profiles = self.config.environment.profiles.iter().flat_map(|profiles| &profiles.value);
        compose::load(&LoadRequest {
            project_directory: folder.to_owned(),
            variables: &self.request.variables,
            env_files: Vec::new(),
            profiles: profiles.map(|profile| profile.value.clone()).collect(),
            display_root: self.root.to_owned(),
            files,
        })
    }

    /// The development file that a discovered test file only makes sense over: it changes services that stand there.
    fn base_to_add(&self, files: &[PathBuf], discovery: &Discovery, source: &Source) -> Option<PathBuf> {
        let base = discovery.compose.as_ref()?.base.clone()?;
        if !matches!(source, Source::Discovered(_)) || stands_alone(&self.read(files).0) {
            return None;
        }
        let both: Vec<PathBuf> = std::iter::once(base.clone()).chain(files.iter().cloned()).collect();
        stands_alone(&self.read(&both).0).then_some(base)
    }
}

/// Whether every service says what it runs, and every service that one depends on is there.
fn stands_alone(project: &ComposeProject) -> bool {
    project.services.iter().all(|service| {
        let made = service.image.is_some() || service.build.is_some();
        made && service.depends_on.iter().all(|other| project.service(&other.service).is_some())
    })
}

/// How long finished runs are kept. What is running or kept on purpose is never removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The age at which a run is removed.
    pub age: Duration,
    /// How many runs are kept.
    pub runs: usize,
    /// How many bytes of runs are kept; the newest run is, whatever its size.
    pub bytes: u64,
}

/// A week of runs: long enough to compare with last week's.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 3600);
/// Runs that are kept at most.
const KEPT_RUNS: usize = 50;
/// Bytes that they take at most.
const KEPT_BYTES: u64 = 1 << 30;

impl Project {
    /// How long its runs are kept: `[retention]`, else a week, fifty runs and one GiB.
    pub fn retention(&self) -> Retention {
        let written = &self.config.retention;
        let runs = written.runs.as_ref().map(|runs| usize::try_from(runs.value).unwrap_or(usize::MAX));
        Retention {
            age: written.age.as_ref().map_or(KEPT_FOR, |age| Duration::from_millis(age.value)),
            runs: runs.unwrap_or(KEPT_RUNS),
            bytes: written.size.as_ref().map_or(KEPT_BYTES, |size| size.value),
        }
    }

    /// Its name: `[project] name`, else the folder's.
    pub fn name(&self) -> String {
        let folder = || self.root.file_name().map(|name| name.to_string_lossy().into_owned());
        self.config
            .name
            .as_ref()
            .map(|name| name.value.clone())
            .or_else(folder)
            .unwrap_or_else(|| "project".to_owned())
    }

    /// The files that were read, relative to the root where they lie inside it.
    pub fn files(&self) -> Vec<PathBuf> {
        let own = self.config.exists.then(|| PathBuf::from(config::FILE));
        let compose = self.compose.iter().flat_map(|compose| compose.files.iter().cloned());
        let pytest = self.discovery.pytest.iter().map(|pytest| pytest.file.clone());
        let mut files: Vec<PathBuf> = Vec::new();
        for file in own.into_iter().chain(compose).chain(pytest) {
            let file = shown(&self.root, &file);
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }
}

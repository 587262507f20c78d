//! What the suites' Python needs, from the configuration and from what was found.

use std::path::{Path, PathBuf};

use testyard_model::Finding;
use testyard_model::plan::{Install, InstallKind, PythonPlan, ServicePlan, SuitePlan};

use super::command::is_python;
use super::extras;
use super::origins::Origins;
use super::services::list;
use crate::codes;
use crate::config::PythonConfig;
use crate::discover::PythonFound;
use crate::project::Project;
use crate::source::{Sourced, shown};

/// How long attempts may take when nothing is said: each longer than the one before, in milliseconds.
const TIMEOUTS_MS: [u64; 3] = [60_000, 180_000, 300_000];
/// Programs that come with Python packages and stand in setup commands and in commands that run tests.
const PYTHON_PROGRAMS: [&str; 12] = [
    "alembic",
    "django-admin",
    "flask",
    "pytest",
    "tox",
    "nox",
    "nose2",
    "behave",
    "robot",
    "coverage",
    "celery",
    "manage.py",
];

/// The plan for Python; none when no suite uses it.
pub(super) fn lower(
    project: &Project,
    suites: &[SuitePlan],
    services: &[ServicePlan],
    findings: &mut Vec<Finding>,
    origins: &mut Origins,
) -> Option<PythonPlan> {
    let config = &project.config.python;
    let found = &project.discovery.python;
    // What is written has to be right, whether this run uses it or not.
    let mut install = install(&project.root, config, found, findings);
    let notes = extras::apply(&mut install, config, found, services, findings);
    if !suites.iter().any(|suite| suite.python) {
        return None;
    }
    let existing = existing(config, found, origins);
    if existing.is_none() {
        let names: Vec<String> = install.iter().map(|one| describe(&project.root, one)).collect();
        match &config.requirements {
            Some(written) => origins.note("python.requirements", names.join(", "), &written.source),
            None => origins.found(
                "python.requirements",
                list(names.iter().map(String::as_str)),
                "beside or above the tests",
            ),
        }
    }
    note(origins, "python.version", config.version.as_ref());
    note(origins, "python.as-of", config.as_of.as_ref());
    if let Some(offline) = &config.offline {
        origins.note("python.offline", offline.value.to_string(), &offline.source);
    }
    if let Some(timeouts) = &config.timeouts {
        let each: Vec<String> = timeouts.value.iter().map(|ms| format!("{ms} ms")).collect();
        origins.note("python.timeouts", each.join(", "), &timeouts.source);
    }
    if existing.is_none() {
        notes.iter().for_each(|(key, value, source)| origins.note(*key, value, source));
    }
    // What is set counts more than what the project declares.
    let version = match &config.version {
        Some(version) => Some((version.value.clone(), version.source.to_string())),
        None => found.version.clone().filter(|_| existing.is_none()),
    };
    if let (None, Some((version, from))) = (&config.version, &version) {
        origins.found("python.version", version, from);
    }
    let (version, version_from) = version.unzip();
    Some(PythonPlan {
        root: inside(&project.root, &found.folder),
        existing,
        version,
        version_from,
        install,
        as_of: config.as_of.as_ref().map(|day| day.value.clone()),
        timeouts_ms: config
            .timeouts
            .as_ref()
            .map(|timeouts| timeouts.value.clone())
            .filter(|timeouts| !timeouts.is_empty())
            .unwrap_or_else(|| TIMEOUTS_MS.to_vec()),
        offline: config.offline.as_ref().is_some_and(|offline| offline.value),
    })
}

fn note(origins: &mut Origins, key: &str, value: Option<&Sourced<String>>) {
    if let Some(value) = value {
        origins.note(key, &value.value, &value.source);
    }
}

/// A folder inside the project, absolute and without a trailing separator for the project itself.
fn inside(root: &Path, folder: &Path) -> PathBuf {
    if folder.as_os_str().is_empty() { root.to_owned() } else { root.join(folder) }
}

/// Whether one of these words, or of the words in these lines, is a program that runs Python.
pub(super) fn runs_python<'a>(mut lines: impl Iterator<Item = &'a String>) -> bool {
    lines.any(|line| {
        let mut programs = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or_default());
        programs.any(|program| is_python(program) || PYTHON_PROGRAMS.contains(&program))
    })
}

/// The environment that is used as it is. Who asks for a day or a version asks for another one.
fn existing(config: &PythonConfig, found: &PythonFound, origins: &mut Origins) -> Option<PathBuf> {
    let (path, why) = found.existing.as_ref()?;
    if let Some(day_or_version) = config.as_of.as_ref().or(config.version.as_ref()) {
        let value = format!("a new one instead of {}", path.display());
        origins.note("python.environment", value, &day_or_version.source);
        return None;
    }
    origins.found("python.environment", path.display().to_string(), why);
    Some(path.clone())
}

/// What to install: what is configured, else what was found.
fn install(
    root: &Path,
    config: &PythonConfig,
    found: &PythonFound,
    findings: &mut Vec<Finding>,
) -> Vec<Install> {
    let mut read = |list: &Option<Sourced<Vec<Sourced<String>>>>, required: bool| {
        let mut files = Vec::new();
        for file in list.iter().flat_map(|list| &list.value) {
            let path = root.join(&file.value);
            if path.is_file() {
                files.push(Install { kind: kind(&path, found), file: path, required });
            } else {
                let message = format!("the requirement file `{}` does not exist", file.value);
                let help = "paths are relative to the project";
                findings.push(file.source.error(codes::MISSING_FILE, message).help(help));
            }
        }
        files
    };
    let optional = read(&config.optional, false);
    let required = if config.requirements.is_some() {
        read(&config.requirements, true)
    } else {
        let named = |one: &Install| optional.iter().any(|other| other.file == one.file);
        found.install.iter().filter(|one| !named(one)).cloned().collect()
    };
    required.into_iter().chain(optional).collect()
}

/// What kind of declaration a configured file is; what discovery read of it counts.
fn kind(file: &Path, found: &PythonFound) -> InstallKind {
    if let Some(known) = found.install.iter().find(|one| one.file == file) {
        return known.kind.clone();
    }
    let (groups, extras) = (Vec::new(), Vec::new());
    match file.file_name().and_then(|name| name.to_str()) {
        Some("uv.lock") => InstallKind::UvLock { member: None, groups, extras },
        Some("poetry.lock") => InstallKind::PoetryLock { groups, extras },
        Some("pyproject.toml" | "setup.py" | "setup.cfg") => InstallKind::Project { groups, extras },
        _ => InstallKind::Requirements,
    }
}

/// A declaration in words: its file, and whether it may fail.
fn describe(root: &Path, install: &Install) -> String {
    let file = shown(root, &install.file).display().to_string();
    if install.required { file } else { format!("{file} (optional)") }
}

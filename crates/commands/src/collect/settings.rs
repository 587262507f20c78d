//! How pytest collects a project: its configuration, its environment and what changed, as the reader of Python wants them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use testyard_model::{Finding, Severity};
use testyard_project::codes;
use testyard_project::discover::{Discovery, PytestConfig, declared, discover};
use testyard_python::{Changes, Declared, ImportMode, Refusal, Settings};

use super::{Changed, CollectRequest};
use crate::{CommandError, Context};

/// The settings of a request.
pub(super) fn settings(context: &Context, request: &CollectRequest) -> Result<Settings, CommandError> {
    let discovery = discover(&context.root, &context.variables);
    let mut settings = match &discovery.pytest {
        Some(config) => of_config(context, config),
        None => Settings::of(&context.root),
    };
    settings.refusals = discovery.findings.iter().filter_map(refusal).collect();
    let existing = discovery.python.existing.as_ref().map(|(folder, _)| folder.clone());
    settings.environment = match &request.python {
        Some(python) => Some(environment(&context.folder.join(python))?),
        None => existing,
    };
    if settings.environment.is_none() {
        let declared = declared(&discovery.python.install);
        settings.declared = declared.map(|one| Declared { names: one.names, locked: one.locked });
    }
    let requirements = discovery.python.install.iter().map(|one| one.file.as_path());
    let requirements = requirements.filter_map(|file| file.strip_prefix(&context.root).ok()).next();
    settings.requirements = requirements.map(|file| file.display().to_string());
    settings.cache = (!request.no_cache).then(|| context.cache.join("python"));
    settings.changes =
        request.changed.as_ref().map(|changed| changes(context, &discovery, changed)).transpose()?;
    if !request.paths.is_empty() {
        settings.paths = paths(context, &settings, &request.paths)?;
    }
    settings.repair = request.fix;
    settings.scaffold = request.scaffold;
    Ok(settings)
}

/// What keeps pytest from starting, as discovery told it.
fn refusal(finding: &Finding) -> Option<Refusal> {
    // `[tool.pytest]` means nothing to versions before 9; later ones refuse to start with both tables.
    let two_tables = finding.code == codes::PYTEST_TWO_TABLES;
    let refuses = two_tables || finding.code.starts_with("TY-PT") && finding.severity == Severity::Error;
    refuses.then(|| Refusal {
        file: finding.place.path.display().to_string(),
        message: format!("pytest does not start: {} {}", finding.place.path.display(), finding.message),
        fix: finding.help.clone().unwrap_or_else(|| "correct the configuration".to_owned()),
        since: two_tables.then_some(9),
    })
}

/// What changed since a revision, or what was saved.
fn changes(context: &Context, discovery: &Discovery, changed: &Changed) -> Result<Changes, CommandError> {
    let files = match changed {
        Changed::Saved(files) => files.clone(),
        Changed::Since(since) => {
            testyard_inspect::changed_since(&context.root, since).ok_or_else(|| CommandError::Usage {
                message: format!("git knows no revision `{since}` of this project"),
                help: "name a commit, a branch or a tag of its repository".to_owned(),
            })?
        }
    };
    let options = discovery.pytest.iter().flat_map(|config| &config.options);
    let django = options.filter(|(name, _)| *name == "DJANGO_SETTINGS_MODULE");
    let always = django.flat_map(|(_, words)| words.clone()).collect();
    Ok(Changes { since: changed.since().to_owned(), files, always })
}

/// The folder of the environment that an interpreter belongs to: the one above its `bin`.
fn environment(python: &Path) -> Result<PathBuf, CommandError> {
    let folder = python.parent().and_then(Path::parent).filter(|folder| folder.join("lib").is_dir());
    folder.filter(|_| python.is_file()).map(Path::to_owned).ok_or_else(|| CommandError::Usage {
        message: format!("{} is no interpreter of an environment", python.display()),
        help: "name its program, such as .venv/bin/python".to_owned(),
    })
}

/// What a configuration of pytest says about collection.
fn of_config(context: &Context, config: &PytestConfig) -> Settings {
    let mut settings = Settings::of(context.root.join(config.folder()));
    settings.folder = config.folder().to_owned();
    let options = &config.options;
    take(options, "testpaths", &mut settings.paths);
    take(options, "python_files", &mut settings.files);
    take(options, "python_classes", &mut settings.classes);
    take(options, "python_functions", &mut settings.functions);
    take(options, "norecursedirs", &mut settings.pass_over);
    take(options, "pythonpath", &mut settings.python_path);
    let words = options.get("addopts").map(Vec::as_slice).unwrap_or_default();
    settings.options = words.to_vec();
    settings.import_mode = match values(words, "--import-mode").last().map(String::as_str) {
        Some("importlib") => ImportMode::Importlib,
        Some("append") => ImportMode::Append,
        _ => ImportMode::Prepend,
    };
    settings.doctests = words.iter().any(|word| word == "--doctest-modules");
    let globs = values(words, "--doctest-glob");
    if !globs.is_empty() {
        settings.doctest_files = globs;
    }
    let plugins = options.get("required_plugins").map(Vec::as_slice).unwrap_or_default();
    settings.required_plugins = plugins.iter().filter_map(|word| package(word)).collect();
    settings.ignore = values(words, "--ignore");
    settings.ignore_glob = values(words, "--ignore-glob");
    settings
}

/// The name in a requirement: `pytest-xdist>=2` is `pytest-xdist`; a word that begins with a sign has none.
fn package(word: &str) -> Option<String> {
    let is_of_name = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let name =
        word.split(|sign| !is_of_name(sign)).next().filter(|name| name.starts_with(char::is_alphabetic));
    name.map(str::to_owned)
}

fn take(options: &BTreeMap<String, Vec<String>>, name: &str, setting: &mut Vec<String>) {
    if let Some(words) = options.get(name).filter(|words| !words.is_empty()) {
        setting.clone_from(words);
    }
}

/// The values of an option of the command line: `--ignore=a`, or `--ignore a`.
fn values(words: &[String], option: &str) -> Vec<String> {
    let with_sign = words.iter().filter_map(|word| word.strip_prefix(option)?.strip_prefix('='));
    let apart = words.windows(2).filter(|pair| pair[0] == option).map(|pair| pair[1].as_str());
    with_sign.chain(apart).map(str::to_owned).collect()
}

/// Paths as they are seen from pytest's folder.
fn paths(context: &Context, settings: &Settings, typed: &[PathBuf]) -> Result<Vec<String>, CommandError> {
    let usage = |path: &Path, what: &str| CommandError::Usage {
        message: format!("{} {what}", path.display()),
        help: "name files and folders of the project".to_owned(),
    };
    let root = settings.root.canonicalize().unwrap_or_else(|_| settings.root.clone());
    let each = typed.iter().map(|path| {
        let there = context.folder.join(path).canonicalize().map_err(|_| usage(path, "does not exist"))?;
        let inside = there.strip_prefix(&root).map_err(|_| usage(path, "is not below pytest's folder"))?;
        Ok(inside.to_string_lossy().into_owned())
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn options_are_read_in_both_forms() {
        let words = ["-q", "--ignore=a", "--ignore", "b", "--ignore-glob=c*"].map(str::to_owned);
        assert_eq!(values(&words, "--ignore"), ["a", "b"]);
        assert_eq!(values(&words, "--ignore-glob"), ["c*"]);
    }
}

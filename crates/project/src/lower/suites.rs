//! The suites of a run: those that are configured, else the one that discovery made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use testyard_model::Finding;
use testyard_model::plan::{AdapterKind, SuitePlan};

use super::command;
use super::origins::Origins;
use super::python::runs_python;
use super::services::list;
use crate::codes;
use crate::config::{Config, DISCOVERED_SUITE, SuiteConfig};
use crate::discover::FoundSuite;
use crate::nearest;
use crate::source::{Source, Sourced, shown};

/// A suite before its services are known.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// As far as it is decided; its services are empty.
    pub(super) plan: SuitePlan,
    /// The services it names; `None` when it says nothing about services.
    pub(super) services: Option<Sourced<Vec<Sourced<String>>>>,
    /// Where it says what it needs, else where it is named.
    needs: Source,
}

/// Drafts every suite. What is wrong goes to the findings, and its suite is left out.
pub(super) fn draft(
    root: &Path,
    config: &Config,
    found: Option<&FoundSuite>,
    findings: &mut Vec<Finding>,
    origins: &mut Origins,
) -> Vec<Draft> {
    let (written, partial): (Vec<&SuiteConfig>, Vec<&SuiteConfig>) = config
        .suites
        .iter()
        .partition(|suite| suite.command.is_some() || matches!(suite.name.source, Source::File { .. }));
    let mut drafts = Vec::new();
    let use_found = written.iter().all(|suite| !matches!(suite.name.source, Source::File { .. }));
    let overrides = |name: &str| partial.iter().find(|suite| suite.name.value == name).copied();
    if use_found
        && let Some(found) = found
        && written.iter().all(|suite| suite.name.value != DISCOVERED_SUITE)
    {
        drafts.extend(from_found(root, found, overrides(DISCOVERED_SUITE), findings, origins));
    }
    for suite in &written {
        drafts.extend(from_config(root, suite, findings, origins));
    }
    let names: Vec<&str> = drafts.iter().map(|draft| draft.plan.name.as_str()).collect();
    for suite in partial {
        if !names.contains(&suite.name.value.as_str()) {
            let message = format!("there is no suite `{}`", suite.name.value);
            let help = nearest::help(&suite.name.value, names.iter().copied());
            findings.push(suite.name.source.error(codes::UNKNOWN_NAME, message).help(help));
        }
    }
    check_needs(config, &drafts, findings);
    sorted(drafts, findings)
}

/// The discovered suite, with what overrides say about it.
fn from_found(
    root: &Path,
    found: &FoundSuite,
    overrides: Option<&SuiteConfig>,
    findings: &mut Vec<Finding>,
    origins: &mut Origins,
) -> Option<Draft> {
    let by = Source::Discovered(found.by.clone());
    let folder = shown_folder(&found.folder);
    let mut suite = SuiteConfig::named(Sourced::new(DISCOVERED_SUITE.to_owned(), by.clone()));
    if let Some(overrides) = overrides {
        suite = SuiteConfig { name: suite.name, ..overrides.clone() };
    }
    suite.command =
        Some(Sourced::new(shlex::try_join(found.command.iter().map(String::as_str)).ok()?, by.clone()));
    suite.folder = suite.folder.or(Some(Sourced::new(folder, by)));
    from_config(root, &suite, findings, origins)
}

fn shown_folder(folder: &Path) -> String {
    if folder.as_os_str().is_empty() { ".".to_owned() } else { folder.display().to_string() }
}

fn from_config(
    root: &Path,
    suite: &SuiteConfig,
    findings: &mut Vec<Finding>,
    origins: &mut Origins,
) -> Option<Draft> {
    let name = &suite.name.value;
    let Some(written) = &suite.command else {
        let message = format!("suite `{name}` has no command");
        let help = "add command = \"pytest tests\", or what runs its tests";
        findings.push(suite.name.source.error(codes::BAD_SUITE, message).help(help));
        return None;
    };
    let Some(command) = command::understand(&written.value).filter(|command| !command.words.is_empty())
    else {
        let message = "this command cannot be split into words";
        findings.push(written.source.error(codes::WRONG_VALUE, message).help("close its quotes"));
        return None;
    };
    origins.note(format!("suite.{name}.command"), &written.value, &written.source);
    let folder = folder(root, suite, findings);
    if let Some(folder) = &suite.folder {
        origins.note(format!("suite.{name}.folder"), &folder.value, &folder.source);
    }
    for (key, texts) in [("needs", &suite.needs), ("setup", &suite.setup)] {
        if let Some(texts) = texts {
            let value = list(texts.value.iter().map(|one| one.value.as_str()));
            origins.note(format!("suite.{name}.{key}"), value, &texts.source);
        }
    }
    if let Some(timeout) = &suite.timeout {
        origins.note(format!("suite.{name}.timeout"), format!("{} ms", timeout.value), &timeout.source);
    }
    let mut environment = command.environment;
    environment.extend(suite.environment.iter().map(|(name, value)| (name.clone(), value.value.clone())));
    let junit = texts(&suite.junit);
    let tap = suite.tap.as_ref().is_some_and(|tap| tap.value);
    // Whoever names result files wants them read, whatever the command is.
    let adapter = if command.pytest && junit.is_empty() && !tap {
        AdapterKind::Pytest
    } else {
        AdapterKind::Command { junit, tap }
    };
    let setup = texts(&suite.setup);
    let plan = SuitePlan {
        name: name.clone(),
        python: adapter == AdapterKind::Pytest || runs_python(command.words.iter().chain(&setup)),
        adapter,
        command: command.words,
        arguments: Vec::new(),
        folder,
        environment,
        services: Vec::new(),
        needs: texts(&suite.needs),
        setup,
        timeout_ms: suite.timeout.as_ref().map(|timeout| timeout.value),
    };
    let needs = suite.needs.as_ref().map_or(&suite.name.source, |needs| &needs.source).clone();
    Some(Draft { plan, services: suite.services.clone(), needs })
}

/// The texts of a list that may not be set.
fn texts(list: &Option<Sourced<Vec<Sourced<String>>>>) -> Vec<String> {
    list.iter().flat_map(|list| &list.value).map(|one| one.value.clone()).collect()
}

/// The folder a suite runs in, absolute. One that does not exist is told, and the root stands in for it.
fn folder(root: &Path, suite: &SuiteConfig, findings: &mut Vec<Finding>) -> PathBuf {
    let Some(folder) = &suite.folder else { return root.to_owned() };
    let path = if folder.value == "." { root.to_owned() } else { root.join(&folder.value) };
    if !path.is_dir() {
        let message = format!("the folder `{}` does not exist", shown(root, &path).display());
        let help = "folders are relative to the project";
        findings.push(folder.source.error(codes::MISSING_FILE, message).help(help));
        return root.to_owned();
    }
    path
}

/// Every needed suite exists.
fn check_needs(config: &Config, drafts: &[Draft], findings: &mut Vec<Finding>) {
    let names: Vec<&str> = drafts.iter().map(|draft| draft.plan.name.as_str()).collect();
    let written = config.suites.iter().flat_map(|suite| suite.needs.iter()).flat_map(|needs| &needs.value);
    // A suite that is wrong itself is told once, not again by those that need it.
    let known =
        |name: &str| names.contains(&name) || config.suites.iter().any(|suite| suite.name.value == name);
    for need in written.filter(|need| !known(&need.value)) {
        let message = format!("there is no suite `{}`", need.value);
        let help = nearest::help(&need.value, config.suites.iter().map(|suite| suite.name.value.as_str()));
        findings.push(need.source.error(codes::UNKNOWN_NAME, message).help(help));
    }
}

/// The suites with every one after those it needs, otherwise in their order. A circle is an error.
fn sorted(drafts: Vec<Draft>, findings: &mut Vec<Finding>) -> Vec<Draft> {
    let names: BTreeSet<String> = drafts.iter().map(|draft| draft.plan.name.clone()).collect();
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut ordered = Vec::new();
    let mut waiting = drafts;
    while !waiting.is_empty() {
        let ready =
            |draft: &Draft| draft.plan.needs.iter().all(|need| done.contains(need) || !names.contains(need));
        let Some(next) = waiting.iter().position(ready) else {
            let circle = list(waiting.iter().map(|draft| draft.plan.name.as_str()));
            let message = format!("these suites need each other in a circle: {circle}");
            let first = waiting.first().map_or(Source::Default, |draft| draft.needs.clone());
            findings.push(first.error(codes::CIRCLE, message).help("remove one of their `needs`"));
            ordered.extend(waiting);
            break;
        };
        let draft = waiting.remove(next);
        done.insert(draft.plan.name.clone());
        ordered.push(draft);
    }
    ordered
}

/// The services that suites name, each with where it is named first.
pub(super) fn named_services(drafts: &[Draft]) -> BTreeMap<String, Source> {
    let mut named = BTreeMap::new();
    let lists = drafts.iter().filter_map(|draft| draft.services.as_ref());
    for service in lists.flat_map(|services| &services.value) {
        named.entry(service.value.clone()).or_insert_with(|| service.source.clone());
    }
    named
}

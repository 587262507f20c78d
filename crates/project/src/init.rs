//! `testyard.toml` as discovery would write it: every decision spelled out, with its reason.
//!
//! Loading the written file makes the same plan that discovery makes without it.

use std::fmt::Write as _;
use std::path::Path;

use testyard_model::plan::{AdapterKind, InstallKind, Plan, PythonPlan, SuitePlan};
use toml_edit::Value;

use crate::error::ConfigError;
use crate::lower;
use crate::project::Project;
use crate::request::Request;
use crate::source::shown;

/// The commented text of a `testyard.toml` for this project.
///
/// # Errors
/// When an override names something that does not exist.
pub fn write(project: &Project) -> Result<String, ConfigError> {
    let plan = lower(project, &Request::default())?;
    Ok(text_of(project, &plan))
}

fn text_of(project: &Project, plan: &Plan) -> String {
    let mut text = String::new();
    let mut line = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    line(
        "# How Testyard runs this project. Everything here was discovered: a line that is removed is discovered again.",
    );
    line("# `testyard plan` shows what a run would do and where each setting comes from.");
    line("");
    line("[project]");
    line(&format!("name = {}", quoted(&plan.project.name)));
    environment(project, plan, &mut line);
    python(project, plan, &mut line);
    for suite in &plan.suites {
        self::suite(project, plan, suite, &mut line);
    }
    if plan.suites.is_empty() {
        line("");
        line("# No tests were found. A suite is a command that runs some:");
        line("# [[suite]]");
        line("# name = \"unit\"");
        let command = project.discovery.other.as_ref().map_or("pytest tests/unit", |other| other.command);
        line(&format!("# command = {}", quoted(command)));
    }
    line("");
    line("# What the results have to reach. Without it every test has to pass.");
    line("# [gates]");
    line("# pass-rate = 0.95");
    line("# collection-errors = 0");
    line("# flaky = 0");
    line("# stand-ins = 0");
    text
}

fn environment(project: &Project, plan: &Plan, line: &mut dyn FnMut(&str)) {
    line("");
    line("[environment]");
    if project.compose_files.is_empty() {
        line("# No compose file was found. Services that tests need stand in one:");
        line("# compose = [\"docker-compose.test.yml\"]");
    } else {
        line(&format!("# {}", capital(&project.compose_source.to_string())));
        line(&format!(
            "compose = {}",
            list(project.compose_files.iter().map(|file| file.display().to_string()))
        ));
    }
    if let Some(profiles) = plan.origins.iter().find(|origin| origin.key == "environment.profiles") {
        line(&format!("# {}", capital(&profiles.from)));
        line(&format!("profiles = {}", list(profiles.value.split(", ").map(str::to_owned))));
    }
    line("# auto | native | attach");
    line("engine = \"auto\"");
    for left_out in &plan.left_out {
        line(&format!("# Left out: {}, because {}", left_out.service, left_out.why));
    }
    if let Some(service) = plan.services.first() {
        line("# Where a service already runs, Testyard does not start it:");
        line("# [environment.attach]");
        line(&format!("# {} = \"tcp://staging.example:{}\"", key(&service.name), port(plan)));
    }
}

/// A port to show in the example of an attached service.
fn port(plan: &Plan) -> u16 {
    plan.services.iter().flat_map(|service| &service.published).map(|port| port.target).next().unwrap_or(5432)
}

fn python(project: &Project, plan: &Plan, line: &mut dyn FnMut(&str)) {
    let Some(python) = &plan.python else { return };
    line("");
    line("[python]");
    if let Some(existing) = &python.existing {
        line(&format!(
            "# Not installed as long as {} exists: it is used as it is.",
            shown(&project.root, existing).display()
        ));
    }
    let files = |required: bool| {
        let of = python.install.iter().filter(|one| one.required == required);
        of.map(|one| shown(&project.root, &one.file).display().to_string()).collect::<Vec<_>>()
    };
    line("# Must install.");
    line(&format!("requirements = {}", list(files(true))));
    if files(false).is_empty() {
        line("# optional = [\"requirements-extras.txt\"]   # reported, never fatal");
    } else {
        line("# Reported, never fatal.");
        line(&format!("optional = {}", list(files(false))));
    }
    for (key, names) in chosen(python) {
        line(&format!("# {key} = {}   # of the project; these instead of those that are found", list(names)));
    }
    line("# as-of = \"2025-11-30\"   # resolve as the index stood that day");
}

/// The extras and groups that are installed, where a project that may have some is; an example where none is.
fn chosen(python: &PythonPlan) -> Vec<(&'static str, Vec<String>)> {
    let parts = python.install.iter().find_map(|one| match &one.kind {
        InstallKind::Requirements | InstallKind::Listed { .. } => None,
        InstallKind::UvLock { groups, extras, .. }
        | InstallKind::PoetryLock { groups, extras }
        | InstallKind::Project { groups, extras } => Some((groups, extras)),
    });
    let or = |names: &Vec<String>, example: &str| {
        if names.is_empty() { vec![example.to_owned()] } else { names.clone() }
    };
    parts.map_or_else(Vec::new, |(groups, extras)| {
        vec![("extras", or(extras, "test")), ("groups", or(groups, "dev"))]
    })
}

fn suite(project: &Project, plan: &Plan, suite: &SuitePlan, line: &mut dyn FnMut(&str)) {
    let key_of = |key: &str| format!("suite.{}.{key}", suite.name);
    let from =
        |key: &str| plan.origins.iter().find(|origin| origin.key == key_of(key)).map(|origin| &origin.from);
    line("");
    line("[[suite]]");
    line(&format!("name = {}", quoted(&suite.name)));
    if let Some(from) = from("command") {
        line(&format!("# Found by {}", from.trim_start_matches("discovered: ")));
    }
    let words = suite.command.iter().map(String::as_str);
    line(&format!("command = {}", quoted(&shlex::try_join(words).unwrap_or_default())));
    let folder = shown(&project.root, &suite.folder);
    if folder != Path::new(".") {
        line(&format!("folder = {}", quoted(&folder.display().to_string())));
    }
    line(&format!("services = {}", list(suite.services.iter().cloned())));
    if let Some(from) = from("environment") {
        line(&format!("# Its environment is {}.", from.trim_start_matches("discovered: ")));
    }
    let migrations = project.discovery.migrations.iter().filter_map(|file| migration(project, suite, file));
    for command in migrations {
        line(&format!(
            "# setup = [{}]   # run before the tests, when the database needs it",
            quoted(&command)
        ));
    }
    if suite.adapter == AdapterKind::Pytest {
        line("# timeout = \"10m\"");
    }
}

/// The command that the existence of a file suggests, for a suite that runs beside it or one folder above it.
fn migration(project: &Project, suite: &SuitePlan, file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    let path = project.root.join(file).strip_prefix(&suite.folder).ok()?.to_owned();
    let beside = path.components().count() == 1;
    if path.components().count() > 2 {
        return None;
    }
    let path = path.display();
    Some(match name {
        "alembic.ini" if beside => "alembic upgrade head".to_owned(),
        "alembic.ini" => format!("alembic -c {path} upgrade head"),
        _ => format!("python {path} migrate"),
    })
}

/// A text in TOML's own quotes.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().trim().to_owned()
}

/// A key, in quotes where it needs them.
fn key(name: &str) -> String {
    toml_edit::Key::new(name).to_string()
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    let mut text = String::from("[");
    for (index, item) in items.into_iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        // Writing to a text cannot fail.
        let _ = write!(text, "{comma}{}", quoted(&item));
    }
    text.push(']');
    text
}

/// Where something came from as a sentence. That it was discovered goes without saying here.
fn capital(text: &str) -> String {
    let mut letters = text.trim_start_matches("discovered: ").chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

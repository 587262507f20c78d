//! Lowering: from what the user wrote to the plan of one run.
//!
//! What lives here: every decision that turns configuration, discovery and compose files into the model's words, and
//! the reason of each. What does not: reading files, but to see whether a named one exists.

mod base_image;
mod command;
mod engine;
mod extras;
mod lender;
mod origins;
mod python;
mod selection;
mod service;
mod services;
mod suites;
pub(crate) mod test_service;

use std::collections::BTreeSet;
use std::path::Path;

use testyard_model::plan::{Gates, LeftOut, Limits, Plan, ProjectPlan, ServicePlan, SuitePlan};
use testyard_model::{Finding, Severity};

use crate::codes;
use crate::compose::Service;
use crate::config::Config;
use crate::error::ConfigError;
use crate::nearest;
use crate::project::Project;
use crate::request::Request;
use crate::source::Source;

use origins::Origins;
pub(crate) use services::is_infrastructure;
use suites::Draft;

/// Decides everything that a run of the project is going to do.
///
/// # Errors
/// When a name or file that the configuration or the command line gives does not exist. The error holds every such
/// finding at once.
pub fn lower(project: &Project, request: &Request) -> Result<Plan, ConfigError> {
    let mut origins = Origins::default();
    let mut findings = project.findings.clone();
    let config = &project.config;
    note_project(project, &mut origins);
    let asked = engine::asked(&config.environment, &mut origins)?;
    let runners = project.compose.as_ref().map(test_service::find).unwrap_or_default();
    let found = found_suite(project, &runners);
    let tests =
        project.root.join(found.as_ref().map(|found| found.folder.as_path()).unwrap_or(Path::new("")));
    let lender = lender::find(project.compose.as_ref(), &runners, &tests);
    let mut wrong = Vec::new();
    let drafts = suites::draft(&project.root, config, found.as_ref(), &mut wrong, &mut origins);
    check_services(project, &mut wrong);
    // Who names services for one suite has thought of all: the others use none.
    let some_named = drafts.iter().any(|draft| draft.services.is_some());
    // A selection cannot be judged by suites that are wrong: those are told first.
    let drafts = if wrong.is_empty() { selection::apply(&project.root, request, drafts)? } else { drafts };
    let named = suites::named_services(&drafts);
    let choice = services::Choice {
        compose: project.compose.as_ref(),
        config: &config.environment,
        runners: &runners,
        named: &named,
        only_attach: asked == "attach",
        only_native: asked == "native",
    };
    let chosen = choice.decide(&mut origins);
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    let (errors, notes): (Vec<Finding>, Vec<Finding>) = chosen.findings.into_iter().partition(is_error);
    wrong.extend(errors);
    findings.extend(notes);
    let default = if some_named { Vec::new() } else { names(&chosen.services) };
    let suites = finish(drafts, lender, &default, &mut origins);
    let (services, unused) = split(chosen.services, &suites, request.every_service);
    let left_out = chosen.left_out.into_iter().chain(unused).collect();
    let python = python::lower(project, &suites, &services, &mut wrong, &mut origins);
    if let Some(error) = ConfigError::among(&wrong) {
        return Err(error);
    }
    if suites.is_empty() {
        findings.push(nothing_found(project));
    }
    Ok(Plan {
        project: ProjectPlan {
            name: project.name(),
            root: project.root.clone(),
            files: project.files(),
            revision: None,
        },
        engine: engine::choose(&asked, &config.environment, &services),
        services,
        left_out,
        python,
        suites,
        gates: gates(config, &mut origins),
        limits: limits(config, &mut origins),
        findings,
        origins: origins.0,
    })
}

fn note_project(project: &Project, origins: &mut Origins) {
    match &project.config.name {
        Some(name) => origins.note("project.name", &name.value, &name.source),
        None => origins.found("project.name", project.name(), "the folder's name"),
    }
    let files: Vec<String> = project.compose_files.iter().map(|file| file.display().to_string()).collect();
    let files = services::list(files.iter().map(String::as_str));
    origins.note("environment.compose", files, &project.compose_source);
}

/// The discovered suite. Where only test files tell, the folder that the test-running service works in counts.
fn found_suite(project: &Project, runners: &[&Service]) -> Option<crate::discover::FoundSuite> {
    let mut found = project.discovery.suite.clone()?;
    if project.discovery.pytest.is_none()
        && let Some(folder) = runners.iter().find_map(|runner| test_service::folder(&project.root, runner))
        && folder.starts_with(&found.folder)
        && project.root.join(&folder).join("tests").is_dir()
    {
        found.folder = folder;
    }
    Some(found)
}

/// Every service that a suite names exists.
fn check_services(project: &Project, wrong: &mut Vec<Finding>) {
    let compose = project.compose.iter().flat_map(|compose| &compose.services);
    let attached = project.config.environment.attach.keys().map(String::as_str);
    let known: Vec<&str> = compose.map(|service| service.name.as_str()).chain(attached).collect();
    let mut check = |name: &str, source: &Source| {
        if !known.contains(&name) {
            let message = format!("there is no service `{name}`");
            wrong.push(
                source.error(codes::UNKNOWN_NAME, message).help(nearest::help(name, known.iter().copied())),
            );
        }
    };
    let named = project.config.suites.iter().filter_map(|suite| suite.services.as_ref());
    for service in named.flat_map(|services| &services.value) {
        check(&service.value, &service.source);
    }
    for service in project.config.suites.iter().filter_map(|suite| suite.database_service.as_ref()) {
        check(&service.value, &service.source);
    }
    for (name, command) in &project.config.environment.native {
        check(name, &command.source);
    }
}

fn names(services: &[ServicePlan]) -> Vec<String> {
    services.iter().map(|service| service.name.clone()).collect()
}

/// The suites with their services, `default` where they name none, and with the environment that a service lends
/// them. What a suite says itself counts more.
fn finish(
    drafts: Vec<Draft>,
    lender: Option<lender::Lender<'_>>,
    default: &[String],
    origins: &mut Origins,
) -> Vec<SuitePlan> {
    let mut suites = Vec::new();
    for draft in drafts {
        let mut suite = draft.plan;
        suite.services = match &draft.services {
            Some(named) => named.value.iter().map(|one| one.value.clone()).collect(),
            None => default.to_vec(),
        };
        let from = draft.services.as_ref().map_or(&Source::Default, |named| &named.source);
        let value = services::list(suite.services.iter().map(String::as_str));
        origins.note(format!("suite.{}.services", suite.name), value, from);
        if let Some(lender::Lender { service, why }) =
            lender.filter(|lender| !lender.service.environment.is_empty())
        {
            let names = services::list(service.environment.keys().map(String::as_str));
            let why = format!("lent by service `{}` in {}, {why}", service.name, service.place);
            origins.found(format!("suite.{}.environment", suite.name), names, why);
            let own = std::mem::replace(&mut suite.environment, service.environment.clone());
            suite.environment.extend(own);
        }
        suites.push(suite);
    }
    suites
}

/// The services that this run brings up, and those it has no use for.
fn split(services: Vec<ServicePlan>, suites: &[SuitePlan], every: bool) -> (Vec<ServicePlan>, Vec<LeftOut>) {
    if every {
        return (services, Vec::new());
    }
    let used = used(suites, &services);
    let (used, unused): (Vec<_>, Vec<_>) =
        services.into_iter().partition(|service| used.contains(&service.name));
    let why = "no suite of this run uses it";
    let unused = unused.into_iter().map(|service| LeftOut {
        service: service.name,
        why: why.to_owned(),
        ..LeftOut::default()
    });
    (used, unused.collect())
}

/// The services that suites use, with everything those depend on.
fn used(suites: &[SuitePlan], services: &[ServicePlan]) -> BTreeSet<String> {
    let mut open: Vec<&str> = suites.iter().flat_map(|suite| &suite.services).map(String::as_str).collect();
    let mut used = BTreeSet::new();
    while let Some(name) = open.pop() {
        if used.insert(name.to_owned()) {
            let service = services.iter().find(|service| service.name == name);
            open.extend(
                service.iter().flat_map(|service| &service.depends_on).map(|other| other.service.as_str()),
            );
        }
    }
    used
}

fn gates(config: &Config, origins: &mut Origins) -> Gates {
    let gates = &config.gates;
    if let Some(rate) = &gates.pass_rate {
        origins.note("gates.pass-rate", rate.value.to_string(), &rate.source);
    }
    let counts = [
        ("collection-errors", &gates.collection_errors),
        ("flaky", &gates.flaky),
        ("stand-ins", &gates.stand_ins),
    ];
    for (key, count) in counts {
        if let Some(count) = count {
            origins.note(format!("gates.{key}"), count.value.to_string(), &count.source);
        }
    }
    Gates {
        pass_rate: gates.pass_rate.as_ref().map(|rate| rate.value),
        collection_errors: gates.collection_errors.as_ref().map_or(0, |count| count.value),
        flaky: gates.flaky.as_ref().map(|count| count.value),
        stand_ins: gates.stand_ins.as_ref().map(|count| count.value),
    }
}

fn limits(config: &Config, origins: &mut Origins) -> Limits {
    let limits = &config.limits;
    if let Some(memory) = &limits.memory {
        origins.note("limits.memory", format!("{} bytes", memory.value), &memory.source);
    }
    let workers = limits.workers.as_ref();
    if let Some(workers) = workers {
        let value = workers.value.map_or("auto".to_owned(), |count| count.to_string());
        origins.note("limits.workers", value, &workers.source);
    }
    Limits {
        workers: workers.and_then(|workers| workers.value).and_then(|count| u32::try_from(count).ok()),
        memory: limits.memory.as_ref().map(|memory| memory.value),
    }
}

/// The note that there is nothing to test, and where that was looked for.
fn nothing_found(project: &Project) -> Finding {
    if let Some(other) = &project.discovery.other {
        let source = Source::Discovered(other.file.display().to_string());
        let message = "tests of this language are not found by themselves";
        let command = other.command;
        let help = format!("write in testyard.toml: [[suite]] name = \"unit\" command = \"{command}\"");
        return source.finding(codes::OTHER_LANGUAGE, Severity::Warning, message).help(help);
    }
    let message = "no tests were found: no pytest configuration in pytest.ini, pyproject.toml, tox.ini or setup.cfg, \
                   in the root or three folders below it, and no test_*.py or *_test.py";
    Source::Discovered(".".to_owned())
        .finding(codes::NOTHING_FOUND, Severity::Warning, message)
        .help("write a [[suite]] with its command in testyard.toml, or name another folder with --project")
}

#[cfg(test)]
mod tests;

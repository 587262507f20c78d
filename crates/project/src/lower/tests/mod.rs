//! Tests of loading and lowering whole small projects.

mod errors;
mod services;
mod settings;
mod suites;

use std::path::Path;

use testyard_model::plan::{AdapterKind, Plan};

use crate::{ConfigError, Request, load, lower, testing};

/// What a project of these files lowers to.
fn plan_of(files: &[(&str, &str)], change: impl FnOnce(&mut Request)) -> Result<Plan, ConfigError> {
    let folder = testing::folder(files);
    let root = folder.path().to_owned();
    let mut request = Request { root: root.clone(), folder: root, ..Request::default() };
    change(&mut request);
    let project = load(&request)?;
    lower(&project, &request)
}

fn plan(files: &[(&str, &str)]) -> Plan {
    plan_of(files, |_| ()).unwrap_or_else(|error| panic!("{}", errors(&error)))
}

/// The errors, one a line.
fn errors(error: &ConfigError) -> String {
    let line = |f: &testyard_model::Finding| {
        format!("{}: {} | {}", f.place, f.message, f.help.as_deref().unwrap_or("-"))
    };
    error.findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn errors_of(files: &[(&str, &str)], change: impl FnOnce(&mut Request)) -> String {
    plan_of(files, change).map_or_else(|error| errors(&error), |plan| panic!("no error: {}", shown(&plan)))
}

/// A plan in a few lines: services, what is left out, suites.
fn shown(plan: &Plan) -> String {
    let mut lines = vec![format!("engine {}", plan.engine.reason)];
    for service in &plan.services {
        let want = service.want.as_ref().map_or("-".to_owned(), |want| want.product.word().to_owned());
        lines.push(format!("service {} {} {want}", service.name, service.engine.word()));
    }
    lines.extend(plan.left_out.iter().map(|out| format!("left out {}: {}", out.service, out.why)));
    for suite in &plan.suites {
        let adapter = if suite.adapter == AdapterKind::Pytest { "pytest" } else { "command" };
        let folder = suite.folder.strip_prefix(&plan.project.root).unwrap_or(Path::new("?")).display();
        let mut line = format!("suite {} {adapter} {:?} in {folder:?}", suite.name, suite.command.join(" "));
        for (word, list) in [
            ("with", &suite.arguments),
            ("on", &suite.services),
            ("needs", &suite.needs),
            ("setup", &suite.setup),
        ] {
            if !list.is_empty() {
                line.push_str(&format!(" {word} {}", list.join(" ")));
            }
        }
        for (name, value) in &suite.environment {
            line.push_str(&format!(" {name}={value}"));
        }
        lines.push(line);
    }
    lines.extend(
        plan.findings.iter().map(|f| format!("{} {} {}: {}", f.severity.word(), f.code, f.place, f.message)),
    );
    lines.join("\n")
}

const COMPOSE: &str = "
services:
  postgres-test:
    image: postgres:16-alpine
    environment: { POSTGRES_PASSWORD: secret-word }
    ports: ['5433:5432']
    tmpfs: [/var/lib/postgresql/data]
    healthcheck: { test: ['CMD-SHELL', 'pg_isready'], interval: 2s, retries: 10 }
  redis-test:
    image: redis:7
    depends_on: [postgres-test]
  gateway:
    build: .
    depends_on: [postgres-test]
  tests:
    build: .
    command: pytest
    depends_on: { postgres-test: { condition: service_healthy } }
    environment: { DATABASE_URL: postgresql://postgres:secret-word@postgres-test/postgres }
  debug:
    image: redis:7
    profiles: [debug]
";

const PYTEST: (&str, &str) = ("pytest.ini", "[pytest]\n");
const TESTS: (&str, &str) = ("tests/unit/test_a.py", "");

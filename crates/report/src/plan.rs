//! A plan for people: what a run would do, and why.

use testyard_model::Plan;
use testyard_model::plan::{Gates, ServicePlan, SuitePlan};

use crate::bars;
use crate::finding;
use crate::style::{Line, Role, Style};
use crate::text;

/// The plan, section by section, and at the end where each of its settings came from. Secrets are masked.
pub fn lines(plan: &Plan, style: Style, width: usize) -> Vec<String> {
    let plan = &plan.masked();
    let sections = [
        (
            "engine",
            vec![
                Line::new()
                    .add(Role::Bold, plan.engine.engine.word())
                    .plain(format!(": {}", plan.engine.reason)),
            ],
        ),
        ("services", plan.services.iter().flat_map(service).collect()),
        ("left out", plan.left_out.iter().map(left_out).collect()),
        ("python", python(plan)),
        ("suites", plan.suites.iter().flat_map(suite).collect()),
        ("gates", gates(&plan.gates)),
        ("findings", plan.findings.iter().flat_map(finding::lines).collect()),
        ("where it comes from", origins(plan)),
    ];
    let mut lines = vec![
        Line::new().add(Role::Bold, &plan.project.name).dim(format!("  {}", plan.project.root.display())),
        Line::new(),
    ];
    for (title, section) in sections.into_iter().filter(|(_, section)| !section.is_empty()) {
        lines.push(bars::heading(title, width, style));
        lines.extend(section);
        lines.push(Line::new());
    }
    lines.pop();
    lines.iter().map(|line| line.paint(style)).collect()
}

fn service(service: &ServicePlan) -> Vec<Line> {
    let mut line = Line::new().add(Role::Bold, &service.name);
    if let Some(image) = &service.image {
        line = line.plain(format!("  {image}"));
    }
    if let Some(want) = &service.want {
        let version = want.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
        line = line.dim(format!("  as {}{version}", want.product));
    }
    if let Some(address) = &service.attach {
        line = line.dim(format!("  attached at {address}"));
    }
    let ports = service.published.iter().map(|port| match port.published {
        Some(published) => format!("localhost:{published} -> {}", port.target),
        None => format!("localhost, any port -> {}", port.target),
    });
    let after = service.depends_on.iter().map(|dependency| dependency.service.clone());
    let within = text::span(service.ready_within_ms);
    std::iter::once(line)
        .chain(fact("published", ports))
        .chain(fact("after", after))
        .chain(fact("ready within", [within]))
        .collect()
}

fn left_out(left: &testyard_model::plan::LeftOut) -> Line {
    Line::new().plain(format!("{}: {}", left.service, left.why))
}

fn python(plan: &Plan) -> Vec<Line> {
    let Some(python) = &plan.python else { return Vec::new() };
    let environment = match (&python.existing, &python.version) {
        (Some(existing), _) => format!("{}, used as it is", existing.display()),
        (None, Some(version)) => format!("a new one, Python {version}"),
        (None, None) => "a new one".to_owned(),
    };
    let install = python.install.iter().map(|install| {
        let optional = if install.required { "" } else { " (optional)" };
        let file = install.file.strip_prefix(&plan.project.root).unwrap_or(&install.file);
        format!("{}{optional}", file.display())
    });
    fact("environment", [environment])
        .into_iter()
        .chain(fact("install", install))
        .chain(fact("as of", python.as_of.clone()))
        .collect()
}

fn suite(suite: &SuitePlan) -> Vec<Line> {
    let command =
        suite.command.iter().chain(&suite.arguments).map(String::as_str).collect::<Vec<_>>().join(" ");
    let line = Line::new().add(Role::Bold, &suite.name).plain(format!("  {command}"));
    let environment = suite.environment.iter().map(|(name, value)| format!("{name}={value}"));
    std::iter::once(line)
        .chain(fact("in", [suite.folder.display().to_string()]))
        .chain(fact("services", suite.services.clone()))
        .chain(fact("needs", suite.needs.clone()))
        .chain(fact("setup", suite.setup.clone()))
        .chain(fact("environment", environment))
        .collect()
}

fn gates(gates: &Gates) -> Vec<Line> {
    let rate = match gates.pass_rate {
        Some(rate) => format!("at least {:.0} % of the tests pass", rate * 100.0),
        None => "every test passes".to_owned(),
    };
    let errors = match gates.collection_errors {
        0 => "every file is collected".to_owned(),
        1 => "at most 1 file cannot be collected".to_owned(),
        number => format!("at most {number} files cannot be collected"),
    };
    let flaky = gates.flaky.map(|number| format!("at most {}", text::many(number, "flaky test")));
    let stand_ins = gates.stand_ins.map(|number| {
        format!("at most {} for real services in integration tests", text::many(number, "stand-in"))
    });
    [Some(rate), Some(errors), flaky, stand_ins]
        .into_iter()
        .flatten()
        .map(|gate| Line::new().plain(gate))
        .collect()
}

fn origins(plan: &Plan) -> Vec<Line> {
    let widest = plan.origins.iter().map(|origin| text::width(&origin.key)).max().unwrap_or(0).min(32);
    let rows = plan.origins.iter().map(|origin| {
        let key = Line::new().plain(&origin.key).pad(widest + 2);
        key.add(Role::Bold, &origin.value).dim(format!("  {}", origin.from))
    });
    rows.collect()
}

/// One indented line for a fact with a value, none for one without.
fn fact(name: &str, values: impl IntoIterator<Item = String>) -> Option<Line> {
    let values: Vec<String> = values.into_iter().collect();
    let shown = values.join(", ");
    (!shown.is_empty()).then(|| Line::new().dim(format!("  {name}: ")).plain(shown))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use testyard_model::plan::{
        AdapterKind, Engine, EnginePlan, LeftOut, Limits, Origin, ProjectPlan, PublishedPort,
    };
    use testyard_model::{Product, Want};

    pub(crate) fn example() -> Plan {
        let postgres = ServicePlan {
            image: Some("postgres:16".to_owned()),
            want: Some(Want {
                product: Product::PostgreSql,
                version: Some("16".to_owned()),
                extensions: vec![],
            }),
            environment: BTreeMap::from([("POSTGRES_PASSWORD".to_owned(), "hunter2".to_owned())]),
            published: vec![PublishedPort { ip: None, published: Some(55432), target: 5432 }],
            ..ServicePlan::named("postgres-test")
        };
        let integration = SuitePlan {
            name: "integration".to_owned(),
            adapter: AdapterKind::Pytest,
            command: vec!["pytest".to_owned(), "tests/integration".to_owned()],
            arguments: vec!["-x".to_owned()],
            folder: "/project".into(),
            environment: BTreeMap::from([(
                "DATABASE_URL".to_owned(),
                "postgresql://tester:hunter2@postgres-test/app".to_owned(),
            )]),
            services: vec!["postgres-test".to_owned()],
            needs: vec!["unit".to_owned()],
            setup: vec!["alembic upgrade head".to_owned()],
            python: true,
            timeout_ms: None,
        };
        Plan {
            project: ProjectPlan {
                name: "ingester".to_owned(),
                root: "/project".into(),
                files: vec![],
                revision: None,
            },
            engine: EnginePlan {
                engine: Engine::Native,
                reason: "every service has a recipe".to_owned(),
                strict_versions: false,
            },
            services: vec![postgres],
            left_out: vec![LeftOut {
                service: "app".to_owned(),
                why: "needs its image built".to_owned(),
                ..LeftOut::default()
            }],
            python: None,
            suites: vec![integration],
            gates: Gates { pass_rate: Some(0.9), ..Gates::default() },
            limits: Limits::default(),
            findings: vec![],
            origins: vec![Origin {
                key: "environment.compose".to_owned(),
                value: "docker-compose.test.yml".to_owned(),
                from: "discovered".to_owned(),
            }],
        }
    }

    #[test]
    fn a_plan_reads_from_top_to_bottom() {
        insta::assert_snapshot!(lines(&example(), Style::default(), 60).join("\n"), @"
        ingester  /project

        ── engine ──────────────────────────────────────────────────
        native: every service has a recipe

        ── services ────────────────────────────────────────────────
        postgres-test  postgres:16  as PostgreSQL 16
          published: localhost:55432 -> 5432
          ready within: 1 min 00 s

        ── left out ────────────────────────────────────────────────
        app: needs its image built

        ── suites ──────────────────────────────────────────────────
        integration  pytest tests/integration -x
          in: /project
          services: postgres-test
          needs: unit
          setup: alembic upgrade head
          environment: DATABASE_URL=postgresql://tester:****@postgres-test/app

        ── gates ───────────────────────────────────────────────────
        at least 90 % of the tests pass
        every file is collected

        ── where it comes from ─────────────────────────────────────
        environment.compose  docker-compose.test.yml  discovered
        ");
    }
}

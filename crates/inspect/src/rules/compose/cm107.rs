//! A service waits for the health of one that has no health check.
//!
//! `condition: service_healthy` needs a health check in the other service, or in its image. Without one `docker compose
//! up` gives up: `container … has no healthcheck configured`.
//!
//! Fires:
//!
//! ```yaml
//! services:
//!   api: {image: example/api:1, depends_on: {db: {condition: service_healthy}}}
//!   db: {image: postgres:16}
//! ```
//!
//! Fine: `db` has a `healthcheck` with a `test`, its Dockerfile has a `HEALTHCHECK`, or its image is one that nothing
//! is known about.
//!
//! Help: give the service a `healthcheck`. The official images of databases have none.
//!
//! Source: the Compose engine; the Dockerfiles of the official images.

use testyard_model::plan::Condition;
use testyard_model::{Severity, image, product::Product};
use testyard_project::compose::Service;

use super::each::{self, Once};
use super::health::{self, Health};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-CM107", "a service waits for the health of one without health check", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for (set, service) in each::service(scene).filter(|(set, _)| set.whole) {
        let waits = service.depends_on.iter().filter(|one| one.condition == Condition::ServiceHealthy);
        for dependency in waits {
            let Some(other) = set.project.service(&dependency.service) else { continue };
            let Health::Lacks(why) = health::of(scene, other) else { continue };
            if once.first(&dependency.place, &other.name) {
                let message = format!(
                    "the service `{}` waits until `{}` is healthy, but {why}",
                    service.name, other.name
                );
                let severity = if dependency.required { Severity::Error } else { Severity::Warning };
                found.at(&dependency.place, message).severity(severity).help(help(other)).basis(set.basis());
            }
        }
    }
}

fn help(service: &Service) -> String {
    let product = service.image.as_deref().and_then(image::want).map(|want| want.product);
    let test = match product {
        Some(Product::PostgreSql) => "[\"CMD\", \"pg_isready\", \"-h\", \"127.0.0.1\"]",
        Some(Product::Redis) => "[\"CMD\", \"redis-cli\", \"ping\"]",
        Some(Product::Valkey) => "[\"CMD\", \"valkey-cli\", \"ping\"]",
        Some(Product::MySql) => "[\"CMD\", \"mysqladmin\", \"ping\", \"-h\", \"127.0.0.1\"]",
        Some(Product::MariaDb) => "[\"CMD\", \"healthcheck.sh\", \"--connect\", \"--innodb_initialized\"]",
        Some(Product::RabbitMq) => "[\"CMD\", \"rabbitmq-diagnostics\", \"-q\", \"ping\"]",
        _ => return format!("give `{}` a `healthcheck` with a `test`", service.name),
    };
    format!("give `{}` a health check: `healthcheck: {{test: {test}}}`", service.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    fn compose(db: &str) -> String {
        format!(
            "services:\n  a: {{image: x, depends_on: {{db: {{condition: service_healthy}}}}}}\n  db: {db}\n"
        )
    }

    #[test]
    fn images_without_a_health_check() {
        for db in [
            "{image: 'postgres:16'}",
            "{image: 'docker.io/library/redis:7'}",
            "{image: 'example/x', healthcheck: {disable: true}}",
            "{image: 'postgres:16', healthcheck: {interval: 5s}}",
        ] {
            let found = fires(RULE, &[("compose.yaml", &compose(db))]);
            assert_eq!(
                (found.len(), found[0].place.line, found[0].severity),
                (1, 2, Severity::Error),
                "{db}"
            );
        }
        for db in ["{image: 'example/postgres:16'}", "{image: 'postgres:16', healthcheck: {test: exit 0}}"] {
            holds(RULE, &[("compose.yaml", &compose(db))]);
        }
    }

    #[test]
    fn images_that_are_built_here() {
        let text = compose("{build: .}");
        let fires_with = |file: &str| drop(fires(RULE, &[("compose.yaml", &text), ("Dockerfile", file)]));
        let holds_with = |file: &str| holds(RULE, &[("compose.yaml", &text), ("Dockerfile", file)]);
        fires_with("FROM python:3.12\nCMD true\n");
        fires_with("FROM a AS b\nHEALTHCHECK CMD true\nFROM b\nHEALTHCHECK NONE\n");
        holds_with("FROM python:3.12\nHEALTHCHECK CMD true\n");
        holds_with("FROM python:3.12 AS base\nHEALTHCHECK CMD true\nFROM base\n");
        holds_with("FROM example/own\n");
        holds_with("ARG B=python\nFROM $B\n");
    }

    #[test]
    fn no_healthy_condition_no_finding() {
        holds(
            RULE,
            &[("compose.yaml", "services: {a: {image: x, depends_on: [db]}, db: {image: postgres}}")],
        );
    }
}

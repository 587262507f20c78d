//! Which extras and dependency groups of a project are installed: those that are set, else those that its tests need,
//! which discovery found by their names, and those that are named like a product the run brings up.

use testyard_model::plan::{Install, InstallKind, ServicePlan};
use testyard_model::{Finding, Product};

use super::services::list;
use crate::codes;
use crate::config::PythonConfig;
use crate::discover::PythonFound;
use crate::source::{Source, Sourced};

/// A setting, its value and where it came from.
pub(super) type Note = (&'static str, String, Source);

/// Puts extras and groups into what is installed, and tells where they came from.
pub(super) fn apply(
    install: &mut [Install],
    config: &PythonConfig,
    found: &PythonFound,
    services: &[ServicePlan],
    findings: &mut Vec<Finding>,
) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut projects: Vec<_> = install.iter_mut().filter_map(|one| parts(&mut one.kind)).collect();
    let written = [("python.extras", &config.extras), ("python.groups", &config.groups)];
    for (key, set) in written.into_iter().filter_map(|(key, set)| Some((key, set.as_ref()?))) {
        if projects.is_empty() && !set.value.is_empty() {
            let message =
                format!("`{key}` is set, and only requirement files are installed, which have none");
            let help = "name the project's pyproject.toml in [python] requirements";
            findings.push(set.source.error(codes::UNKNOWN_NAME, message).help(help));
        }
        notes.push((key, list(set.value.iter().map(|one| one.value.as_str())), set.source.clone()));
    }
    for (groups, extras) in &mut projects {
        set(groups, config.groups.as_ref());
        set(extras, config.extras.as_ref());
    }
    if config.extras.is_none() {
        notes.extend(for_services(&mut projects, found, services));
    }
    notes
}

type Parts<'a> = (&'a mut Vec<String>, &'a mut Vec<String>);

/// The groups and extras of a declaration that can have some.
fn parts(kind: &mut InstallKind) -> Option<Parts<'_>> {
    match kind {
        InstallKind::Requirements | InstallKind::Listed { .. } => None,
        InstallKind::UvLock { groups, extras, .. }
        | InstallKind::PoetryLock { groups, extras }
        | InstallKind::Project { groups, extras } => Some((groups, extras)),
    }
}

fn set(names: &mut Vec<String>, to: Option<&Sourced<Vec<Sourced<String>>>>) {
    if let Some(to) = to {
        *names = to.value.iter().map(|one| one.value.clone()).collect();
    }
}

/// Adds the extras that are named like the product of a service.
fn for_services(projects: &mut [Parts<'_>], found: &PythonFound, services: &[ServicePlan]) -> Vec<Note> {
    let mut added = Vec::new();
    let mut why = Vec::new();
    for extra in &found.extras {
        let serves = |service: &&ServicePlan| {
            service.want.as_ref().is_some_and(|want| clients(want.product).contains(&plain(extra).as_str()))
        };
        let Some(service) = services.iter().find(serves) else { continue };
        if added.contains(extra) {
            continue;
        }
        added.push(extra.clone());
        why.push(format!("`{extra}` is named like the product of service `{}`", service.name));
    }
    let Some((_, extras)) = projects.first_mut().filter(|_| !added.is_empty()) else { return Vec::new() };
    added.retain(|extra| !extras.contains(extra));
    extras.extend(added);
    vec![("python.extras", list(extras.iter().map(String::as_str)), Source::Discovered(why.join(", ")))]
}

/// Names differ in case and separators only.
fn plain(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// How projects call the extra with which they speak to a product: by its name, or by that of a client.
fn clients(product: Product) -> &'static [&'static str] {
    match product {
        Product::PostgreSql => {
            &["postgresql", "postgres", "pg", "psycopg", "psycopg2", "psycopg2-binary", "psycopg3", "asyncpg"]
        }
        Product::Redis | Product::Valkey => &["redis", "valkey", "aioredis", "hiredis"],
        Product::Nats => &["nats"],
        Product::MariaDb | Product::MySql => &["mysql", "mariadb", "pymysql", "aiomysql", "mysqlclient"],
        Product::RabbitMq => &["rabbitmq", "amqp", "rabbit", "pika", "aio-pika"],
        Product::Mosquitto => &["mqtt", "mosquitto", "paho-mqtt"],
        Product::Memcached => &["memcached", "memcache", "pymemcache"],
    }
}

//! What stands in the place of a database, a cache, a broker or an HTTP server in tests that are there to use the real one.

use std::sync::Arc;

use testyard_model::collection::FoundStandIn;

use crate::diagnose::conftests;
use crate::project::{Module, Project};
use crate::read::{Body, Bound, StandIn, Value};

/// Words of folders, files and marks that say that tests use real parts.
const REAL: [&str; 6] = ["integration", "e2e", "end_to_end", "functional", "acceptance", "system"];

/// Words that name what is replaced, and the service that could be real. The first that matches counts.
const SERVICES: [(&str, &str); 34] = [
    ("psycopg", "PostgreSQL"),
    ("asyncpg", "PostgreSQL"),
    ("postgres", "PostgreSQL"),
    ("pymysql", "MySQL"),
    ("mysql", "MySQL"),
    ("mariadb", "MariaDB"),
    ("fakeredis", "Redis"),
    ("redis", "Redis"),
    ("memcache", "Memcached"),
    ("mongo", "MongoDB"),
    ("kafka", "Kafka"),
    ("rabbit", "RabbitMQ"),
    ("pika", "RabbitMQ"),
    ("amqp", "RabbitMQ"),
    ("celery", "a broker"),
    ("nats", "NATS"),
    ("mqtt", "an MQTT broker"),
    ("elasticsearch", "Elasticsearch"),
    ("opensearch", "OpenSearch"),
    ("minio", "MinIO"),
    ("boto", "S3"),
    ("moto", "S3"),
    (":memory:", "a database"),
    ("sqlalchemy", "a database"),
    ("database", "a database"),
    ("cursor", "a database"),
    ("connection", "a database"),
    ("broker", "a broker"),
    ("producer", "a broker"),
    ("publisher", "a broker"),
    ("requests", "an HTTP server"),
    ("httpx", "an HTTP server"),
    ("aiohttp", "an HTTP server"),
    ("urlopen", "an HTTP server"),
];

/// The stand-ins in some test files and in the conftest files beside them, in their order.
pub(crate) fn found(project: &Project<'_>, files: &[String]) -> Vec<FoundStandIn> {
    let mut paths: Vec<String> = files.to_vec();
    paths.extend(files.iter().flat_map(|file| conftests(file)));
    paths.sort();
    paths.dedup();
    let modules = paths.iter().filter_map(|path| project.module(path));
    modules.flat_map(|module| in_module(project, &module)).collect()
}

fn in_module(project: &Project<'_>, module: &Arc<Module>) -> Vec<FoundStandIn> {
    let placed = module.path.split(['/', '.']).any(says_real);
    let marked = placed || is_marked(&module.body);
    let each = module.uses.stand_ins.iter().filter(|one| marked || way_is_marked(&module.body, &one.inside));
    let each = each.filter_map(|one| {
        Some(FoundStandIn {
            path: project.shown(&module.path),
            line: one.line,
            name: one.name.clone(),
            replaces: one.replaces.clone(),
            inside: one.inside.clone(),
            service: service(one)?.to_owned(),
        })
    });
    each.collect()
}

/// Whether a part of a path, or the name of a mark, says that real parts are used.
fn says_real(part: &str) -> bool {
    let part = part.to_lowercase();
    let words: Vec<&str> = part.split(['_', '-']).collect();
    REAL.iter().any(|real| part == *real || words.contains(real) || part.contains("end_to_end"))
}

/// Whether `pytestmark` in a body has such a mark.
fn is_marked(body: &Body) -> bool {
    match body.last("pytestmark") {
        Some(Bound::Value(Value::List(list))) => list.iter().any(is_mark),
        Some(Bound::Value(one)) => is_mark(one),
        _ => false,
    }
}

fn is_mark(value: &Value) -> bool {
    match value {
        Value::Name(name) => name.contains("mark.") && name.rsplit('.').next().is_some_and(says_real),
        Value::Call(call) => {
            call.name.contains("mark.") && call.name.rsplit('.').next().is_some_and(says_real)
        }
        _ => false,
    }
}

/// Whether a class or function on the way to something has such a mark.
fn way_is_marked(body: &Body, way: &str) -> bool {
    let (first, rest) = way.split_once("::").unwrap_or((way, ""));
    match body.last(first) {
        Some(Bound::Function(function)) => function.decorators.iter().any(is_mark),
        Some(Bound::Class(class)) => {
            class.decorators.iter().any(is_mark) || is_marked(&class.body) || way_is_marked(&class.body, rest)
        }
        _ => false,
    }
}

/// The service that something replaces; nothing when it is none.
fn service(one: &StandIn) -> Option<&'static str> {
    let text = format!("{} {}", one.replaces, one.name).to_lowercase();
    SERVICES.iter().find(|(word, _)| text.contains(word)).map(|(_, service)| *service)
}

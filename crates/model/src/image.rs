//! Which well-known program an image stands for.
//!
//! Only official images and those that keep the official contract (environment, init scripts, command) are known
//! here. Others with the same program inside but another contract, such as bitnami's, are not: running them by the
//! official contract would quietly ignore their configuration.

use crate::product::{Product, Want};

/// The program that an image reference stands for, with its version and extensions as far as the name says them.
/// `None` for every other image.
pub fn want(reference: &str) -> Option<Want> {
    let (name, tag) = split(reference);
    let plain = |product| Some(Want { product, version: version(tag), extensions: Vec::new() });
    let postgres = |extension: &str, version| {
        Some(Want { product: Product::PostgreSql, version, extensions: vec![extension.to_owned()] })
    };
    match name {
        "postgres" => plain(Product::PostgreSql),
        "pgvector/pgvector" | "ankane/pgvector" => postgres("vector", pg_version(tag)),
        "timescale/timescaledb" => postgres("timescaledb", pg_version(tag)),
        "postgis/postgis" => postgres("postgis", version(tag)),
        "redis" => plain(Product::Redis),
        "valkey/valkey" => plain(Product::Valkey),
        "nats" => plain(Product::Nats),
        "mariadb" => plain(Product::MariaDb),
        "mysql" => plain(Product::MySql),
        "rabbitmq" => plain(Product::RabbitMq),
        "eclipse-mosquitto" => plain(Product::Mosquitto),
        "memcached" => plain(Product::Memcached),
        _ => None,
    }
}

/// The name in a reference, without Docker Hub's own prefixes, tag and digest: `postgres` of
/// `docker.io/library/postgres:16`.
pub fn name(reference: &str) -> &str {
    split(reference).0
}

/// Splits a reference into its name, without Docker Hub's own prefixes, and its tag, without a digest.
fn split(reference: &str) -> (&str, &str) {
    let reference = reference.split('@').next().unwrap_or(reference);
    // A colon before the last slash belongs to a registry's port.
    let (name, tag) = match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (reference, ""),
    };
    let name =
        name.strip_prefix("docker.io/").or_else(|| name.strip_prefix("index.docker.io/")).unwrap_or(name);
    let name = name.strip_prefix("public.ecr.aws/docker/").unwrap_or(name);
    (name.strip_prefix("library/").unwrap_or(name), tag)
}

/// The leading version number of a tag: `16.4` of `16.4-alpine3.20`, nothing of `latest` or `alpine`.
fn version(tag: &str) -> Option<String> {
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let end = tag.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tag.len());
    let number = tag[..end].trim_matches('.');
    (!number.is_empty()).then(|| number.to_owned())
}

/// The PostgreSQL version in a tag that names another program's version as well: `16` of `0.8.0-pg16`.
fn pg_version(tag: &str) -> Option<String> {
    let start = tag.rfind("pg")? + 2;
    version(&tag[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_images() {
        let check = |reference: &str, product: Product, wanted: Option<&str>, extensions: &[&str]| {
            let want = want(reference).unwrap_or_else(|| panic!("{reference} is not known"));
            assert_eq!(
                (want.product, want.version.as_deref(), want.extensions),
                (product, wanted, extensions.iter().map(ToString::to_string).collect()),
                "{reference}"
            );
        };
        check("postgres", Product::PostgreSql, None, &[]);
        check("postgres:16-alpine", Product::PostgreSql, Some("16"), &[]);
        check("docker.io/library/postgres:15.4@sha256:abc", Product::PostgreSql, Some("15.4"), &[]);
        check("pgvector/pgvector:pg16", Product::PostgreSql, Some("16"), &["vector"]);
        check("pgvector/pgvector:0.8.0-pg17", Product::PostgreSql, Some("17"), &["vector"]);
        check("postgis/postgis:16-3.4", Product::PostgreSql, Some("16"), &["postgis"]);
        check("redis:7.2-bookworm", Product::Redis, Some("7.2"), &[]);
        check("valkey/valkey:8", Product::Valkey, Some("8"), &[]);
        check("nats:alpine", Product::Nats, None, &[]);
        check("rabbitmq:3.13-management", Product::RabbitMq, Some("3.13"), &[]);
    }

    #[test]
    fn images_with_another_contract_are_not_taken_for_the_official_ones() {
        for reference in
            ["bitnami/postgresql:16", "registry:5000/app", "myorg/postgres-exporter", "localhost:5000/redis"]
        {
            assert_eq!(want(reference), None, "{reference}");
        }
    }
}

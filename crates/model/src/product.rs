//! Service programs: which one a service wants, and which one was found for it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A program that the native engine knows how to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are the products' own")]
pub enum Product {
    PostgreSql,
    Redis,
    Valkey,
    Nats,
    MariaDb,
    MySql,
    RabbitMq,
    Mosquitto,
    Memcached,
}

impl Product {
    /// The product's name as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Product::PostgreSql => "PostgreSQL",
            Product::Redis => "Redis",
            Product::Valkey => "Valkey",
            Product::Nats => "NATS",
            Product::MariaDb => "MariaDB",
            Product::MySql => "MySQL",
            Product::RabbitMq => "RabbitMQ",
            Product::Mosquitto => "Mosquitto",
            Product::Memcached => "memcached",
        }
    }

    /// One plain lower-case word, fit for folder names and configuration.
    pub fn word(self) -> &'static str {
        match self {
            Product::PostgreSql => "postgresql",
            Product::Redis => "redis",
            Product::Valkey => "valkey",
            Product::Nats => "nats",
            Product::MariaDb => "mariadb",
            Product::MySql => "mysql",
            Product::RabbitMq => "rabbitmq",
            Product::Mosquitto => "mosquitto",
            Product::Memcached => "memcached",
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// What one service asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Want {
    /// The program.
    pub product: Product,
    /// The version as far as the image's tag says it: `16`, `16.4`, or nothing for `latest`.
    pub version: Option<String>,
    /// Extensions that must be there, by the program's own names: `vector`, `postgis`.
    pub extensions: Vec<String>,
}

/// Where a program came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Installed on this machine.
    Host,
    /// Unpacked from a wheel of the configured Python index.
    Wheel,
    /// Unpacked from packages of the configured Debian archive.
    Debian,
}

/// A program that was found or fetched, ready to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provision {
    /// The program it really is; differs from the wanted one when another stands in for it (MariaDB for MySQL).
    pub product: Product,
    /// Its full version, as it says itself: `16.4`.
    pub version: String,
    /// Where it came from.
    pub source: Source,
    /// The root that its own paths (`usr/lib/…`, `usr/share/…`) lie under; `/` for a program of the host.
    pub root: PathBuf,
    /// The folders to search for its executables, in order.
    pub bin: Vec<PathBuf>,
    /// Folders for `LD_LIBRARY_PATH`; empty for a program of the host.
    pub libraries: Vec<PathBuf>,
    /// More variables it needs to run from where it lies.
    pub environment: BTreeMap<String, String>,
    /// The wanted extensions that it does not have.
    pub missing_extensions: Vec<String>,
}

impl Provision {
    /// The major version, `16` of `16.4`; the first two parts for programs whose first part hardly moves.
    pub fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or(&self.version)
    }
}

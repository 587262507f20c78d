//! MariaDB.

use testyard_model::Product;

use super::{Debian, Known, VersionFrom, as_it_is, no_extension};

pub(super) static KNOWN: Known = Known {
    product: Product::MariaDb,
    servers: &["mariadbd", "mysqld"],
    tools: &[],
    folders: &["/usr/sbin", "/usr/libexec", "/usr/local/bin", "/opt/homebrew/opt/mariadb*/bin"],
    version: VersionFrom::Output {
        arguments: &["--version"],
        marker: "Ver ",
        contains: Some(("MariaDB", true)),
    },
    series: 2,
    wheels: &[],
    debian: Debian {
        packages: &["mariadb-server-core", "mariadb-client-core", "mariadb-client", "mariadb-server"],
        needs: &[],
        bin: &["usr/sbin", "usr/bin"],
        extension: no_extension,
    },
    relocate: as_it_is,
    stand_ins: &[],
};

//! MySQL. Debian carries it under the name of its release; where it cannot be had, MariaDB stands in.

use testyard_model::Product;

use super::{Debian, Known, VersionFrom, as_it_is, no_extension};

pub(super) static KNOWN: Known = Known {
    product: Product::MySql,
    servers: &["mysqld"],
    tools: &[],
    folders: &[
        "/usr/sbin",
        "/usr/libexec",
        "/usr/local/mysql/bin",
        "/opt/homebrew/opt/mysql*/bin",
        "/usr/local/opt/mysql*/bin",
    ],
    version: VersionFrom::Output {
        arguments: &["--version"],
        marker: "Ver ",
        contains: Some(("MariaDB", false)),
    },
    series: 2,
    wheels: &[],
    debian: Debian {
        packages: &["mysql-server-core-*", "mysql-client-core-*"],
        needs: &[],
        bin: &["usr/sbin", "usr/bin"],
        extension: no_extension,
    },
    relocate: as_it_is,
    stand_ins: &[Product::MariaDb],
};

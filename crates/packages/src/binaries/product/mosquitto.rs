//! Mosquitto.

use testyard_model::Product;

use super::{Debian, Known, VersionFrom, as_it_is, no_extension};

pub(super) static KNOWN: Known = Known {
    product: Product::Mosquitto,
    servers: &["mosquitto"],
    tools: &[],
    folders: &["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/usr/local/opt/mosquitto/sbin"],
    version: VersionFrom::Output { arguments: &["-h"], marker: "mosquitto version ", contains: None },
    series: 1,
    wheels: &[],
    debian: Debian {
        packages: &["mosquitto", "mosquitto-clients"],
        needs: &[],
        bin: &["usr/sbin", "usr/bin"],
        extension: no_extension,
    },
    relocate: as_it_is,
    stand_ins: &[],
};

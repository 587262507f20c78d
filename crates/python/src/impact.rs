//! Which test files a change can affect. Where that cannot be known, all that may be are: a test too many costs time, one
//! too few costs the truth.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use testyard_model::collection::{AffectedFile, Impact};

use crate::diagnose::search::Search;
use crate::graph::Graph;
use crate::project::Project;
use crate::settings::Changes;

/// Endings of files that people read and programs do not.
const READ_BY_PEOPLE: [&str; 6] = [".md", ".rst", ".adoc", "LICENSE", ".gitignore", ".mailmap"];

/// What some changes can affect among the test files.
pub(crate) fn impact(
    project: &Project<'_>,
    search: &Search<'_, '_>,
    files: &[String],
    changes: &Changes,
) -> Impact {
    let graph = Graph::of(project, search, files, &changes.always);
    let mut impact = Impact {
        since: changes.since.clone(),
        changed: changes.files.iter().map(PathBuf::from).collect(),
        of: files.len(),
        considered: files.iter().map(|file| project.shown(file)).collect(),
        ..Impact::default()
    };
    let mut changed: HashMap<String, &str> = HashMap::new();
    for path in &changes.files {
        match touched(project, &graph, path) {
            Touched::Modules(modules) => {
                changed.extend(modules.into_iter().map(|module| (module, path.as_str())));
            }
            Touched::Everything(why) => {
                impact.everything.get_or_insert(format!("{path} changed: {why}"));
            }
        }
    }
    let users = graph.users_of(changed.keys().cloned());
    let computing = graph
        .modules
        .iter()
        .filter(|path| project.module(path).is_some_and(|module| module.uses.computes_imports));
    let computing = if changed.is_empty() { HashMap::new() } else { graph.users_of(computing.cloned()) };
    impact.affected = files
        .iter()
        .filter_map(|file| {
            let because = match (&impact.everything, users.get(file), computing.get(file)) {
                (Some(why), ..) => why.clone(),
                (None, Some(module), _) if changed[module] == file => "it changed itself".to_owned(),
                (None, Some(module), _) => format!("it uses {}, which changed", changed[module]),
                (None, None, Some(module)) => {
                    format!("it uses {module}, which imports modules by computed names")
                }
                (None, None, None) => return None,
            };
            Some(AffectedFile { path: project.shown(file), because })
        })
        .collect();
    impact
}

/// What a changed file is to the tests.
enum Touched {
    /// These modules are as if they had changed.
    Modules(Vec<String>),
    /// Any test may depend on it.
    Everything(String),
}

fn touched(project: &Project<'_>, graph: &Graph, path: &str) -> Touched {
    let inside = Path::new(path).strip_prefix(&project.settings.folder).ok().and_then(Path::to_str);
    let name = path.rsplit('/').next().unwrap_or(path);
    // Text files may be doctests.
    if let Some(inside) = inside.filter(|inside| !inside.ends_with(".py") && graph.modules.contains(*inside))
    {
        return Touched::Modules(vec![inside.to_owned()]);
    }
    if let Some(inside) = inside.filter(|inside| inside.ends_with(".py")) {
        if graph.modules.contains(inside) {
            return Touched::Modules(vec![inside.to_owned()]);
        }
        if name == "setup.py" {
            return Touched::Everything("it decides what is installed".to_owned());
        }
        if project.tree.is_file(inside) {
            let mut modules = naming(project, graph, name);
            modules.extend(neighbours(graph, inside));
            return Touched::Modules(modules);
        }
        return Touched::Modules(importing_what_is_gone(project, graph, inside));
    }
    if READ_BY_PEOPLE.iter().any(|end| name.ends_with(end)) {
        return Touched::Modules(naming(project, graph, name));
    }
    match naming(project, graph, name) {
        modules if modules.is_empty() => {
            Touched::Everything("no test names it, so any may use it".to_owned())
        }
        modules => Touched::Modules(modules),
    }
}

/// Modules near one that no test leads to by anything that is written: frameworks find migrations, tasks and commands by
/// where they lie. Those of its folder, or of the nearest one above it with any.
fn neighbours(graph: &Graph, path: &str) -> Vec<String> {
    let mut folder = path;
    while let Some((above, _)) = folder.rsplit_once('/') {
        folder = above;
        let start = format!("{folder}/");
        let found: Vec<String> =
            graph.modules.iter().filter(|one| one.starts_with(&start)).cloned().collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The modules that name a file.
fn naming(project: &Project<'_>, graph: &Graph, name: &str) -> Vec<String> {
    let names = |path: &&String| {
        let module = project.module(path);
        module.is_some_and(|module| module.uses.names.iter().any(|one| one.rsplit('/').next() == Some(name)))
    };
    graph.modules.iter().filter(names).cloned().collect()
}

/// The modules that import a module which is no longer there, by the last part of its name.
fn importing_what_is_gone(project: &Project<'_>, graph: &Graph, path: &str) -> Vec<String> {
    let own = path.trim_end_matches(".py").trim_end_matches("/__init__");
    let name = own.rsplit('/').next().unwrap_or(own);
    let imports = |path: &&String| {
        project.module(path).is_some_and(|module| {
            module.uses.imports.iter().any(|(from, names)| {
                from.module.split('.').any(|part| part == name) || names.iter().any(|one| one == name)
            })
        })
    };
    graph.modules.iter().filter(imports).cloned().collect()
}

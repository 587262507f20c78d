//! Where a name that is not where it is looked for stands now: the one module that defines it.

use std::path::Path;

use memchr::memmem;

use crate::project::{Module, Project, join};
use crate::read::Bound;

/// How many files are looked through for one name.
const MOST: usize = 5_000;
/// How deep folders are followed.
const DEPTH: usize = 32;

/// The dotted module below a folder that defines a name, when it is the only one. `but` is left out, and so are tests.
pub(super) fn module_with(project: &Project<'_>, folder: &str, name: &str, but: &str) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    each(project, folder, &mut |path| {
        if path != but && defines(project, path, name) {
            found.push(path.to_owned());
        }
    });
    match &found[..] {
        [one] => Some(dotted(project, one)),
        _ => None,
    }
}

/// The dotted module below a folder whose own name this is, when it is the only one.
pub(super) fn module_called(project: &Project<'_>, folder: &str, name: &str) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    each(project, folder, &mut |path| {
        let own = path.strip_suffix("/__init__.py").or(path.strip_suffix(".py")).unwrap_or(path);
        if own.rsplit('/').next() == Some(name) {
            found.push(path.to_owned());
        }
    });
    match &found[..] {
        [one] => Some(dotted(project, one)),
        _ => None,
    }
}

/// Whether a module defines a name itself. Most files are told by their text alone.
fn defines(project: &Project<'_>, path: &str, name: &str) -> bool {
    let Ok(bytes) = std::fs::read(project.settings.root.join(path)) else { return false };
    if memmem::find(&bytes, name.as_bytes()).is_none() {
        return false;
    }
    let module = project.module(path);
    module.is_some_and(|module: std::sync::Arc<Module>| {
        matches!(module.body.last(name), Some(Bound::Function(_) | Bound::Class(_) | Bound::Value(_)))
    })
}

/// The name that a module is imported by.
fn dotted(project: &Project<'_>, path: &str) -> String {
    let home = project.search_folder(path);
    let inner = Path::new(path).strip_prefix(&home).unwrap_or(Path::new(path)).to_string_lossy().into_owned();
    let inner = inner.strip_suffix("/__init__.py").or(inner.strip_suffix(".py")).unwrap_or(&inner);
    inner.replace('/', ".")
}

/// Calls a function for each Python file below a folder that is no test.
fn each(project: &Project<'_>, folder: &str, act: &mut impl FnMut(&str)) {
    let mut folders = vec![(folder.to_owned(), DEPTH)];
    let mut left = MOST;
    while let Some((folder, depth)) = folders.pop() {
        for (name, is_folder) in project.tree.listing(&folder).entries() {
            let path = join(&folder, name);
            let aside =
                name.starts_with('.') || matches!(name, "node_modules" | "__pycache__" | "tests" | "test");
            if is_folder && !aside && depth > 0 && !project.tree.is_file(&join(&path, "pyvenv.cfg")) {
                folders.push((path, depth - 1));
            } else if !is_folder && name.ends_with(".py") && !name.starts_with("test_") {
                let Some(rest) = left.checked_sub(1) else { return };
                left = rest;
                act(&path);
            }
        }
    }
}

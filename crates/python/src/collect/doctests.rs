//! Doctests: of modules where pytest is told to run them, of text files by their names. Source: pytest's "How to run
//! doctests" and `_pytest/doctest.py`.

use testyard_model::CollectedTest;

use crate::project::{Module, Project};
use crate::settings::ImportMode;

/// The doctests of a file, in pytest's order.
pub(super) fn of_file(project: &Project<'_>, file: &Module) -> Vec<CollectedTest> {
    let is_python = file.path.ends_with(".py");
    if is_python && !project.settings.doctests {
        return Vec::new();
    }
    let module = if is_python { module_name(project, &file.path) } else { file_name(&file.path).to_owned() };
    let each = file.doctests.iter().map(|doctest| CollectedTest {
        id: match doctest.name.as_str() {
            "" => format!("{}::{module}", file.path),
            inner => format!("{}::{module}.{inner}", file.path),
        },
        path: project.shown(&file.path),
        line: doctest.line,
        ..CollectedTest::default()
    });
    each.collect()
}

/// The name under which pytest imports a file.
fn module_name(project: &Project<'_>, path: &str) -> String {
    let home = match project.settings.import_mode {
        ImportMode::Importlib => String::new(),
        ImportMode::Prepend | ImportMode::Append => project.search_folder(path),
    };
    let inner = path.strip_prefix(&home).unwrap_or(path).trim_start_matches('/');
    let inner = inner.strip_suffix(".py").unwrap_or(inner);
    let inner = inner.strip_suffix("/__init__").unwrap_or(inner);
    inner.replace('/', ".")
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

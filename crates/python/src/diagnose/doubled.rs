//! Test files with the same module name: pytest imports the first, and refuses the second. Source: pytest's "Import modes".

use std::collections::HashMap;

use testyard_model::collection::{CauseKind, Link};

use super::Trouble;
use crate::project::Project;
use crate::settings::ImportMode;

/// What keeps a file from being imported beside those that were, in pytest's order; `imported` says of each whether it was.
pub(crate) fn doubled(
    project: &Project<'_>,
    files: &[String],
    imported: impl Fn(usize) -> bool,
) -> Vec<(usize, Trouble)> {
    if project.settings.import_mode == ImportMode::Importlib {
        return Vec::new();
    }
    let mut first: HashMap<String, &str> = HashMap::new();
    let mut found = Vec::new();
    for (number, file) in files.iter().enumerate().filter(|(number, _)| imported(*number)) {
        // Text files are not imported.
        if !file.ends_with(".py") {
            continue;
        }
        let home = project.search_folder(file);
        let inner = file.strip_prefix(&home).unwrap_or(file).trim_start_matches('/').trim_end_matches(".py");
        let module = inner.replace('/', ".");
        match first.get(&module) {
            Some(other) => found.push((number, trouble(project, &module, other, file))),
            None => _ = first.insert(module, file),
        }
    }
    found
}

fn trouble(project: &Project<'_>, module: &str, other: &str, file: &str) -> Trouble {
    Trouble {
        kind: CauseKind::DoubledModule,
        name: module.to_owned(),
        message: format!("the module name `{module}` is that of {other} already"),
        fix: "put an __init__.py into their folders, rename one, or set `--import-mode=importlib`".to_owned(),
        chain: vec![Link { path: project.shown(file), line: 1 }],
        repair: None,
    }
}

//! Choosing the interpreter that an environment is made with.

use std::path::PathBuf;

use super::existing;
use super::specifier::{self, Fit};
use crate::context::Context;

/// Names of interpreters on `PATH`, in the order to try them: the caller's own choice first, then the newest.
pub(super) const NAMES: [&str; 9] = [
    "python3",
    "python",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
    "python3.9",
    "python3.8",
];

/// An interpreter of this machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Interpreter {
    /// What to make the environment with.
    pub(super) path: PathBuf,
    /// Its full version.
    pub(super) version: String,
    /// How well it serves the project.
    pub(super) fit: Fit,
}

/// The interpreters that are worth knowing: up to the first that is what the project asks for, which suits best, else
/// all that run. The best comes first; of equals, the one that the caller would get.
pub(super) async fn choose(context: &Context, wanted: Option<&str>) -> Vec<Interpreter> {
    let mut found = Vec::new();
    for path in candidates(context) {
        // What does not run, such as a shim for a version that is not there, is no candidate.
        let Ok(told) = existing::ask(context, &path).await else { continue };
        if !told.version.starts_with("3.") {
            continue;
        }
        let fit = wanted.map_or(Fit::Asked, |wanted| specifier::fit(wanted, &told.version));
        found.push(Interpreter { path, version: told.version, fit });
        if fit == Fit::Asked {
            break;
        }
    }
    found.sort_by_key(|one| one.fit);
    found
}

fn candidates(context: &Context) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = NAMES.iter().flat_map(|name| context.programs(name)).collect();
    found.extend(of_pyenv(context));
    let mut seen = Vec::new();
    found.retain(|path| {
        let new = !seen.contains(path);
        seen.push(path.clone());
        new
    });
    found
}

/// The versions that pyenv has installed, newest first; its shims only reach the active ones.
fn of_pyenv(context: &Context) -> Vec<PathBuf> {
    let root = context.variable("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(PathBuf::from(context.variable("HOME")?).join(".pyenv")));
    let versions = root.and_then(|root| std::fs::read_dir(root.join("versions")).ok()).into_iter().flatten();
    let mut versions: Vec<(Vec<u32>, PathBuf)> = versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let numbers: Option<Vec<u32>> = name.split('.').map(|part| part.parse().ok()).collect();
            Some((numbers?, entry.path().join("bin/python3")))
        })
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, path)| path).filter(|path| path.is_file()).collect()
}

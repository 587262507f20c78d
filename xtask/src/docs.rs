//! The parts of `docs/` that are made from the sources.

use crate::shell;

/// Writes `docs/rules.md` from the rules' own pages.
#[allow(clippy::disallowed_methods, reason = "a generated file that git holds anyway")]
pub(crate) fn run() -> Result<(), String> {
    let path = shell::root().join("docs/rules.md");
    std::fs::write(&path, testyard_inspect::manual()).map_err(|error| format!("{}: {error}", path.display()))
}

//! ShellCheck's findings about scripts: <https://www.shellcheck.net>.

use std::path::PathBuf;

use serde::Deserialize;
use testyard_model::Finding;

use super::{Linter, LinterError, Remark};
use crate::scene::Scene;

/// The form that `--format json1` documents.
#[derive(Deserialize)]
struct Printed {
    comments: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    code: u32,
    #[serde(flatten)]
    remark: Remark,
}

pub(super) fn run(scene: &Scene, program: &PathBuf) -> Result<Vec<Finding>, LinterError> {
    let files: Vec<String> = scene.script_paths().map(str::to_owned).collect();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let options = ["--format", "json1", "--"];
    let printed: Printed = Linter::Shellcheck.ask(scene, program, &options, &files)?;
    let each = |row: Row| row.remark.finding(&format!("SC{}", row.code), scene);
    Ok(printed.comments.into_iter().map(each).collect())
}

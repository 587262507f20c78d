//! hadolint's findings about Dockerfiles: <https://github.com/hadolint/hadolint>.

use std::path::PathBuf;

use serde::Deserialize;
use testyard_model::Finding;

use super::{Linter, LinterError, Remark};
use crate::scene::Scene;

#[derive(Deserialize)]
struct Row {
    code: String,
    #[serde(flatten)]
    remark: Remark,
}

pub(super) fn run(scene: &Scene, program: &PathBuf) -> Result<Vec<Finding>, LinterError> {
    let files = scene.dockerfiles().iter().map(|file| file.path.to_string_lossy().into_owned());
    let files: Vec<String> = files.collect();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let options = ["--no-fail", "--format", "json", "--"];
    let rows: Vec<Row> = Linter::Hadolint.ask(scene, program, &options, &files)?;
    Ok(rows.into_iter().map(|row| row.remark.finding(&row.code, scene)).collect())
}

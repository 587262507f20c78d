//! GitLab CI.

use std::path::PathBuf;

use super::Workflow;
use super::job::Walk;
use super::yaml::{File, entries};
use crate::compose::tree::{Map, Node, Value};

/// Keys at the top level that are no jobs.
const NO_JOBS: [&str; 12] = [
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
    "types",
];

/// Reads a pipeline.
pub(super) fn read(file: &File<'_>) -> Workflow {
    let mut workflow = Workflow::default();
    let default = file.root.get("default").and_then(Node::as_map);
    for entry in &file.root.entries {
        let Some(job) = entry.value.as_map().filter(|_| !NO_JOBS.contains(&entry.key.as_str())) else {
            continue;
        };
        let own_files = has_files(&file.root) && default.is_none_or(has_files) && has_files(job);
        let mut walk = Walk::new(&entry.key, own_files);
        let before = [Some(job), default, Some(&file.root)]
            .into_iter()
            .flatten()
            .find_map(|map| map.get("before_script"));
        let mut folder = Some(PathBuf::new());
        for script in [before, job.get("script")].into_iter().flatten() {
            folder = run(file, script, folder, &mut walk);
        }
        if let Some(script) = job.get("after_script") {
            run(file, script, Some(PathBuf::new()), &mut walk);
        }
        workflow.jobs.push(walk.finish());
    }
    workflow
}

/// Whether a level leaves the checkout as it usually is. Files of earlier jobs come on top of it, and `extends` may
/// change everything.
fn has_files(map: &Map) -> bool {
    let strategy = entries(map.get("variables"))
        .iter()
        .any(|entry| matches!(entry.key.as_str(), "GIT_STRATEGY" | "GIT_CHECKOUT" | "GIT_CLONE_PATH"));
    let elsewhere = ["dependencies", "needs", "extends", "cache"].iter().any(|key| map.get(key).is_some());
    !strategy && !elsewhere
}

/// Runs a script: a text, or a list of texts and lists.
fn run(file: &File<'_>, script: &Node, folder: Option<PathBuf>, walk: &mut Walk) -> Option<PathBuf> {
    match &script.value {
        Value::List(items) => items.iter().fold(folder, |folder, item| run(file, item, folder, walk)),
        Value::Scalar(scalar) => walk.script(&scalar.text, &file.origin(script), folder),
        Value::Null | Value::Map(_) => folder,
    }
}

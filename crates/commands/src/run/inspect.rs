//! The inspection that every run begins with: the rules of `check`, as far as they are about what this run uses.

use std::collections::HashSet;
use std::path::Path;

use testyard_inspect::{Request, Scene};
use testyard_model::{Finding, Plan, Severity};

use crate::Context;

/// What the rules find in the files the plan was made from. What their readers tell is in the plan already, and notes
/// are left to `check`.
pub(super) async fn look(context: &Context, plan: &Plan) -> Vec<Finding> {
    let (root, variables, overrides) =
        (context.root.clone(), context.variables.clone(), context.overrides.clone());
    let found = tokio::task::spawn_blocking(move || {
        let scene = Scene::open(&root, variables, &overrides);
        testyard_inspect::check(&scene, &Request::default()).map(|inspection| inspection.findings)
    });
    // An inspection that does not come about keeps no run from going on.
    let found = found.await.ok().and_then(Result::ok).unwrap_or_default();
    let told: HashSet<&str> = testyard_inspect::told().into_iter().map(|(code, _)| code).collect();
    let wanted = |finding: &Finding| {
        finding.severity >= Severity::Warning
            && !told.contains(finding.code.as_str())
            && plan.project.files.iter().any(|file| Path::new(file) == finding.place.path)
    };
    found.into_iter().filter(wanted).collect()
}

//! Findings that were known before, and are left out: those of an earlier document, or of a revision.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;
use testyard_inspect::{FreshClone, Request, Scene};
use testyard_model::{Inspection, inspection};

use crate::{CommandError, Context};

/// What is read of an earlier document.
#[derive(Deserialize)]
struct Document {
    findings: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    fingerprint: String,
}

/// The fingerprints in a document that `testyard check --format json` wrote.
pub(super) fn of_document(path: &Path) -> Result<HashSet<String>, CommandError> {
    let usage = |why: String| CommandError::Usage {
        message: format!("{}: {why}", path.display()),
        help: "write it with `testyard check --fail-on never --format json > FILE`".to_owned(),
    };
    let text = std::fs::read_to_string(path).map_err(|error| usage(error.to_string()))?;
    let document: Document = serde_json::from_str(&text)
        .map_err(|error| usage(format!("this is no document of an earlier check: {error}")))?;
    Ok(document.findings.into_iter().map(|known| known.fingerprint).collect())
}

/// The fingerprints of what the same inspection finds in a revision.
pub(super) fn of_revision(context: &Context, revision: &str) -> Result<HashSet<String>, CommandError> {
    let clone = FreshClone::of_revision(&context.root, revision)?;
    let scene = Scene::open(clone.root(), context.variables.clone(), &context.overrides);
    let inspection = testyard_inspect::check(&scene, &Request::default())?;
    Ok(inspection::fingerprints(&inspection.findings).into_iter().collect())
}

/// Leaves out the findings whose fingerprints are known.
pub(super) fn leave_out(inspection: &mut Inspection, known: &HashSet<String>) {
    let prints = inspection::fingerprints(&inspection.findings);
    let mut prints = prints.iter();
    inspection.findings.retain(|_| prints.next().is_none_or(|print| !known.contains(print)));
    inspection.settle();
}

//! A collection as a document.

use serde::Serialize;
use testyard_model::collection::{
    BrokenFile, BrokenTest, CollectionCause, Comparison, FoundStandIn, FoundStub, Impact, PackagesFrom,
    Verification,
};
use testyard_model::{CollectedTest, Collection};

use super::changes;
use crate::json::document;

#[derive(Serialize)]
struct Collected<'a> {
    tests: &'a [CollectedTest],
    broken: &'a [BrokenFile],
    unrunnable: &'a [BrokenTest],
    at_risk: &'a [BrokenFile],
    stand_ins: &'a [FoundStandIn],
    stubs: &'a [FoundStub],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<changes::Shown<'a>>,
    causes: &'a [CollectionCause],
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'a Comparison>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<&'a Verification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<&'a Impact>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    tests: usize,
    files: usize,
    broken: usize,
    unrunnable: usize,
    at_risk: usize,
    stand_ins: usize,
    stubs: usize,
    causes: usize,
    unexpanded: usize,
    packages_judged: bool,
    packages_from: PackagesFrom,
    elapsed_ms: u64,
}

/// The document of a collection.
pub fn json(collection: &Collection) -> String {
    document(Collected {
        tests: &collection.tests,
        broken: &collection.broken,
        unrunnable: &collection.unrunnable,
        at_risk: &collection.at_risk,
        stand_ins: &collection.stand_ins,
        stubs: &collection.stubs,
        changes: changes::shown(&collection.changes),
        causes: &collection.causes,
        comparison: collection.comparison.as_ref(),
        verification: collection.verification.as_ref(),
        impact: collection.impact.as_ref(),
        summary: Summary {
            tests: collection.tests.len(),
            files: collection.files.len(),
            broken: collection.broken.len(),
            unrunnable: collection.unrunnable.len(),
            at_risk: collection.at_risk.len(),
            stand_ins: collection.stand_ins.len(),
            stubs: collection.stubs.len(),
            causes: collection.causes.len(),
            unexpanded: collection.tests.iter().filter(|test| test.unexpanded.is_some()).count(),
            packages_judged: collection.packages != PackagesFrom::Nothing,
            packages_from: collection.packages,
            elapsed_ms: collection.elapsed_ms,
        },
    })
}

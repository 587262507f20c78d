//! The documents of `check`.

use serde::Serialize;
use testyard_model::{Cause, Finding, Tally, Wish, inspection};

use super::{Described, Shown};
use crate::json::document;

#[derive(Serialize)]
struct Check<'a> {
    findings: Vec<Row<'a>>,
    causes: &'a [Cause],
    wishes: &'a [Wish],
    summary: Tally,
    known: usize,
}

/// A finding with the keys of the contract.
#[derive(Serialize)]
struct Row<'a> {
    code: &'a str,
    severity: &'static str,
    path: String,
    line: u32,
    column: u32,
    message: &'a str,
    help: Option<&'a str>,
    basis: Option<&'a str>,
    cause: Option<&'a str>,
    source: Option<&'a str>,
    fingerprint: String,
}

/// The document of an inspection.
pub fn json(shown: &Shown<'_>) -> String {
    let inspection = shown.inspection;
    let prints = inspection::fingerprints(&inspection.findings);
    let findings =
        inspection.findings.iter().zip(prints).map(|(finding, print)| row(finding, print)).collect();
    document(Check {
        findings,
        causes: &inspection.causes,
        wishes: &inspection.wishes,
        summary: inspection.summary,
        known: shown.known,
    })
}

fn row(finding: &Finding, fingerprint: String) -> Row<'_> {
    Row {
        code: &finding.code,
        severity: finding.severity.word(),
        path: finding.place.path.to_string_lossy().into_owned(),
        line: finding.place.line,
        column: finding.place.column,
        message: &finding.message,
        help: finding.help.as_deref(),
        basis: finding.basis.as_deref(),
        cause: finding.cause.as_deref(),
        source: finding.source.as_deref(),
        fingerprint,
    }
}

#[derive(Serialize)]
struct Explained<'a> {
    code: &'a str,
    title: &'a str,
    severity: Option<&'static str>,
    page: &'a str,
}

/// The document of one rule's page.
pub fn explain_json(rule: &Described) -> String {
    let severity = rule.severity.map(|severity| severity.word());
    document(Explained { code: &rule.code, title: &rule.title, severity, page: &rule.page })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{inspection, shown};
    use super::*;

    #[test]
    fn the_document_has_the_keys_of_the_contract() {
        let inspection = inspection();
        let document: serde_json::Value = serde_json::from_str(&json(&shown(&inspection))).unwrap();
        assert_eq!(document["format"], 1);
        let first = &document["findings"][1];
        assert_eq!(first["path"], "docker/Dockerfile");
        assert_eq!(
            (&first["line"], &first["column"], &first["severity"]),
            (&3.into(), &6.into(), &"error".into())
        );
        assert_eq!(first["basis"], "compose.yaml: service api");
        assert!(first["help"].is_null() && first["fingerprint"].is_string());
        assert_eq!(document["causes"][0]["id"], first["cause"]);
        assert_eq!(document["causes"][0]["findings"], serde_json::json!([1, 2]));
        let summary =
            serde_json::json!({"errors": 2, "warnings": 1, "notes": 1, "files": 3, "elapsed_ms": 12});
        assert_eq!(document["summary"], summary);
    }
}

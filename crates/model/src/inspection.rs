//! What an inspection found: findings, the causes several of them share, and how many there are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Severity};

/// One cause behind several findings: "the context should be `..`: 13 of 16 sources then resolve".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What findings name it by; the same in every inspection of the same project.
    pub id: String,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The positions, from 0, of its findings in [`Inspection::findings`].
    pub findings: Vec<usize>,
}

/// One thing that a project requires of one of its scripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The script's path, relative to the project.
    pub script: String,
    /// What is required, one thing only: `strict-mode`, `function log`.
    pub what: String,
    /// Whether it is there; `None` when the wish is not understood or the script could not be read.
    pub met: Option<bool>,
}

/// How many findings there are of each severity, and what it took to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity note.
    pub notes: usize,
    /// Files of the project that were looked at.
    pub files: usize,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// Everything one inspection found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// The findings, in the order of their places.
    pub findings: Vec<Finding>,
    /// The causes that at least one finding names.
    pub causes: Vec<Cause>,
    /// What the project requires of its scripts, in the order of its settings; a wish that is not met is a finding too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wishes: Vec<Wish>,
    /// How many there are.
    pub summary: Tally,
}

impl Inspection {
    /// Keeps only some findings; causes and counts follow.
    pub fn retain(&mut self, keep: impl Fn(&Finding) -> bool) {
        self.findings.retain(keep);
        self.settle();
    }

    /// Makes causes and counts fit the findings. Causes that no finding names any more go.
    pub fn settle(&mut self) {
        for cause in &mut self.causes {
            let own = self.findings.iter().enumerate();
            let own = own.filter(|(_, finding)| finding.cause.as_ref() == Some(&cause.id));
            cause.findings = own.map(|(at, _)| at).collect();
        }
        self.causes.retain(|cause| !cause.findings.is_empty());
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        self.summary.errors = count(Severity::Error);
        self.summary.warnings = count(Severity::Warning);
        self.summary.notes = count(Severity::Note);
    }

    /// Whether any finding weighs at least this much.
    pub fn reaches(&self, threshold: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= threshold)
    }
}

/// A short text for each finding that stays the same while lines above it come and go: made of its code, its file, its
/// line's text and its message without numbers. The second of two alike gets another one than the first.
pub fn fingerprints(findings: &[Finding]) -> Vec<String> {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    let each = findings.iter().map(|finding| {
        let message: String = finding.message.chars().filter(|c| !c.is_ascii_digit()).collect();
        let source = finding.source.as_deref().unwrap_or_default().trim();
        let path = finding.place.path.to_string_lossy();
        let parts = [finding.code.as_str(), &path, source, &message];
        let alike = hash(FNV_BASIS, parts.join("\0").as_bytes());
        let nth = seen.entry(alike).or_default();
        *nth += 1;
        format!("{:016x}", hash(alike, &nth.to_le_bytes()))
    });
    each.collect()
}

/// Where the 64-bit hash FNV-1a starts. It is small, has no secrets and is the same on every machine.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
/// What FNV-1a multiplies with.
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

fn hash(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    #[test]
    fn causes_and_counts_follow_the_findings() {
        let finding = |code: &str, severity, cause: Option<&str>| Finding {
            cause: cause.map(str::to_owned),
            ..Finding::new(code, severity, Place::file("a"), "m")
        };
        let cause = |id: &str| Cause { id: id.to_owned(), message: "m".to_owned(), findings: Vec::new() };
        let mut inspection = Inspection {
            findings: vec![
                finding("A", Severity::Error, None),
                finding("B", Severity::Warning, Some("one")),
                finding("C", Severity::Note, Some("two")),
                finding("D", Severity::Warning, Some("one")),
            ],
            causes: vec![cause("one"), cause("two"), cause("none")],
            ..Inspection::default()
        };
        inspection.settle();
        let shown = |inspection: &Inspection| {
            let causes = inspection.causes.iter().map(|cause| (cause.id.clone(), cause.findings.clone()));
            let tally = inspection.summary;
            (causes.collect::<Vec<_>>(), [tally.errors, tally.warnings, tally.notes])
        };
        let id = str::to_owned;
        assert_eq!(shown(&inspection), (vec![(id("one"), vec![1, 3]), (id("two"), vec![2])], [1, 2, 1]));
        inspection.retain(|finding| finding.code != "C");
        assert_eq!(shown(&inspection), (vec![(id("one"), vec![1, 2])], [1, 2, 0]));
        assert!(inspection.reaches(Severity::Error));
        inspection.retain(|finding| finding.code != "A");
        assert!(inspection.reaches(Severity::Warning) && !inspection.reaches(Severity::Error));
    }

    #[test]
    fn fingerprints_stay_while_lines_move() {
        let finding = |line, message: &str| {
            Finding::new("A", Severity::Note, Place::at("f", line, 1), message).source("  COPY a b")
        };
        let one = fingerprints(&[finding(3, "13 of 16"), finding(4, "13 of 16"), finding(4, "other")]);
        let moved = fingerprints(&[finding(9, "2 of 16"), finding(12, "13 of 16")]);
        assert_eq!(one[..2], moved);
        assert!(one[0] != one[1] && one[1] != one[2] && one[0] != one[2]);
    }
}

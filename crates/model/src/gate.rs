//! Gates: what a run's results have to reach.

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// One condition that results are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// At least this share of the tests that ran has passed.
    PassRate,
    /// At most this many files could not be collected.
    CollectionErrors,
    /// At most this many tests were flaky.
    Flaky,
    /// At most so much stands in for real services in integration tests.
    StandIns,
    /// Everything that was planned was accounted for. Always on.
    Complete,
}

impl Gate {
    /// The word that reports and `[gates]` use.
    pub fn word(self) -> &'static str {
        match self {
            Gate::PassRate => "pass-rate",
            Gate::CollectionErrors => "collection-errors",
            Gate::Flaky => "flaky",
            Gate::StandIns => "stand-ins",
            Gate::Complete => "complete",
        }
    }
}

/// How one gate was met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateResult {
    /// Which gate.
    pub gate: Gate,
    /// Passed, failed, or blocked.
    pub outcome: Outcome,
    /// The numbers it was judged by, in words.
    pub evidence: String,
}

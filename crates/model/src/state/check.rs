//! Phases, and checks outside of suites, as far as a run has come.

use serde::{Deserialize, Serialize};

use crate::id::CheckId;
use crate::outcome::Outcome;
use crate::phase::Phase;

/// A phase that began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseState {
    /// Which.
    pub phase: Phase,
    /// When it began, in milliseconds since the run started.
    pub started_ms: u64,
    /// When it ended.
    pub ended_ms: Option<u64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

/// A check outside of suites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckState {
    /// Which.
    pub check: CheckId,
    /// What it does, in a few words.
    pub title: String,
    /// When it began, in milliseconds since the run started.
    pub started_ms: u64,
    /// When it ended.
    pub ended_ms: Option<u64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The decisive lines.
    pub evidence: Vec<String>,
    /// What it is waiting for.
    pub waiting: Option<String>,
}

impl PhaseState {
    pub(super) fn new(phase: Phase, at: u64) -> PhaseState {
        PhaseState { phase, started_ms: at, ended_ms: None, outcome: None }
    }
}

impl CheckState {
    pub(super) fn new(check: &CheckId, at: u64) -> CheckState {
        CheckState {
            check: check.clone(),
            title: check.to_string(),
            started_ms: at,
            ended_ms: None,
            outcome: None,
            evidence: Vec::new(),
            waiting: None,
        }
    }
}

//! How one check ended ([`Outcome`]), how a whole run ended ([`Verdict`]), and how many checks ended how.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::CheckId;

/// How a check ended. There is no default: a check without an outcome has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// It held.
    Passed,
    /// It did not hold: the project under test is wrong.
    Failed,
    /// It failed, was tried again on the same code, and passed.
    Flaky,
    /// It was left out on purpose.
    Skipped {
        /// The reason that was given, in the words of whoever left it out.
        why: String,
    },
    /// It could not run because the infrastructure did not hold.
    Blocked {
        /// The one check that broke first.
        by: CheckId,
    },
    /// It broke outside of what it checks: a fixture, a collection, an adapter.
    Error {
        /// What broke.
        why: String,
    },
}

impl Outcome {
    /// The word that reports print: `passed`, `failed`, `flaky`, `skipped`, `blocked` or `error`.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Flaky => "flaky",
            Outcome::Skipped { .. } => "skipped",
            Outcome::Blocked { .. } => "blocked",
            Outcome::Error { .. } => "error",
        }
    }

    /// Whether the project under test is wrong by this outcome. An error in a test counts: its fixture is the
    /// project's own code.
    pub fn is_failure(&self) -> bool {
        matches!(self, Outcome::Failed | Outcome::Error { .. })
    }

    /// A blocked outcome, by the check of that id.
    pub fn blocked(by: impl Into<CheckId>) -> Outcome {
        Outcome::Blocked { by: by.into() }
    }
}

/// How a run ended. Nothing defaults to passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every planned test ran, on real services, and held; every gate was met.
    Passed,
    /// The project under test is wrong.
    Failed,
    /// The infrastructure did not hold.
    Blocked,
    /// Somebody stopped the run.
    Cancelled,
    /// The supervisor died before it could reach a verdict.
    Lost,
    /// No test was selected: there was nothing to judge.
    Empty,
}

impl Verdict {
    /// The word that reports and the last line print.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Blocked => "blocked",
            Verdict::Cancelled => "cancelled",
            Verdict::Lost => "lost",
            Verdict::Empty => "empty",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How a run stands, by what its folder shows: the one thing about a run that none of its events can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its supervisor lives.
    Running,
    /// Its outcome was written.
    Final,
    /// Its supervisor died before it wrote an outcome.
    Lost,
}

impl Standing {
    /// The word that reports print.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Running => "running",
            Standing::Final => "final",
            Standing::Lost => "lost",
        }
    }
}

/// How many tests ended how. `total` also counts tests that have not ended yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Tests known so far.
    pub total: u64,
    /// See [`Outcome::Passed`].
    pub passed: u64,
    /// See [`Outcome::Failed`].
    pub failed: u64,
    /// See [`Outcome::Flaky`].
    pub flaky: u64,
    /// See [`Outcome::Skipped`].
    pub skipped: u64,
    /// See [`Outcome::Blocked`].
    pub blocked: u64,
    /// See [`Outcome::Error`].
    pub error: u64,
}

impl Counts {
    /// Counts one outcome that came, without touching `total`.
    pub fn add(&mut self, outcome: &Outcome) {
        *self.slot(outcome) += 1;
    }

    /// Takes one outcome back, because a later one replaces it.
    pub fn remove(&mut self, outcome: &Outcome) {
        let slot = self.slot(outcome);
        *slot = slot.saturating_sub(1);
    }

    /// How many tests have an outcome.
    pub fn settled(&self) -> u64 {
        self.passed + self.failed + self.flaky + self.skipped + self.blocked + self.error
    }

    /// Both counts together.
    pub fn plus(self, other: Counts) -> Counts {
        Counts {
            total: self.total + other.total,
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            flaky: self.flaky + other.flaky,
            skipped: self.skipped + other.skipped,
            blocked: self.blocked + other.blocked,
            error: self.error + other.error,
        }
    }

    fn slot(&mut self, outcome: &Outcome) -> &mut u64 {
        match outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Failed => &mut self.failed,
            Outcome::Flaky => &mut self.flaky,
            Outcome::Skipped { .. } => &mut self.skipped,
            Outcome::Blocked { .. } => &mut self.blocked,
            Outcome::Error { .. } => &mut self.error,
        }
    }
}

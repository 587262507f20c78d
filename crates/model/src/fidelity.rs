//! The fidelity ledger: how near a service comes to what its project asked for.

use serde::{Deserialize, Serialize};

/// How one thing that the project asked of a service was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fidelity {
    /// Exactly as asked.
    Honoured,
    /// To the same effect by other means, or nearly.
    Emulated,
    /// Not at all.
    Refused,
}

impl Fidelity {
    /// The word that reports print.
    pub fn word(self) -> &'static str {
        match self {
            Fidelity::Honoured => "honoured",
            Fidelity::Emulated => "emulated",
            Fidelity::Refused => "refused",
        }
    }
}

/// One line of a service's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// What was asked, in the project's own key: `image`, `environment.POSTGRES_DB`, `ports`, `healthcheck`.
    pub what: String,
    /// How it was met.
    pub how: Fidelity,
    /// What was done instead, or the value that was honoured.
    pub detail: String,
}

/// Everything a service was asked for and how it was met.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger(pub Vec<LedgerEntry>);

impl Ledger {
    /// Notes one entry.
    pub fn note(&mut self, what: impl Into<String>, how: Fidelity, detail: impl Into<String>) {
        self.0.push(LedgerEntry { what: what.into(), how, detail: detail.into() });
    }

    /// The least faithful entry decides; an empty ledger is honoured.
    pub fn worst(&self) -> Fidelity {
        let rank = |f: Fidelity| match f {
            Fidelity::Honoured => 0,
            Fidelity::Emulated => 1,
            Fidelity::Refused => 2,
        };
        self.0.iter().map(|e| e.how).max_by_key(|f| rank(*f)).unwrap_or(Fidelity::Honoured)
    }

    /// The entries that are not honoured exactly.
    pub fn differences(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.0.iter().filter(|e| e.how != Fidelity::Honoured)
    }
}

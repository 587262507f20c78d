//! The stages of a run, in their order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A stage of a run. The order of the variants is the order in which they start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Is what the project wrote valid?
    Inspect,
    /// Get the programs the services need.
    Provide,
    /// Bring the services up.
    Services,
    /// Install what the tests need and run set-up commands.
    Prepare,
    /// Find out which tests exist.
    Collect,
    /// Run them.
    Test,
    /// Hold the results against the gates.
    Gates,
    /// Remove everything the run created.
    Teardown,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Phase; 8] = [
        Phase::Inspect,
        Phase::Provide,
        Phase::Services,
        Phase::Prepare,
        Phase::Collect,
        Phase::Test,
        Phase::Gates,
        Phase::Teardown,
    ];

    /// The word that reports print.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Inspect => "inspect",
            Phase::Provide => "provide",
            Phase::Services => "services",
            Phase::Prepare => "prepare",
            Phase::Collect => "collect",
            Phase::Test => "test",
            Phase::Gates => "gates",
            Phase::Teardown => "teardown",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

//! One result that a command left.

use std::collections::HashMap;

use testyard_model::Outcome;

/// A test, as a result file or a TAP line tells it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    /// Its name, unique within the command once [`Names`] has seen it.
    pub(super) name: String,
    /// How it ended.
    pub(super) outcome: Outcome,
    /// How long it took, in milliseconds; 0 where that is not told.
    pub(super) duration_ms: f64,
    /// What went wrong, in one line.
    pub(super) message: String,
    /// The whole of what went wrong, and what it printed.
    pub(super) detail: String,
}

/// Gives results of one name names of their own: none of them may take the place of another.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, u32>);

impl Names {
    /// The name itself the first time, and with a number after that.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let count = self.0.entry(name.to_owned()).or_default();
        *count += 1;
        if *count == 1 { name.to_owned() } else { format!("{name} ({count})") }
    }
}

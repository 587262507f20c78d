//! One result that a command left.

use testyard_model::Outcome;

/// A test, as a result file or a TAP line tells it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    /// Its name, unique within the command once [`name_apart`] has seen it.
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
pub(super) fn name_apart(cases: &mut [Case]) {
    let mut seen = std::collections::HashMap::<String, u32>::new();
    for case in cases {
        let count = seen.entry(case.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            case.name = format!("{} ({count})", case.name);
        }
    }
}

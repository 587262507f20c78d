//! The one check that broke first.

use testyard_model::{CheckId, Outcome, RunState};

/// How far a chain of blocked checks is followed; longer ones go round in circles.
const LONGEST_CHAIN: usize = 16;

/// Follows a check that is itself blocked to the one that blocked it, and so on to the first that broke.
pub(super) fn root(state: &RunState, check: &CheckId) -> CheckId {
    let mut check = check.clone();
    for _ in 0..LONGEST_CHAIN {
        match outcome_of(state, &check) {
            Some(Outcome::Blocked { by }) if *by != check => check = by.clone(),
            _ => break,
        }
    }
    check
}

/// The outcome of a check, also of one that stands for a suite.
fn outcome_of<'a>(state: &'a RunState, check: &CheckId) -> Option<&'a Outcome> {
    if let Some(outcome) = state.outcome_of(check) {
        return Some(outcome);
    }
    let suite = suite_of(check)?;
    state.suites.iter().find(|state| state.name == suite)?.outcome.as_ref()
}

/// The suite that a check of the phase `test` stands for.
pub(super) fn suite_of(check: &CheckId) -> Option<&str> {
    check.as_str().strip_prefix("test/")
}

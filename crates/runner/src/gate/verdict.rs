//! The verdict: what all outcomes of a run come to.

use testyard_model::{CheckId, Gate, GateResult, Outcome, Plan, RunState, Verdict};

use super::root::suite_of;
use super::rules::{self, many};

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Every gate that was judged.
    pub results: Vec<GateResult>,
    /// How the run ended.
    pub verdict: Verdict,
    /// The check that broke first, when the verdict is blocked.
    pub blocked_by: Option<CheckId>,
    /// Why, in one line.
    pub reason: String,
}

/// Judges a run by its state. The first of these that holds is the verdict:
///
/// 1. *cancelled*: somebody asked the run to stop. What it would have come to is not known.
/// 2. *failed*: a gate was missed, a suite broke by itself, or something is unaccounted for. A failure that was seen
///    is certain, whatever else was blocked; the reason then tells both.
/// 3. *blocked*: a test, a file or a suite could not run, or a planned service was never up.
/// 4. *empty*: no test passed, failed or broke: none was selected, or all of them were skipped. Skipped tests show
///    nothing about the project, and *passed* is only said where something held.
/// 5. *passed*.
///
/// A suite that waits for another one that failed is not the infrastructure's fault: the run has failed.
pub fn judge(state: &RunState, plan: &Plan) -> Judgement {
    let blocker = rules::blocker(state, plan);
    let mut results = vec![
        rules::pass_rate(state, &plan.gates, blocker.as_ref()),
        rules::collection_errors(state, &plan.gates),
    ];
    results.extend(rules::flaky(state, &plan.gates));
    results.extend(rules::stand_ins(state, &plan.gates));
    results.push(rules::complete(state, plan, blocker.as_ref()));
    let (verdict, reason) = verdict(state, &results, blocker.as_ref());
    let blocked_by = if verdict == Verdict::Blocked { blocker } else { None };
    Judgement { results, verdict, blocked_by, reason }
}

fn verdict(state: &RunState, results: &[GateResult], blocker: Option<&CheckId>) -> (Verdict, String) {
    if let Some(by) = &state.cancelled_by {
        return (Verdict::Cancelled, format!("cancelled by {by}"));
    }
    let counts = state.counts();
    let failures = failures(state, results, blocker);
    if !failures.is_empty() {
        let mut reason = failures.join("; ");
        if let Some(by) = blocker.filter(|_| counts.blocked > 0) {
            reason.push_str(&format!("; besides, {} blocked by {by}", many(counts.blocked, "test")));
        }
        return (Verdict::Failed, reason);
    }
    if let Some(by) = blocker {
        return (Verdict::Blocked, blocked_reason(counts.blocked, by));
    }
    if counts.passed + counts.flaky + counts.failed + counts.error == 0 {
        let reason = match counts.skipped {
            0 => "there was no test to run".to_owned(),
            count => format!("{} skipped, none ran", many(count, "test")),
        };
        return (Verdict::Empty, reason);
    }
    (Verdict::Passed, passed_reason(state))
}

/// Everything by which the project is wrong, in words.
fn failures(state: &RunState, results: &[GateResult], blocker: Option<&CheckId>) -> Vec<String> {
    let mut failures: Vec<String> = results.iter().filter_map(|result| missed(state, result)).collect();
    for suite in &state.suites {
        // A suite that failed by its tests is judged by the gates; one that broke by itself has no gate.
        if let Some(Outcome::Error { why }) = &suite.outcome {
            failures.push(format!("suite {}: {why}", suite.name));
        }
    }
    if let Some(suite) = blocker.and_then(suite_of).filter(|_| failures.is_empty()) {
        failures.push(format!("suite {suite} did not pass, and others need it"));
    }
    failures
}

/// How a gate was missed, in words.
fn missed(state: &RunState, result: &GateResult) -> Option<String> {
    let counts = state.counts();
    match (result.gate, &result.outcome) {
        (_, Outcome::Passed | Outcome::Skipped { .. } | Outcome::Blocked { .. } | Outcome::Flaky) => None,
        (Gate::PassRate, _) if counts.error == 0 => Some(format!("{} failed", many(counts.failed, "test"))),
        (Gate::PassRate, _) if counts.failed == 0 => Some(format!("{} broke", many(counts.error, "test"))),
        (Gate::PassRate, _) => {
            Some(format!("{} failed and {} broke", many(counts.failed, "test"), counts.error))
        }
        (_, Outcome::Failed | Outcome::Error { .. }) => Some(result.evidence.clone()),
    }
}

fn blocked_reason(count: u64, by: &CheckId) -> String {
    match count {
        0 => format!("blocked by {by}"),
        count => format!("{} blocked by {by}", many(count, "test")),
    }
}

fn passed_reason(state: &RunState) -> String {
    let counts = state.counts();
    let mut parts = vec![format!("{} passed", many(counts.passed + counts.flaky, "test"))];
    for (count, word) in [
        (counts.flaky, "of them flaky"),
        (counts.failed + counts.error, "failed, within the pass rate"),
        (counts.skipped, "skipped"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    parts.join(", ")
}

//! The gates, one function each.

use testyard_model::plan::Gates;
use testyard_model::{CheckId, Gate, GateResult, Outcome, Phase, Plan, RunState};

use super::rate::meets_rate;
use super::root::root;

/// The least share of passed tests among those that ran. Flaky tests passed in the end; skipped and blocked ones did
/// not run.
pub(super) fn pass_rate(state: &RunState, gates: &Gates, blocker: Option<&CheckId>) -> GateResult {
    let counts = state.counts();
    let passed = counts.passed + counts.flaky;
    let ran = passed + counts.failed + counts.error;
    let (met, asked) = match gates.pass_rate {
        Some(rate) => (ran == 0 || meets_rate(passed, ran, rate), format!("at least {rate} of them asked")),
        None => (passed == ran, "all of them asked".to_owned()),
    };
    let outcome = match (ran, blocker) {
        (0, Some(by)) => Outcome::Blocked { by: by.clone() },
        (0, None) => Outcome::Skipped { why: "no test ran".to_owned() },
        _ => held(met),
    };
    GateResult {
        gate: Gate::PassRate,
        outcome,
        evidence: match ran {
            0 => "no test ran".to_owned(),
            _ => format!("{passed} of {} that ran passed, {asked}", many(ran, "test")),
        },
    }
}

/// How many files could not be collected. Those that their services blocked do not count.
pub(super) fn collection_errors(state: &RunState, gates: &Gates) -> GateResult {
    let errors = state.suites.iter().flat_map(|suite| &suite.collection_errors);
    let count = errors.filter(|error| error.outcome.is_failure()).count() as u64;
    GateResult {
        gate: Gate::CollectionErrors,
        outcome: held(count <= gates.collection_errors),
        evidence: format!(
            "{} could not be collected, at most {} allowed",
            many(count, "file"),
            gates.collection_errors
        ),
    }
}

/// How many tests were flaky; only where a number is asked for.
pub(super) fn flaky(state: &RunState, gates: &Gates) -> Option<GateResult> {
    let (count, allowed) = (state.counts().flaky, gates.flaky?);
    let evidence = format!("{} flaky, at most {allowed} allowed", many(count, "test"));
    Some(GateResult { gate: Gate::Flaky, outcome: held(count <= allowed), evidence })
}

/// How much stands in for real services, by what the suites' files say; only where a number is asked for.
pub(super) fn stand_ins(state: &RunState, gates: &Gates) -> Option<GateResult> {
    let allowed = gates.stand_ins?;
    let (outcome, evidence) = match state.forecast() {
        Some(numbers) => {
            let count = numbers.stand_ins as u64;
            let evidence =
                format!("{} for real services, at most {allowed} allowed", many(count, "stand-in"));
            (held(count <= allowed), evidence)
        }
        None => {
            let why = "no suite's files could be read before it ran".to_owned();
            (Outcome::Skipped { why: why.clone() }, why)
        }
    };
    Some(GateResult { gate: Gate::StandIns, outcome, evidence })
}

/// Everything that was planned is accounted for: every suite ended, every test has an outcome, every service was up.
pub(super) fn complete(state: &RunState, plan: &Plan, blocker: Option<&CheckId>) -> GateResult {
    let mut missing = missing(state, plan);
    let outcome = match (missing.is_empty(), blocker) {
        (_, Some(by)) => Outcome::Blocked { by: by.clone() },
        (true, None) => Outcome::Passed,
        (false, None) => Outcome::Error { why: missing.join(", ") },
    };
    if let Some(by) = blocker {
        missing.push(match state.counts().blocked {
            0 => format!("blocked by {by}"),
            blocked => format!("{} blocked, first by {by}", many(blocked, "test")),
        });
    }
    let evidence = if missing.is_empty() {
        let tests = state.counts().total;
        format!(
            "{}, {} and {} accounted for",
            many(plan.suites.len() as u64, "suite"),
            many(tests, "test"),
            many(plan.services.len() as u64, "service")
        )
    } else {
        missing.join(", ")
    };
    GateResult { gate: Gate::Complete, outcome, evidence }
}

/// What has no end, in words. Nothing is left out of a run that came to its end by itself.
fn missing(state: &RunState, plan: &Plan) -> Vec<String> {
    let mut missing = Vec::new();
    for suite in &plan.suites {
        let known = state.suites.iter().find(|known| known.name == suite.name);
        match known {
            Some(known) if known.outcome.is_some() => {
                let open = known.unsettled().count() as u64;
                if open > 0 {
                    missing.push(format!("no outcome of {} in suite {}", many(open, "test"), suite.name));
                }
            }
            _ => missing.push(format!("suite {} did not end", suite.name)),
        }
    }
    let services = plan.services.iter().filter(|service| !was_ready(state, &service.name));
    missing.extend(services.map(|service| format!("service {} was not up", service.name)));
    missing
}

/// The check that first kept something from running, if anything was kept: a planned service that was never up, a
/// blocked test, file or suite.
pub(super) fn blocker(state: &RunState, plan: &Plan) -> Option<CheckId> {
    let service = plan.services.iter().find(|service| !was_ready(state, &service.name));
    let service = service.map(|service| CheckId::of(Phase::Services, &service.name));
    let suites = state.suites.iter().flat_map(|suite| {
        let files = suite.collection_errors.iter().map(|error| Some(&error.outcome));
        let tests = suite.tests.iter().map(|test| test.outcome.as_ref());
        std::iter::once(suite.outcome.as_ref()).chain(files).chain(tests)
    });
    let mut blocked = suites.flatten().filter_map(|outcome| match outcome {
        Outcome::Blocked { by } => Some(by.clone()),
        _ => None,
    });
    // What blocked tests explains the run better than a service that nothing asked for.
    blocked.next().or(service).map(|check| root(state, &check))
}

fn was_ready(state: &RunState, service: &str) -> bool {
    state.services.iter().any(|known| known.name == service && known.was_ready)
}

fn held(held: bool) -> Outcome {
    if held { Outcome::Passed } else { Outcome::Failed }
}

/// `1 test`, `2 tests`.
pub(super) fn many(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

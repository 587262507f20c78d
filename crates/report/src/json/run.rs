//! The document of `run`, `status` and `wait`.

use serde::Serialize;
use testyard_model::collection::CollectionNumbers;
use testyard_model::{CheckId, Counts, Finding, GateResult, LedgerEntry, Outcome, RunState, Standing};

use super::document;
use crate::Subject;
use crate::digest;
use crate::story::suite_ms;
use crate::text;

/// A run as one JSON document.
pub fn run(subject: &Subject<'_>) -> String {
    document(RunDocument::of(subject))
}

#[derive(Serialize)]
struct RunDocument<'a> {
    run: &'a str,
    project: &'a str,
    state: &'static str,
    /// Null while running.
    verdict: Option<&'static str>,
    reason: Option<String>,
    exit: u8,
    /// RFC 3339, in UTC.
    started: Option<String>,
    elapsed_ms: u64,
    /// How long the newest run took that ended; null when this one has ended, or none has.
    estimate_ms: Option<u64>,
    counts: Counts,
    blocked_by: Option<&'a CheckId>,
    cancelled_by: Option<&'a str>,
    engine: Option<&'a str>,
    folder: &'a str,
    phases: Vec<PhaseRow<'a>>,
    checks: Vec<CheckRow<'a>>,
    services: Vec<ServiceRow<'a>>,
    suites: Vec<SuiteRow<'a>>,
    /// The tests that are running now.
    running: Vec<RunningRow<'a>>,
    /// The log that was written to last and its last lines; null when the run has ended.
    last_lines: Option<LastLines<'a>>,
    failures: Vec<FailureRow<'a>>,
    blocked: Vec<BlockedRow<'a>>,
    gates: &'a [GateResult],
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct PhaseRow<'a> {
    name: &'static str,
    /// Null while it goes on.
    outcome: Option<&'static str>,
    blocked_by: Option<&'a CheckId>,
    started_ms: u64,
    elapsed_ms: u64,
}

#[derive(Serialize)]
struct CheckRow<'a> {
    name: &'a CheckId,
    title: &'a str,
    /// Null while it goes on.
    outcome: Option<&'static str>,
    blocked_by: Option<&'a CheckId>,
    started_ms: u64,
    elapsed_ms: u64,
    evidence: &'a [String],
}

#[derive(Serialize)]
struct ServiceRow<'a> {
    name: &'a str,
    state: &'static str,
    engine: Option<&'static str>,
    product: Option<&'a str>,
    version: Option<&'a str>,
    address: Option<&'a str>,
    published: &'a [String],
    ready_ms: Option<u64>,
    /// The least faithful entry of its ledger; null until it was ready.
    fidelity: Option<&'static str>,
    differences: Vec<&'a LedgerEntry>,
    evidence: &'a [String],
    log: Option<String>,
}

#[derive(Serialize)]
struct SuiteRow<'a> {
    name: &'a str,
    /// Null until it ended.
    outcome: Option<&'static str>,
    blocked_by: Option<&'a CheckId>,
    elapsed_ms: Option<u64>,
    counts: Counts,
    collection_errors: usize,
    /// What the files said before anything was up; null where they were not read.
    forecast: Option<CollectionNumbers>,
}

#[derive(Serialize)]
struct RunningRow<'a> {
    suite: &'a str,
    test: &'a str,
    elapsed_ms: u64,
}

#[derive(Serialize)]
struct LastLines<'a> {
    log: String,
    lines: &'a [String],
}

#[derive(Serialize)]
struct FailureRow<'a> {
    suite: &'a str,
    test: &'a str,
    outcome: &'static str,
    message: &'a str,
    place: Option<&'a str>,
    log: Option<String>,
}

#[derive(Serialize)]
struct BlockedRow<'a> {
    by: &'a CheckId,
    tests: u64,
    others: Vec<String>,
    evidence: &'a [String],
}

impl<'a> RunDocument<'a> {
    fn of(subject: &Subject<'a>) -> RunDocument<'a> {
        let state = subject.state;
        let reached = state.verdict.as_ref();
        let verdict = Some(subject.verdict()).filter(|word| *word != "running");
        let header = state.header.as_ref();
        RunDocument {
            run: subject.run(),
            project: subject.project(),
            state: subject.standing.word(),
            verdict,
            reason: verdict.map(|_| subject.reason()),
            exit: subject.exit.code(),
            started: header.and_then(|header| text::moment(header.unix_ms)),
            elapsed_ms: state.now_ms,
            estimate_ms: subject.progress.and_then(|progress| progress.estimate_ms),
            counts: state.counts(),
            blocked_by: reached.and_then(|verdict| verdict.blocked_by.as_ref()),
            cancelled_by: state.cancelled_by.as_deref(),
            engine: header.map(|header| header.engine.as_str()),
            folder: subject.folder,
            phases: phases(state),
            checks: checks(state),
            services: services(state),
            suites: suites(state),
            running: running(subject),
            last_lines: last_lines(subject),
            failures: failures(state),
            blocked: blocked(state),
            gates: &state.gates,
            findings: &state.findings,
        }
    }
}

fn blocker(outcome: Option<&Outcome>) -> Option<&CheckId> {
    match outcome {
        Some(Outcome::Blocked { by }) => Some(by),
        _ => None,
    }
}

fn phases(state: &RunState) -> Vec<PhaseRow<'_>> {
    let rows = state.phases.iter().map(|phase| PhaseRow {
        name: phase.phase.word(),
        outcome: phase.outcome.as_ref().map(Outcome::word),
        blocked_by: blocker(phase.outcome.as_ref()),
        started_ms: phase.started_ms,
        elapsed_ms: phase.ended_ms.unwrap_or(state.now_ms).saturating_sub(phase.started_ms),
    });
    rows.collect()
}

fn checks(state: &RunState) -> Vec<CheckRow<'_>> {
    let rows = state.checks.iter().map(|check| CheckRow {
        name: &check.check,
        title: &check.title,
        outcome: check.outcome.as_ref().map(Outcome::word),
        blocked_by: blocker(check.outcome.as_ref()),
        started_ms: check.started_ms,
        elapsed_ms: check.ended_ms.unwrap_or(state.now_ms).saturating_sub(check.started_ms),
        evidence: &check.evidence,
    });
    rows.collect()
}

fn services(state: &RunState) -> Vec<ServiceRow<'_>> {
    let rows = state.services.iter().map(|service| {
        let report = service.report.as_ref();
        ServiceRow {
            name: &service.name,
            state: service.stage.word(),
            engine: report.map(|report| report.engine.word()),
            product: report.map(|report| report.product.as_str()),
            version: report.map(|report| report.version.as_str()),
            address: report.map(|report| report.address.as_str()),
            published: report.map_or(&[], |report| &report.published),
            ready_ms: report.map(|report| report.ready_ms),
            fidelity: report.map(|report| report.ledger.worst().word()),
            differences: report.into_iter().flat_map(|report| report.ledger.differences()).collect(),
            evidence: &service.evidence,
            log: report.and_then(|report| report.log.as_ref()).map(|log| log.display().to_string()),
        }
    });
    rows.collect()
}

fn suites(state: &RunState) -> Vec<SuiteRow<'_>> {
    let rows = state.suites.iter().map(|suite| SuiteRow {
        name: &suite.name,
        outcome: suite.outcome.as_ref().map(Outcome::word),
        blocked_by: blocker(suite.outcome.as_ref()),
        elapsed_ms: suite_ms(suite),
        counts: suite.counts,
        collection_errors: suite.collection_errors.len(),
        forecast: suite.forecast,
    });
    rows.collect()
}

fn running<'a>(subject: &Subject<'a>) -> Vec<RunningRow<'a>> {
    let state = subject.state;
    let going = state.running().filter(|_| subject.standing == Standing::Running);
    let rows = going.map(|(suite, test)| RunningRow {
        suite: &suite.name,
        test: test.id.as_str(),
        elapsed_ms: state.now_ms.saturating_sub(test.started_ms.unwrap_or(state.now_ms)),
    });
    rows.collect()
}

fn last_lines<'a>(subject: &Subject<'a>) -> Option<LastLines<'a>> {
    let (log, lines) = subject.progress?.last.as_ref()?;
    Some(LastLines { log: log.display().to_string(), lines })
}

fn failures(state: &RunState) -> Vec<FailureRow<'_>> {
    let rows = digest::failures(state).map(|failure| FailureRow {
        suite: failure.suite,
        test: failure.name,
        outcome: failure.outcome.word(),
        message: digest::message(failure.outcome, failure.evidence),
        place: digest::location(&failure.evidence.detail),
        log: failure.evidence.log.as_ref().map(|log| log.display().to_string()),
    });
    rows.collect()
}

fn blocked(state: &RunState) -> Vec<BlockedRow<'_>> {
    let groups = digest::blocked(state).into_iter();
    groups
        .map(|group| BlockedRow {
            by: group.by,
            tests: group.tests,
            others: group.others,
            evidence: group.evidence,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use serde_json::Value;
    use testyard_model::Exit;

    fn parsed(subject: &Subject<'_>) -> Value {
        serde_json::from_str(&run(subject)).expect("one JSON document")
    }

    #[test]
    fn of_a_run_that_was_blocked() {
        let state = fixture::state(&fixture::blocked());
        let document = parsed(&fixture::subject(&state));
        let cause = "services/postgres-test";
        assert_eq!(document["verdict"], "blocked");
        assert_eq!(document["exit"], 3);
        assert_eq!(document["blocked_by"], cause);
        assert_eq!(document["counts"]["blocked"], 2);
        assert_eq!(document["suites"][1]["blocked_by"], cause);
        assert_eq!(document["blocked"][0]["by"], cause);
        assert_eq!(document["blocked"][0]["tests"], 2);
        assert_eq!(document["blocked"][0]["evidence"][0], "exited with 1 after 210 ms");
        assert_eq!(document["services"][0]["state"], "broken");
        assert_eq!(document["services"][0]["fidelity"], Value::Null);
        assert_eq!(document["checks"][0]["name"], cause);
        assert_eq!(document["failures"], Value::Array(Vec::new()));
    }

    #[test]
    fn the_keys_that_must_be_there() {
        let state = fixture::state(&fixture::failing());
        let document = parsed(&fixture::subject(&state));
        let has = |value: &Value, keys: &[&str]| {
            keys.iter().for_each(|key| assert!(value.get(key).is_some(), "no {key} in {value}"));
        };
        has(
            &document,
            &["format", "run", "state", "verdict", "exit", "counts", "phases", "services", "suites"],
        );
        has(&document, &["blocked_by"]);
        has(&document["counts"], &["total", "passed", "failed", "flaky", "skipped", "blocked", "error"]);
        has(&document["phases"][0], &["name", "outcome", "started_ms", "elapsed_ms"]);
        let service = &document["services"][0];
        has(service, &["name", "engine", "product", "version", "address", "ready_ms", "fidelity"]);
        has(&document["suites"][0], &["name", "outcome", "counts"]);
        assert_eq!((service["fidelity"].as_str(), document["format"].as_u64()), (Some("emulated"), Some(1)));
        assert_eq!(document["failures"][1]["place"], "tests/unit/test_a.py:7");
    }

    #[test]
    fn a_run_without_verdict() {
        let state = fixture::state(&fixture::passing()[..12]);
        let document = parsed(&fixture::subject(&state));
        assert_eq!(
            (&document["state"], &document["verdict"], &document["exit"]),
            (&"running".into(), &Value::Null, &7.into())
        );
        let lost = Subject { standing: Standing::Lost, exit: Exit::Lost, ..fixture::subject(&state) };
        let document = parsed(&lost);
        assert_eq!((&document["state"], &document["verdict"]), (&"lost".into(), &"lost".into()));
    }
}

//! What several views ask of a run's state: what failed, what blocked the rest, what was slow, what differed.
//!
//! Only facts that stand in the state; nothing here decides anything.

use std::collections::HashSet;

use testyard_model::event::{Evidence, ServiceReport};
use testyard_model::state::{ServiceState, SuiteState, TestState};
use testyard_model::{CheckId, Counts, LedgerEntry, Outcome, RunState, Standing};

/// A test, or a file that could not be collected, that ended in a failure or an error.
pub(crate) struct Failure<'a> {
    pub(crate) suite: &'a str,
    pub(crate) name: &'a str,
    pub(crate) outcome: &'a Outcome,
    pub(crate) evidence: &'a Evidence,
    /// None for what could not be collected.
    pub(crate) duration_ms: Option<f64>,
}

impl Failure<'_> {
    /// `failed`, `error`, or `not collected`.
    pub(crate) fn word(&self) -> &'static str {
        if self.duration_ms.is_none() { "not collected" } else { self.outcome.word() }
    }

    /// What went wrong, in one line.
    pub(crate) fn message(&self) -> &str {
        message(self.outcome, self.evidence)
    }
}

/// What went wrong, in one line: the evidence's message, else the outcome's own words.
pub(crate) fn message<'a>(outcome: &'a Outcome, evidence: &'a Evidence) -> &'a str {
    match outcome {
        _ if !evidence.message.is_empty() => &evidence.message,
        Outcome::Error { why } | Outcome::Skipped { why } => why,
        Outcome::Blocked { by } => by.as_str(),
        Outcome::Passed | Outcome::Failed | Outcome::Flaky => "",
    }
}

/// Everything that failed, suite by suite: first what could not be collected, then tests in their order.
pub(crate) fn failures(state: &RunState) -> impl Iterator<Item = Failure<'_>> {
    state.suites.iter().flat_map(|suite| {
        let files = suite.collection_errors.iter().map(|file| Failure {
            suite: &suite.name,
            name: &file.path,
            outcome: &file.outcome,
            evidence: &file.evidence,
            duration_ms: None,
        });
        let tests = suite.tests.iter().filter_map(|test| {
            Some(Failure {
                suite: &suite.name,
                name: test.id.as_str(),
                outcome: test.outcome.as_ref()?,
                evidence: test.evidence(),
                duration_ms: Some(test.duration_ms.unwrap_or_default()),
            })
        });
        files.chain(tests).filter(|failure| failure.outcome.is_failure())
    })
}

/// The tests that failed at first and passed when they were tried again.
pub(crate) fn flaky(state: &RunState) -> impl Iterator<Item = (&SuiteState, &TestState)> {
    tests(state).filter(|(_, test)| test.outcome == Some(Outcome::Flaky))
}

/// Every test with its suite.
pub(crate) fn tests(state: &RunState) -> impl Iterator<Item = (&SuiteState, &TestState)> {
    state.suites.iter().flat_map(|suite| suite.tests.iter().map(move |test| (suite, test)))
}

/// Everything that one check kept from running.
pub(crate) struct Blocked<'a> {
    /// The check that broke first.
    pub(crate) by: &'a CheckId,
    /// Its decisive lines.
    pub(crate) evidence: &'a [String],
    /// How many tests it blocked.
    pub(crate) tests: u64,
    /// Suites, files and other checks it blocked.
    pub(crate) others: Vec<String>,
}

/// What was blocked, grouped by the one check that blocked it, in the order of the checks' first appearance.
pub(crate) fn blocked(state: &RunState) -> Vec<Blocked<'_>> {
    let mut groups = Vec::new();
    for suite in &state.suites {
        for test in &suite.tests {
            if let Some(Outcome::Blocked { by }) = &test.outcome {
                group(&mut groups, state, by).tests += 1;
            }
        }
        for file in &suite.collection_errors {
            if let Outcome::Blocked { by } = &file.outcome {
                group(&mut groups, state, by).others.push(format!("{} {}", suite.name, file.path));
            }
        }
        if let Some(Outcome::Blocked { by }) = &suite.outcome {
            group(&mut groups, state, by).others.push(format!("suite {}", suite.name));
        }
    }
    for check in &state.checks {
        if let Some(Outcome::Blocked { by }) = &check.outcome
            && *by != check.check
        {
            group(&mut groups, state, by).others.push(check.check.to_string());
        }
    }
    if let Some(by) = state.verdict.as_ref().and_then(|verdict| verdict.blocked_by.as_ref()) {
        group(&mut groups, state, by);
    }
    groups
}

fn group<'a, 'g>(
    groups: &'g mut Vec<Blocked<'a>>,
    state: &'a RunState,
    by: &'a CheckId,
) -> &'g mut Blocked<'a> {
    let known = groups.iter().position(|group| group.by == by);
    let index = known.unwrap_or_else(|| {
        groups.push(Blocked { by, evidence: evidence_of(state, by), tests: 0, others: Vec::new() });
        groups.len() - 1
    });
    &mut groups[index]
}

/// The decisive lines of a check. A service that died after it was ready left them with the service, a suite that
/// others need left them with the suite.
fn evidence_of<'a>(state: &'a RunState, check: &CheckId) -> &'a [String] {
    let (phase, what) = check.as_str().split_once('/').unwrap_or_default();
    let service = || state.services.iter().find(|service| phase == "services" && service.name == what);
    let suite =
        || state.suites.iter().find(|suite| matches!(phase, "test" | "collect") && suite.name == what);
    let of_service = service().map_or(&[][..], |service| &service.evidence);
    if !of_service.is_empty() {
        return of_service;
    }
    match state.checks.iter().find(|known| known.check == *check) {
        Some(known) => &known.evidence,
        None => suite().map_or(&[], |suite| &suite.evidence),
    }
}

/// The tests that took longest, slowest first; ties in their order.
pub(crate) fn slowest(state: &RunState, most: usize) -> Vec<(&SuiteState, &TestState, f64)> {
    let timed = tests(state).filter_map(|(suite, test)| Some((suite, test, test.duration_ms?)));
    let mut timed: Vec<_> = timed.filter(|(_, _, ms)| *ms > 0.0).collect();
    timed.sort_by(|a, b| b.2.total_cmp(&a.2));
    timed.truncate(most);
    timed
}

/// What services did not honour exactly.
pub(crate) fn differences(state: &RunState) -> impl Iterator<Item = (&ServiceReport, &LedgerEntry)> {
    let reports = state.services.iter().filter_map(|service| service.report.as_ref());
    reports.flat_map(|report| report.ledger.differences().map(move |entry| (report, entry)))
}

/// Every log that something kept, relative to the run folder, each once, services first.
pub(crate) fn logs(state: &RunState) -> Vec<String> {
    let services = state.services.iter().filter_map(|service| service.report.as_ref()?.log.as_ref());
    let failures = failures(state).filter_map(|failure| failure.evidence.log.as_ref());
    let mut known = HashSet::new();
    let paths = services.chain(failures).filter(|path| known.insert(*path));
    paths.map(|path| path.display().to_string()).collect()
}

/// The counts that are not zero, each with its word: `31 passed`, `1 failed`. `pending` are tests without an outcome.
pub(crate) fn counted(counts: &Counts) -> Vec<(u64, &'static str)> {
    let all = [
        (counts.passed, "passed"),
        (counts.failed, "failed"),
        (counts.error, "error"),
        (counts.flaky, "flaky"),
        (counts.blocked, "blocked"),
        (counts.skipped, "skipped"),
        (counts.total.saturating_sub(counts.settled()), "pending"),
    ];
    all.into_iter().filter(|(number, _)| *number > 0).collect()
}

/// The counts in words, or `no tests`.
pub(crate) fn counts_in_words(counts: &Counts, dot: &str) -> String {
    let words: Vec<String> =
        counted(counts).into_iter().map(|(number, word)| format!("{number} {word}")).collect();
    if words.is_empty() { "no tests".to_owned() } else { words.join(dot) }
}

/// The last place of the form `path:line:` that a text begins a line with: where a failure came from, in the form that
/// most tools write.
pub(crate) fn location(detail: &str) -> Option<&str> {
    locations(detail).next_back()
}

/// Every place of that form, in their order, without its last colon.
pub(crate) fn locations(detail: &str) -> impl DoubleEndedIterator<Item = &str> {
    detail.lines().filter_map(|line| {
        let line = line.trim_start();
        let (path, rest) = line.split_once(':')?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let is_path = path.contains('.') && !path.contains(char::is_whitespace);
        (is_path && digits > 0 && rest[digits..].starts_with(':')).then(|| &line[..path.len() + 1 + digits])
    })
}

/// How long a service took to become ready, or how long it has been starting.
pub(crate) fn service_ms(service: &ServiceState, now_ms: u64) -> Option<u64> {
    match (&service.report, service.started_ms) {
        (Some(report), _) => Some(report.ready_ms),
        (None, Some(started)) => Some(now_ms.saturating_sub(started)),
        (None, None) => None,
    }
}

/// Tests that never got an outcome although the run is over.
pub(crate) fn unsettled(state: &RunState, standing: Standing) -> u64 {
    if standing == Standing::Running {
        return 0;
    }
    let counts = state.counts();
    counts.total.saturating_sub(counts.settled())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn blocked_tests_have_one_cause_with_evidence() {
        let state = fixture::state(&fixture::blocked());
        let groups = blocked(&state);
        let shown: Vec<_> = groups
            .iter()
            .map(|g| (g.by.as_str(), g.tests, g.others.clone(), g.evidence.first().map(String::as_str)))
            .collect();
        assert_eq!(
            shown,
            [(
                "services/postgres-test",
                2,
                vec!["suite integration".to_owned()],
                Some("exited with 1 after 210 ms")
            )]
        );
        assert!(blocked(&fixture::state(&fixture::passing())).is_empty());
    }

    #[test]
    fn a_death_in_the_run_is_told_by_the_service() {
        let mut records = fixture::passing();
        fixture::append(&mut records, fixture::died("redis-test", "killed by signal 9"));
        let state = fixture::state(&records);
        assert_eq!(evidence_of(&state, &"services/redis-test".into()), ["killed by signal 9"]);
    }

    #[test]
    fn places() {
        let check = |text, expected: Option<&str>| assert_eq!(location(text), expected, "{text}");
        check("def f():\n>   assert 1\ntests/test_a.py:12: AssertionError", Some("tests/test_a.py:12"));
        check("a.py:1: in f\nb.py:2: E\nplain", Some("b.py:2"));
        check("E   KeyError: 12: x", None);
        check("host.example:5432 refused", None);
    }

    #[test]
    fn slow_tests_come_slowest_first() {
        let state = fixture::state(&fixture::failing());
        let times: Vec<f64> = slowest(&state, 2).into_iter().map(|(_, _, ms)| ms).collect();
        assert_eq!(times, [1250.5, 90.0]);
    }
}

//! What one event is worth telling, as lines that stay on the screen.
//!
//! The plain view prints them as they are, the live view scrolls them past above its frame. Nothing is said for a
//! passing test; blocked tests are told by their suite, in one line, because there may be thousands of them.

use testyard_model::event::{Evidence, ServiceReport};
use testyard_model::state::SuiteState;
use testyard_model::{CheckId, Event, Outcome, Record, RunState, Severity};

use crate::digest::{self, Blocked};
use crate::finding;
use crate::style::{self, Line, Role, Style};
use crate::text;

/// At most this many evidence lines of one check or failure; the rest is in its log and in the reports.
const EVIDENCE_LINES: usize = 12;

/// The lines that `record` is worth, once `state` has taken it in.
pub(crate) fn tell(record: &Record, state: &RunState, style: Style) -> Vec<Line> {
    match &record.event {
        Event::RunStarted { engine, .. } => vec![Line::new().dim(format!("engine: {engine}"))],
        Event::Note { message, .. } => vec![Line::new().dim("note: ").plain(message)],
        Event::Found { finding } => found(finding),
        Event::CheckFinished { check, outcome, evidence } => checked(check, outcome, evidence, state, style),
        Event::ServiceReady { service } => vec![ready(service, style)],
        Event::ServiceDied { service, evidence } => died(service, evidence),
        Event::CollectionFailed { suite, path, outcome, evidence } => {
            let headline = headline(outcome, "not collected", suite, path, style);
            with_evidence(headline, outcome, evidence)
        }
        Event::TestFinished { suite, test, outcome, evidence, .. }
            if outcome.is_failure() || *outcome == Outcome::Flaky =>
        {
            let headline = headline(outcome, outcome.word(), suite, test.as_str(), style);
            with_evidence(headline, outcome, evidence)
        }
        Event::SuiteFinished { suite, outcome, evidence } => {
            suite_ended(suite, outcome, evidence, state, style)
        }
        Event::GateJudged { result } => {
            vec![
                outcome_line(&result.outcome, format!("gate {}", result.gate.word()), style)
                    .plain(": ")
                    .plain(&result.evidence),
            ]
        }
        Event::CancelRequested { by } => {
            vec![Line::new().add(Role::Care, "! stopping").plain(format!(": asked by {by}"))]
        }
        Event::PhaseStarted { .. }
        | Event::PhaseFinished { .. }
        | Event::CheckStarted { .. }
        | Event::Waiting { .. }
        | Event::ServiceStarted { .. }
        | Event::ServiceStopped { .. }
        | Event::SuiteStarted { .. }
        | Event::Forecast { .. }
        | Event::Collected { .. }
        | Event::TestStarted { .. }
        | Event::TestFinished { .. }
        | Event::VerdictReached { .. } => Vec::new(),
    }
}

/// `✓ name passed`, and the like.
pub(crate) fn outcome_line(outcome: &Outcome, name: impl AsRef<str>, style: Style) -> Line {
    let role = Role::of(outcome);
    Line::new()
        .add(role, style::symbol(outcome, style))
        .plain(" ")
        .plain(name)
        .add(role, format!(" {}", outcome.word()))
}

/// Errors are shown whole; a warning is one line; notes wait for the report.
fn found(finding: &testyard_model::Finding) -> Vec<Line> {
    match finding.severity {
        Severity::Error => finding::lines(finding),
        Severity::Warning => vec![finding::title(finding)],
        Severity::Note => Vec::new(),
    }
}

fn checked(
    check: &CheckId,
    outcome: &Outcome,
    evidence: &[String],
    state: &RunState,
    style: Style,
) -> Vec<Line> {
    let passed = *outcome == Outcome::Passed;
    if passed && check.as_str().starts_with("services/") {
        // Its service said so already, with its version and address.
        return Vec::new();
    }
    let known = state.checks.iter().find(|known| known.check == *check);
    let took = known.and_then(|known| Some(known.ended_ms?.saturating_sub(known.started_ms)));
    let mut line = outcome_line(outcome, check.as_str(), style);
    if let Some(took) = took {
        line = line.dim(format!(" in {}", text::span(took)));
    }
    if !passed {
        return [vec![cause(line, outcome)], indented(evidence.iter().map(String::as_str))].concat();
    }
    match evidence.first() {
        Some(did) => vec![line.dim(": ").plain(did)],
        None => vec![line],
    }
}

/// What blocked it, where something did.
pub(crate) fn cause(line: Line, outcome: &Outcome) -> Line {
    match outcome {
        Outcome::Blocked { by } => line.plain(format!(" by {by}")),
        Outcome::Skipped { why } | Outcome::Error { why } if !why.is_empty() => {
            line.plain(format!(": {why}"))
        }
        _ => line,
    }
}

fn ready(service: &ServiceReport, style: Style) -> Line {
    let line = Line::new()
        .add(Role::Good, style::symbol(&Outcome::Passed, style))
        .plain(format!(" {} ", service.name))
        .add(Role::Good, "ready")
        .dim(format!(" in {}", text::span(service.ready_ms)))
        .plain(format!(": {} {} at {}", service.product, service.version, service.address));
    match service.ledger.differences().count() as u64 {
        0 => line,
        number => {
            line.add(Role::Care, format!(" ({} from what was asked)", text::many(number, "difference")))
        }
    }
}

fn died(service: &str, evidence: &[String]) -> Vec<Line> {
    let line = Line::new().add(Role::Care, "! ").plain(service).add(Role::Care, " ended by itself");
    [vec![line], indented(evidence.iter().map(String::as_str))].concat()
}

/// `✗ failed suite › test`.
pub(crate) fn headline(outcome: &Outcome, word: &str, suite: &str, name: &str, style: Style) -> Line {
    Line::new()
        .add(Role::of(outcome), format!("{} {word} ", style::symbol(outcome, style)))
        .dim(format!("{suite}{}", style.arrow()))
        .add(Role::Bold, name)
}

/// `! check blocked 2 tests`, or that it did not hold.
pub(crate) fn blocked(group: &Blocked<'_>, style: Style) -> Line {
    let tests = (group.tests > 0).then(|| text::many(group.tests, "test"));
    let what: Vec<String> = tests.into_iter().chain(group.others.iter().cloned()).collect();
    let line = Line::new().add(Role::Care, "! ").add(Role::Bold, group.by.as_str());
    match what.is_empty() {
        true => line.plain(" did not hold"),
        false => line.plain(format!(" blocked {}", what.join(style.dot()))),
    }
}

/// The headline, what went wrong, and where.
fn with_evidence(headline: Line, outcome: &Outcome, evidence: &Evidence) -> Vec<Line> {
    let message = digest::message(outcome, evidence);
    let place = digest::location(&evidence.detail).map(|place| format!("at {place}"));
    let log = evidence.log.as_ref().map(|log| format!("log: {}", log.display()));
    let said = text::lines(message).take(EVIDENCE_LINES).map(|line| Line::new().plain("    ").plain(line));
    let more = place.into_iter().chain(log).map(|line| Line::new().plain("    ").dim(line));
    std::iter::once(headline).chain(said).chain(more).collect()
}

fn suite_ended(
    name: &str,
    outcome: &Outcome,
    evidence: &[String],
    state: &RunState,
    style: Style,
) -> Vec<Line> {
    let Some(suite) = state.suites.iter().find(|suite| suite.name == name) else { return Vec::new() };
    let line = cause(outcome_line(outcome, format!("suite {name}"), style), outcome);
    let line = line.plain(": ").plain(digest::counts_in_words(&suite.counts, style.dot()));
    let line = match suite_ms(suite) {
        Some(ms) => line.dim(format!(" in {}", text::span(ms))),
        None => line,
    };
    let more = if outcome.is_failure() { indented(evidence.iter().map(String::as_str)) } else { Vec::new() };
    [vec![line], more].concat()
}

/// How long a suite took, when it began and ended.
pub(crate) fn suite_ms(suite: &SuiteState) -> Option<u64> {
    Some(suite.ended_ms?.saturating_sub(suite.started_ms?))
}

/// Evidence under its headline; of very much of it, the end: that is where programs say what killed them.
pub(crate) fn indented<'a>(evidence: impl Iterator<Item = &'a str>) -> Vec<Line> {
    let lines: Vec<String> = evidence.flat_map(text::lines).collect();
    let hidden = lines.len().saturating_sub(EVIDENCE_LINES);
    let note = (hidden > 0)
        .then(|| Line::new().dim(format!("    ({} before these)", text::many(hidden as u64, "line"))));
    let shown = lines[hidden..].iter().map(|line| Line::new().plain("    ").plain(line));
    note.into_iter().chain(shown).collect()
}

//! The verdict, the results by phase and suite, gates, slowest tests, the timeline and the closing box.

use testyard_model::state::CheckState;
use testyard_model::{CheckId, Counts, Outcome, Phase, RunState, Standing};

use super::escape::{block, cell_code, code, escape, head, row};
use crate::Subject;
use crate::bars;
use crate::digest;
use crate::story::suite_ms;
use crate::style::{Line, Role, Style};
use crate::text;

/// Markdown is drawn with lines and never with colour.
const STYLE: Style = Style { colour: false, ascii: false };

/// How many of the slowest tests are named.
const SLOWEST: usize = 10;

/// Cells of a timeline bar.
const CELLS: usize = 40;

/// The longest line of the closing box, in columns: it must not wrap in a narrow page.
const BOX_COLUMNS: usize = 80;

/// The title, and a summary of a few lines.
pub(super) fn opening(subject: &Subject<'_>) -> String {
    let state = subject.state;
    let mut shown = format!("# {}: {}\n\n", escape(subject.project()), subject.verdict());
    shown += &format!("**{}**\n\n", escape(&subject.reason()));
    shown += &format!("- Tests: {}\n", digest::counts_in_words(&state.counts(), ", "));
    if let Some(by) = state.verdict.as_ref().and_then(|verdict| verdict.blocked_by.as_ref()) {
        shown += &format!("- Blocked by: {}\n", code(by.as_str()));
    }
    if let Some(by) = &state.cancelled_by {
        shown += &format!("- Stopped by: {}\n", escape(by));
    }
    shown += &format!("- Took: {}\n", text::span(state.now_ms));
    shown += &format!("- Run: {}\n", code(subject.run()));
    if let Some(started) = state.header.as_ref().and_then(|header| text::moment(header.unix_ms)) {
        shown += &format!("- Started: {started}\n");
    }
    if subject.standing == Standing::Lost {
        shown += "- The supervisor died: what follows is what it had written until then.\n";
    }
    shown
}

/// The results by phase.
pub(super) fn phases(state: &RunState) -> String {
    if state.phases.is_empty() {
        return String::new();
    }
    let mut shown = "## Phases\n\n".to_owned() + &head(&["Phase", "Outcome", ">Started", ">Took"]);
    for phase in &state.phases {
        let took = phase.ended_ms.map(|ended| text::span(ended.saturating_sub(phase.started_ms)));
        shown += &row([
            phase.phase.word(),
            &outcome(phase.outcome.as_ref()),
            &text::span(phase.started_ms),
            took.as_deref().unwrap_or("not ended"),
        ]);
    }
    shown
}

/// An outcome with its cause, for a cell; `not ended` where there is none.
fn outcome(outcome: Option<&Outcome>) -> String {
    match outcome {
        None => "not ended".to_owned(),
        Some(Outcome::Blocked { by }) => format!("**blocked** by {}", cell_code(by.as_str())),
        Some(Outcome::Skipped { why }) if !why.is_empty() => format!("skipped: {}", escape(why)),
        Some(Outcome::Error { why }) => format!("**error**: {}", escape(why)),
        Some(Outcome::Failed) => "**failed**".to_owned(),
        Some(other) => other.word().to_owned(),
    }
}

/// The checks outside of suites, but for services that came up, which have a table of their own.
pub(super) fn checks(state: &RunState) -> String {
    let told = |check: &CheckState| {
        check.outcome == Some(Outcome::Passed) && check.check.as_str().starts_with("services/")
    };
    let rows: String = state.checks.iter().filter(|check| !told(check)).map(check).collect();
    if rows.is_empty() {
        return rows;
    }
    "## Checks\n\n".to_owned() + &head(&["Check", "Outcome", ">Took", "What it said"]) + &rows
}

fn check(check: &CheckState) -> String {
    let took = check.ended_ms.map(|ended| text::span(ended.saturating_sub(check.started_ms)));
    row([
        cell_code(check.check.as_str()).as_str(),
        &outcome(check.outcome.as_ref()),
        took.as_deref().unwrap_or("not ended"),
        &escape(check.evidence.first().unwrap_or(&check.title)),
    ])
}

/// The results by suite.
pub(super) fn suites(state: &RunState) -> String {
    if state.suites.is_empty() {
        return String::new();
    }
    let titles = [
        "Suite",
        "Outcome",
        ">Passed",
        ">Failed",
        ">Error",
        ">Flaky",
        ">Blocked",
        ">Skipped",
        ">Total",
        ">Not collected",
        ">Took",
    ];
    let mut shown = "## Suites\n\n".to_owned() + &head(&titles);
    for suite in &state.suites {
        let took = suite_ms(suite).map_or_else(String::new, text::span);
        let cells = [
            vec![escape(&suite.name), outcome(suite.outcome.as_ref())],
            numbers(&suite.counts),
            vec![suite.collection_errors.len().to_string(), took],
        ]
        .concat();
        shown += &row(cells.iter().map(String::as_str));
    }
    shown
}

fn numbers(counts: &Counts) -> Vec<String> {
    [counts.passed, counts.failed, counts.error, counts.flaky, counts.blocked, counts.skipped, counts.total]
        .map(|number| number.to_string())
        .to_vec()
}

/// The gates and how they were met.
pub(super) fn gates(state: &RunState) -> String {
    if state.gates.is_empty() {
        return String::new();
    }
    let mut shown = "## Gates\n\n".to_owned() + &head(&["Gate", "Outcome", "By"]);
    for gate in &state.gates {
        shown += &row([gate.gate.word(), &outcome(Some(&gate.outcome)), &escape(&gate.evidence)]);
    }
    shown
}

/// The tests that took longest.
pub(super) fn slowest(state: &RunState) -> String {
    let slow = digest::slowest(state, SLOWEST);
    if slow.is_empty() {
        return String::new();
    }
    let mut shown = "## Slowest tests\n\n".to_owned() + &head(&[">Took", "Suite", "Test"]);
    for (suite, test, ms) in slow {
        shown += &row([text::fine_span(ms).as_str(), &escape(&suite.name), &cell_code(test.id.as_str())]);
    }
    shown
}

/// Phases, services and suites on one axis of time.
pub(super) fn timeline(state: &RunState) -> String {
    let total = state.now_ms;
    let phases = state.phases.iter().map(|p| (p.phase.word().to_owned(), p.started_ms, p.ended_ms));
    let services = state.services.iter().filter_map(|service| {
        let start = service.started_ms?;
        let check = CheckId::of(Phase::Services, &service.name);
        let given_up = || state.checks.iter().find(|known| known.check == check)?.ended_ms;
        Some(match &service.report {
            Some(report) => (format!("  {} until ready", service.name), start, Some(start + report.ready_ms)),
            None => (format!("  {}, never ready", service.name), start, given_up()),
        })
    });
    let suites = state
        .suites
        .iter()
        .filter_map(|suite| Some((format!("  suite {}", suite.name), suite.started_ms?, suite.ended_ms)));
    let rows: Vec<(String, u64, Option<u64>)> = phases.chain(services).chain(suites).collect();
    if rows.is_empty() || total == 0 {
        return String::new();
    }
    let widest = rows.iter().map(|(name, ..)| text::width(name)).max().unwrap_or(0);
    let lines: Vec<String> = rows
        .into_iter()
        .map(|(name, start, end)| {
            let bar = bars::stretch(start, end.unwrap_or(total), total, CELLS, STYLE);
            let took = match end {
                Some(end) => text::span(end.saturating_sub(start)),
                None => "not ended".to_owned(),
            };
            let blanks = " ".repeat(widest - text::width(&name));
            format!("{name}{blanks}  {bar}  {took}")
        })
        .collect();
    "## Timeline\n\n".to_owned() + &block(lines.iter().map(String::as_str), 0)
}

/// The box at the end: the verdict once more, for who has scrolled down.
pub(super) fn closing(subject: &Subject<'_>) -> String {
    let state = subject.state;
    let lines = vec![
        Line::new().plain(subject.verdict().to_uppercase()).plain(format!("  {}", subject.reason())),
        Line::new().plain(format!(
            "{}  in {}",
            digest::counts_in_words(&state.counts(), STYLE.dot()),
            text::span(state.now_ms)
        )),
        Line::new().plain(format!("run {}  exit {}", subject.run(), subject.exit.code())),
    ];
    let framed = bars::boxed(lines, BOX_COLUMNS, Role::Plain, STYLE);
    let lines: Vec<String> = framed.iter().map(|line| line.paint(STYLE)).collect();
    block(lines.iter().map(String::as_str), 0)
}

//! A run as a coding agent reads it: through a pipe, with every byte paid for. Plain lines without colour, nothing about
//! what goes well, failures put together by what they say, within a budget of bytes.

use testyard_model::state::PhaseState;
use testyard_model::{Event, Record, RunState, Standing};

use crate::Subject;
use crate::digest;
use crate::failures::{self, FailureGroup};
use crate::style::Style;
use crate::text;

/// How much is shown where nobody says, in bytes: some two thousand tokens.
pub const BUDGET: usize = 8192;

/// How many tests of a group, tests that run, and other things that were blocked are named.
const NAMED: usize = 3;

/// A line that others wrote is cut to so many columns.
const COLUMNS: usize = 200;

/// So many lines of a failure's output are shown, from its end, where assertions stand.
const EXCERPT_LINES: usize = 12;

/// So many of the last lines of what blocked a run are shown.
const EVIDENCE_LINES: usize = 5;

/// What separates facts in a line. Symbols beyond ASCII cost more and say no more.
const PLAIN: Style = Style { colour: false, ascii: true };

/// The whole of it: what is wrong first, then how the run stands, so that `tail` shows the verdict.
pub fn lines(subject: &Subject<'_>, budget: usize) -> Vec<String> {
    let standing = standing(subject);
    let rest = budget.saturating_sub(size(&standing));
    [wrong(subject, rest), standing].concat()
}

/// What is worth a line while a run goes on: where it is to be found, should the shell that started it not wait.
pub fn begun(record: &Record) -> Vec<String> {
    let Event::RunStarted { run, project, .. } = &record.event else { return Vec::new() };
    vec![
        cut(&format!("run {run} of {project}")),
        "hint: where the shell stops long commands, use `testyard run --detach`, then `testyard wait --for 100s`"
            .to_owned(),
    ]
}

/// How the run stands, in the few lines that other views put in a box or a frame.
pub fn standing(subject: &Subject<'_>) -> Vec<String> {
    match subject.standing {
        Standing::Running => going_on(subject),
        Standing::Final | Standing::Lost => ended(subject),
    }
}

/// What blocked the run, which gates it missed, and what failed in it.
pub fn wrong(subject: &Subject<'_>, budget: usize) -> Vec<String> {
    let mut lines = blocked(subject.state);
    lines.extend(missed(subject.state));
    let most = fitting(&lines, budget / 2);
    if most < lines.len() {
        let left = text::many((lines.len() - most) as u64, "more line");
        lines.truncate(most);
        lines.push(format!("{left} of what was blocked: testyard report {}", subject.run()));
    }
    let groups = failures::groups(subject.state, None);
    let rest = budget.saturating_sub(size(&lines));
    if !groups.is_empty() {
        lines.extend(page(&groups, 0, rest, subject.run()));
    }
    lines
}

/// The groups of failures of a run from a cursor on, as many as fit and at least one, and how the next ones are had.
pub fn page(groups: &[FailureGroup], cursor: usize, budget: usize, run: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, group) in groups.iter().enumerate().skip(cursor) {
        let next = group_lines(group);
        if at > cursor && size(&lines) + size(&next) > budget {
            let left = text::many((groups.len() - at) as u64, "more group");
            lines.push(format!("{left} of failures: testyard failures {run} --cursor {at}"));
            break;
        }
        lines.extend(next);
    }
    if groups.is_empty() {
        lines.push("nothing failed".to_owned());
    }
    lines
}

/// One group of failures.
pub fn group_lines(group: &FailureGroup) -> Vec<String> {
    let new = if group.new { " (new)" } else { "" };
    let count = text::many(group.count as u64, "failure");
    let mut lines = vec![cut(&format!("{count}{new}: {}", group.signature))];
    lines.extend(group.tests.iter().take(NAMED).map(|test| cut(&format!("  {test}"))));
    let more = group.count.saturating_sub(NAMED);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    let excerpt: Vec<String> = text::lines(&group.excerpt).filter(|line| !line.trim().is_empty()).collect();
    let skipped = excerpt.len().saturating_sub(EXCERPT_LINES);
    lines.extend(excerpt[skipped..].iter().map(|line| cut(&format!("  | {line}"))));
    if let Some(log) = &group.log {
        lines.push(format!("  whole output: {log}"));
    }
    lines
}

fn blocked(state: &RunState) -> Vec<String> {
    let groups = digest::blocked(state);
    let told = groups.iter().flat_map(|group| {
        let tests = (group.tests > 0).then(|| text::many(group.tests, "test"));
        let others = group.others.iter().take(NAMED).cloned();
        let more = group.others.len().checked_sub(NAMED).filter(|more| *more > 0);
        let what: Vec<String> =
            tests.into_iter().chain(others).chain(more.map(|more| format!("{more} more"))).collect();
        let what = if what.is_empty() { "the run".to_owned() } else { what.join(", ") };
        let headline = cut(&format!("blocked by {}: {what}", group.by));
        std::iter::once(headline).chain(evidence(group.evidence))
    });
    told.collect()
}

/// The first line, which says what happened, and the last ones of the log behind it, which say why.
fn evidence(lines: &[String]) -> Vec<String> {
    let quoted = |line: &String| cut(&format!("  | {line}"));
    let Some((first, rest)) = lines.split_first() else { return Vec::new() };
    let skipped = rest.len().saturating_sub(EVIDENCE_LINES);
    let gap = (skipped > 0).then(|| format!("  … {}", text::many(skipped as u64, "line")));
    std::iter::once(quoted(first)).chain(gap).chain(rest[skipped..].iter().map(quoted)).collect()
}

/// The gates that did not hold.
fn missed(state: &RunState) -> Vec<String> {
    let missed = state.gates.iter().filter(|result| result.outcome.is_failure());
    missed.map(|result| cut(&format!("gate {} missed: {}", result.gate.word(), result.evidence))).collect()
}

fn ended(subject: &Subject<'_>) -> Vec<String> {
    let mut lines = vec![
        cut(&format!("{}: {}", subject.verdict().to_uppercase(), subject.reason())),
        counted(subject.state),
    ];
    let unsettled = digest::unsettled(subject.state, subject.standing);
    if unsettled > 0 {
        lines.push(format!("{} never got an outcome", text::many(unsettled, "test")));
    }
    lines.push(format!("folder: {}", subject.folder));
    lines
}

fn going_on(subject: &Subject<'_>) -> Vec<String> {
    let state = subject.state;
    let phase = state.phases.iter().rfind(|phase: &&PhaseState| phase.outcome.is_none());
    let phase = phase.map_or("between phases", |phase| phase.phase.word());
    let estimate = subject.progress.and_then(|progress| progress.estimate_ms);
    let about =
        estimate.map_or_else(String::new, |took| format!(", the newest run took {}", text::span(took)));
    let counts = state.counts();
    let mut lines = vec![
        format!("running: {phase}, {} of {}{about}", counts.settled(), text::many(counts.total, "test")),
        counted(state),
    ];
    let running = state.running().take(NAMED);
    lines.extend(running.map(|(suite, test)| cut(&format!("  now: {}: {}", suite.name, test.id))));
    let waiting = state.checks.iter().filter(|check| check.outcome.is_none());
    lines.extend(waiting.take(NAMED).map(|check| cut(&format!("  now: {}: {}", check.check, check.title))));
    if let Some((log, last)) = subject.progress.and_then(|progress| progress.last.as_ref()) {
        lines.push(format!("  {}:", log.display()));
        lines.extend(last.iter().map(|line| cut(&format!("  | {line}"))));
    }
    lines
}

fn counted(state: &RunState) -> String {
    let counts = digest::counts_in_words(&state.counts(), PLAIN.dot());
    format!("{counts} in {}", text::span(state.now_ms))
}

fn cut(line: &str) -> String {
    text::cut(&text::indented_line(line), COLUMNS, PLAIN.ellipsis()).into_owned()
}

/// With their line ends.
fn size(lines: &[String]) -> usize {
    lines.iter().map(|line| line.len() + 1).sum()
}

/// How many of the lines fit.
fn fitting(lines: &[String], budget: usize) -> usize {
    let ends = lines.iter().scan(0, |sum, line| {
        *sum += line.len() + 1;
        Some(*sum)
    });
    ends.take_while(|end| *end <= budget).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Progress, fixture};
    use testyard_model::Outcome;

    fn shown(records: &[Record]) -> String {
        lines(&fixture::subject(&fixture::state(records)), BUDGET).join("\n")
    }

    #[test]
    fn what_goes_well_is_three_lines() {
        insta::assert_snapshot!(shown(&fixture::passing()), @"
        PASSED: 3 tests passed on real services
        3 passed in 2.2 s
        folder: .testyard/runs/20261120-143022-k3f9
        ");
    }

    #[test]
    fn failures_come_before_the_verdict() {
        insta::assert_snapshot!(shown(&fixture::failing()), @"
        gate pass-rate missed: 1 of 4 tests passed, 90 % asked for
        1 failure: AssertionError: assert # == #
          unit: t.py::fails
          | def test_fails():
          | >   assert 1 == 2
          | E   assert 1 == 2
          | tests/unit/test_a.py:7: AssertionError
          whole output: logs/unit/test_fails.log
        1 failure: ModuleNotFoundError: No module named 'fastapi'
          unit: tests/unit/test_broken.py
          | tests/unit/test_broken.py:1: in <module>
        1 failure: fixture 'client' not found
          unit: t.py::errs
        FAILED: 2 tests failed and 1 file could not be collected
        1 passed, 1 failed, 1 error, 1 flaky, 1 skipped in 2.1 s
        folder: .testyard/runs/20261120-143022-k3f9
        ");
    }

    #[test]
    fn what_blocked_the_run_is_named() {
        insta::assert_snapshot!(shown(&fixture::blocked()), @r#"
        blocked by services/postgres-test: 2 tests, suite integration
          | exited with 1 after 210 ms
          | FATAL: unrecognized configuration parameter "no_such"
        BLOCKED: postgres-test never became ready
        2 blocked in 1.3 s
        folder: .testyard/runs/20261120-143022-k3f9
        "#);
    }

    #[test]
    fn of_long_evidence_the_last_lines_are_shown() {
        let lines: Vec<String> = (0..20).map(|number| format!("line {number}")).collect();
        let shown = evidence(&lines);
        assert_eq!(shown[..3], ["  | line 0", "  … 14 lines", "  | line 15"]);
        assert_eq!(shown.last().map(String::as_str), Some("  | line 19"));
        assert_eq!(evidence(&lines[..6]).len(), 6);
    }

    #[test]
    fn a_run_that_goes_on_says_what_it_does() {
        let mut records = fixture::failing();
        records.truncate(18);
        fixture::append(&mut records, fixture::test_started("unit", "t.py::slow"));
        let state = fixture::state(&records);
        let last = Some(("logs/suite-unit.log".into(), vec!["\u{1b}[31mred\u{1b}[0m".to_owned()]));
        let progress = Progress { estimate_ms: Some(61_000), last };
        let subject = Subject { progress: Some(&progress), ..fixture::subject(&state) };
        insta::assert_snapshot!(standing(&subject).join("\n"), @"
        running: test, 5 of 6 tests, the newest run took 1 min 01 s
        1 passed, 1 failed, 1 error, 1 flaky, 1 skipped, 1 pending in 1.8 s
          now: unit: t.py::slow
          logs/suite-unit.log:
          | red
        ");
    }

    #[test]
    fn a_thousand_reasons_keep_to_the_budget_and_say_how_to_go_on() {
        let mut records = fixture::failing();
        let failed = records.iter().find_map(|record| match &record.event {
            Event::TestFinished { evidence, outcome: Outcome::Failed, .. } => Some(evidence.clone()),
            _ => None,
        });
        let failed = failed.unwrap();
        for number in 0..1000 {
            // Letters: numbers alone make no other reason.
            let reason: String = number.to_string().chars().map(|digit| (digit as u8 + 49) as char).collect();
            let message = format!("{reason} {}", "x".repeat(5_000));
            fixture::append(
                &mut records,
                Event::TestFinished {
                    suite: "unit".to_owned(),
                    test: format!("t.py::{number}").as_str().into(),
                    outcome: Outcome::Failed,
                    duration_ms: 1.0,
                    evidence: testyard_model::event::Evidence { message, ..failed.clone() },
                },
            );
        }
        let told = shown(&records);
        assert!(told.len() <= BUDGET + 100, "{}", told.len());
        assert!(
            told.contains("more groups of failures: testyard failures 20261120-143022-k3f9 --cursor"),
            "{told}"
        );
        assert!(told.contains("FAILED: "), "{told}");
    }
}

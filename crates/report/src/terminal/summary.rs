//! What stays on the screen when a run has ended.

use testyard_model::Outcome;
use testyard_model::event::Evidence;

use crate::Subject;
use crate::bars;
use crate::digest::{self, Failure};
use crate::story;
use crate::style::{Line, Role, Style};
use crate::text;

/// More failures than this are only counted; the reports hold them all.
const FAILURES: usize = 20;

/// So many lines of a failure's detail are shown, from its end, where assertions stand.
const DETAIL_LINES: usize = 12;

/// How many of the slowest tests are named.
const SLOWEST: usize = 3;

/// More differences than this are only counted.
const DIFFERENCES: usize = 10;

/// The closing lines of a run: what failed, what was blocked and by what, gates, the slowest tests, differences from
/// what was asked, and a box with the verdict. Headings and the box keep to `width` columns; failures are not cut.
pub fn summary(subject: &Subject<'_>, style: Style, width: usize) -> Vec<String> {
    let sections = [
        ("failed", failed(subject, style)),
        ("blocked", blocked(subject, style)),
        ("flaky", flaky(subject, style)),
        ("no outcome", unsettled(subject, style)),
        ("gates", gates(subject, style)),
        ("slowest", slowest(subject, style)),
        ("differs from what was asked", differences(subject)),
    ];
    let mut lines = Vec::new();
    for (title, section) in sections.into_iter().filter(|(_, section)| !section.is_empty()) {
        lines.push(bars::heading(title, width, style));
        lines.extend(section);
        lines.push(Line::new());
    }
    lines.extend(closing(subject, style, width));
    lines.iter().map(|line| line.paint(style)).collect()
}

fn failed(subject: &Subject<'_>, style: Style) -> Vec<Line> {
    let failures: Vec<Failure<'_>> = digest::failures(subject.state).collect();
    let mut lines = Vec::new();
    let shown = &failures[..failures.len().min(FAILURES)];
    for (at, failure) in shown.iter().enumerate() {
        lines.push(failure_headline(failure, style));
        match shown[..at].iter().find(|earlier| is_same(earlier, failure)) {
            Some(earlier) => lines.push(Line::new().dim(format!("    the same as {}", earlier.name))),
            None => lines.extend(failure_lines(failure, subject)),
        }
    }
    lines.extend(and_more(failures.len(), FAILURES));
    lines
}

/// Whether two failures would show the same lines. One cause often fails many tests.
fn is_same(one: &Failure<'_>, other: &Failure<'_>) -> bool {
    !one.message().is_empty()
        && one.message() == other.message()
        && tail(one.evidence) == tail(other.evidence)
}

fn failure_headline(failure: &Failure<'_>, style: Style) -> Line {
    let headline = story::headline(failure.outcome, failure.word(), failure.suite, failure.name, style);
    match failure.duration_ms {
        Some(ms) => headline.dim(format!(" {}", text::fine_span(ms))),
        None => headline,
    }
}

fn failure_lines(failure: &Failure<'_>, subject: &Subject<'_>) -> Vec<Line> {
    let message = text::lines(failure.message()).take(DETAIL_LINES);
    let mut lines: Vec<Line> = message.map(|line| Line::new().plain("    ").plain(line)).collect();
    let detail = tail(failure.evidence);
    lines.extend(detail.into_iter().map(|line| Line::new().plain("      ").dim(line)));
    if let Some(log) = &failure.evidence.log {
        lines.push(Line::new().dim(format!("    log: {}/{}", subject.folder, log.display())));
    }
    lines
}

/// The last lines of a failure's detail.
fn tail(evidence: &Evidence) -> Vec<String> {
    let mut lines: Vec<String> = text::lines(evidence.detail.trim_end()).collect();
    lines.split_off(lines.len().saturating_sub(DETAIL_LINES))
}

fn blocked(subject: &Subject<'_>, style: Style) -> Vec<Line> {
    let mut lines = Vec::new();
    for group in digest::blocked(subject.state) {
        lines.push(story::blocked(&group, style));
        lines.extend(story::indented(group.evidence.iter().map(String::as_str)));
    }
    lines
}

fn flaky(subject: &Subject<'_>, style: Style) -> Vec<Line> {
    let flaky: Vec<_> = digest::flaky(subject.state).collect();
    let shown = flaky
        .iter()
        .take(FAILURES)
        .map(|(suite, test)| story::headline(&Outcome::Flaky, "flaky", &suite.name, test.id.as_str(), style));
    shown.chain(and_more(flaky.len(), FAILURES)).collect()
}

fn unsettled(subject: &Subject<'_>, style: Style) -> Vec<Line> {
    let number = digest::unsettled(subject.state, subject.standing);
    if number == 0 {
        return Vec::new();
    }
    let mut lines = vec![
        Line::new()
            .add(Role::Care, "! ")
            .plain(format!("{} never got an outcome", text::many(number, "test"))),
    ];
    lines.extend(subject.state.running().take(FAILURES).map(|(suite, test)| {
        let name = format!("{}{}{}", suite.name, style.arrow(), test.id);
        Line::new().plain("    ").plain(name).dim(" was running")
    }));
    lines
}

fn gates(subject: &Subject<'_>, style: Style) -> Vec<Line> {
    let gates = subject.state.gates.iter();
    gates
        .map(|gate| {
            story::outcome_line(&gate.outcome, gate.gate.word(), style).dim(format!("  {}", gate.evidence))
        })
        .collect()
}

fn slowest(subject: &Subject<'_>, style: Style) -> Vec<Line> {
    let slow = digest::slowest(subject.state, SLOWEST);
    slow.into_iter()
        .map(|(suite, test, ms)| {
            Line::new()
                .plain(format!("{:>9}  ", text::fine_span(ms)))
                .dim(format!("{}{}", suite.name, style.arrow()))
                .plain(test.id.as_str())
        })
        .collect()
}

fn differences(subject: &Subject<'_>) -> Vec<Line> {
    let all: Vec<_> = digest::differences(subject.state).collect();
    let shown = all.iter().take(DIFFERENCES).map(|(service, entry)| {
        Line::new()
            .plain(format!("{} {} ", service.name, entry.what))
            .add(Role::Care, entry.how.word())
            .plain(format!(": {}", entry.detail))
    });
    shown.chain(and_more(all.len(), DIFFERENCES)).collect()
}

fn and_more(all: usize, shown: usize) -> Option<Line> {
    let more = all.checked_sub(shown).filter(|more| *more > 0)?;
    Some(Line::new().dim(format!("  and {more} more, in the report")))
}

fn closing(subject: &Subject<'_>, style: Style, width: usize) -> Vec<Line> {
    let state = subject.state;
    let role = Role::of_verdict(state.verdict.as_ref().map(|verdict| verdict.verdict));
    let counts = digest::counts_in_words(&state.counts(), style.dot());
    let lines = vec![
        Line::new().add(role, subject.verdict().to_uppercase()).plain(format!("  {}", subject.reason())),
        Line::new().plain(format!("{counts}  in {}", text::span(state.now_ms))),
        Line::new().dim(format!("run   {}", subject.run())),
        Line::new().dim(format!("logs  {}/logs", subject.folder)),
    ];
    bars::boxed(lines, width, role, style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use testyard_model::{Event, Record, Standing};

    fn shown(records: &[Record]) -> String {
        let state = fixture::state(records);
        summary(&fixture::subject(&state), Style::default(), 78).join("\n")
    }

    #[test]
    fn of_a_run_that_passed() {
        insta::assert_snapshot!(shown(&fixture::passing()), @"
        ── gates ─────────────────────────────────────────────────────────────────────
        ✓ complete passed  3 of 3 tests have an outcome

        ── slowest ───────────────────────────────────────────────────────────────────
           340 ms  integration › tests/integration/test_b.py::test_two
            80 ms  integration › tests/integration/test_b.py::test_three
            12 ms  unit › tests/unit/test_a.py::test_one

        ── differs from what was asked ───────────────────────────────────────────────
        postgres-test image emulated: PostgreSQL 15.4 stands in for 16

        ╭────────────────────────────────────────────────╮
        │ PASSED  3 tests passed on real services        │
        │ 3 passed  in 2.2 s                             │
        │ run   20261120-143022-k3f9                     │
        │ logs  .testyard/runs/20261120-143022-k3f9/logs │
        ╰────────────────────────────────────────────────╯
        ");
    }

    #[test]
    fn of_a_run_that_failed() {
        insta::assert_snapshot!(shown(&fixture::failing()), @"
        ── failed ────────────────────────────────────────────────────────────────────
        ✗ not collected unit › tests/unit/test_broken.py
            ModuleNotFoundError: No module named 'fastapi'
              tests/unit/test_broken.py:1: in <module>
        ✗ failed unit › t.py::fails 1.2 s
            AssertionError: assert 1 == 2
              def test_fails():
              >   assert 1 == 2
              E   assert 1 == 2

              tests/unit/test_a.py:7: AssertionError
            log: .testyard/runs/20261120-143022-k3f9/logs/unit/test_fails.log
        ✗ error unit › t.py::errs 3 ms
            fixture 'client' not found

        ── flaky ─────────────────────────────────────────────────────────────────────
        ~ flaky unit › t.py::wobbles

        ── gates ─────────────────────────────────────────────────────────────────────
        ✗ pass-rate failed  1 of 4 tests passed, 90 % asked for

        ── slowest ───────────────────────────────────────────────────────────────────
            1.2 s  unit › t.py::fails
            90 ms  unit › t.py::wobbles
             5 ms  unit › t.py::passes

        ── differs from what was asked ───────────────────────────────────────────────
        postgres-test image emulated: PostgreSQL 15.4 stands in for 16

        ╭───────────────────────────────────────────────────────────────╮
        │ FAILED  2 tests failed and 1 file could not be collected      │
        │ 1 passed · 1 failed · 1 error · 1 flaky · 1 skipped  in 2.1 s │
        │ run   20261120-143022-k3f9                                    │
        │ logs  .testyard/runs/20261120-143022-k3f9/logs                │
        ╰───────────────────────────────────────────────────────────────╯
        ");
    }

    #[test]
    fn of_a_run_that_was_blocked() {
        insta::assert_snapshot!(shown(&fixture::blocked()), @r#"
        ── blocked ───────────────────────────────────────────────────────────────────
        ! services/postgres-test blocked 2 tests · suite integration
            exited with 1 after 210 ms
            FATAL: unrecognized configuration parameter "no_such"

        ╭────────────────────────────────────────────────╮
        │ BLOCKED  postgres-test never became ready      │
        │ 2 blocked  in 1.3 s                            │
        │ run   20261120-143022-k3f9                     │
        │ logs  .testyard/runs/20261120-143022-k3f9/logs │
        ╰────────────────────────────────────────────────╯
        "#);
    }

    #[test]
    fn of_a_run_that_was_lost() {
        let mut records = fixture::passing();
        records.truncate(14);
        fixture::append(
            &mut records,
            fixture::test_started("integration", "tests/integration/test_b.py::test_two"),
        );
        let state = fixture::state(&records);
        let lost = Subject { standing: Standing::Lost, ..fixture::subject(&state) };
        insta::assert_snapshot!(summary(&lost, Style::default(), 78).join("\n"), @"
        ── no outcome ────────────────────────────────────────────────────────────────
        ! 2 tests never got an outcome
            integration › tests/integration/test_b.py::test_two was running

        ── slowest ───────────────────────────────────────────────────────────────────
            12 ms  unit › tests/unit/test_a.py::test_one

        ── differs from what was asked ───────────────────────────────────────────────
        postgres-test image emulated: PostgreSQL 15.4 stands in for 16

        ╭───────────────────────────────────────────────────────────╮
        │ LOST  the supervisor died before it could reach a verdict │
        │ 1 passed · 2 pending  in 1.4 s                            │
        │ run   20261120-143022-k3f9                                │
        │ logs  .testyard/runs/20261120-143022-k3f9/logs            │
        ╰───────────────────────────────────────────────────────────╯
        ");
    }

    #[test]
    fn a_failure_that_was_shown_is_not_shown_again() {
        let mut records = fixture::failing();
        let again = |record: &Record| match &record.event {
            Event::TestFinished { suite, test, outcome, duration_ms, evidence }
                if test.as_str() == "t.py::fails" =>
            {
                Some(Event::TestFinished {
                    suite: suite.clone(),
                    test: "t.py::fails_again".into(),
                    outcome: outcome.clone(),
                    duration_ms: *duration_ms,
                    evidence: evidence.clone(),
                })
            }
            _ => None,
        };
        let event = records.iter().find_map(again).unwrap();
        fixture::append(&mut records, event);
        let shown = shown(&records);
        assert!(shown.contains("unit › t.py::fails_again 1.2 s\n    the same as t.py::fails\n"), "{shown}");
        assert_eq!(shown.matches("      E   assert 1 == 2").count(), 1, "{shown}");
    }

    #[test]
    fn failures_beyond_a_screenful_are_counted() {
        let mut records = fixture::passing();
        for number in 0..25 {
            fixture::append(
                &mut records,
                fixture::test("unit", &format!("t.py::{number}"), Outcome::Failed, 1.0),
            );
        }
        assert!(shown(&records).contains("  and 5 more, in the report"));
    }
}

//! Lines for where there is no terminal: a pipe, a CI log, a file.
//!
//! One line for each thing worth a line: phases, services, waits, failures with their place. Passing tests are
//! told by a progress line now and then, never one by one.

use testyard_model::{Event, Record, RunState};

use crate::digest;
use crate::story;
use crate::style::{Line, Style};
use crate::text;

/// Progress is said when this much time of the run has passed since it was last said.
const PROGRESS_MS: u64 = 10_000;

/// What a tool prints may be as long as it likes; what is waited for is told in so many columns.
const WAITING_COLUMNS: usize = 80;

/// The plain view of one run. It remembers when it last spoke of progress; everything else it reads from the state.
#[derive(Debug, Clone, Default)]
pub struct Plain {
    style: Style,
    said_ms: u64,
}

impl Plain {
    /// A view that has said nothing yet.
    pub fn new(style: Style) -> Plain {
        Plain { style, said_ms: 0 }
    }

    /// The lines that `record` is worth, once `state` has taken it in. The same records always give the same lines:
    /// time is the run's own.
    pub fn lines(&mut self, record: &Record, state: &RunState) -> Vec<String> {
        let lines = match &record.event {
            Event::RunStarted { run, project, testyard, .. } => {
                let title = Line::new().plain(format!("testyard {testyard}: {project}, run {run}"));
                [vec![title], story::tell(record, state, self.style)].concat()
            }
            Event::PhaseFinished { phase, .. } => self.phase(*phase, state).into_iter().collect(),
            Event::CheckStarted { check, title } => vec![Line::new().dim(format!("{check}: {title}"))],
            Event::Waiting { check, message, elapsed_ms } => {
                let message = text::cut(message, WAITING_COLUMNS, "…");
                vec![Line::new().dim(format!("{check}: waiting for {message} ({})", text::span(*elapsed_ms)))]
            }
            Event::Collected { suite, tests } => {
                // Large suites are told in several parts: each says how many there are by then. Files that leave
                // themselves out are told one by one, and not worth a line each.
                let known = state.suites.iter().find(|known| known.name == *suite);
                let total = known.map_or(0, |known| known.counts.total);
                if tests.len() == 1 && total > 1 {
                    return Vec::new();
                }
                let number = text::many(total, "test");
                vec![Line::new().plain(format!("suite {suite}: {number} collected"))]
            }
            Event::TestFinished { .. } => {
                [story::tell(record, state, self.style), self.progress(record, state)].concat()
            }
            _ => story::tell(record, state, self.style),
        };
        if !lines.is_empty() {
            self.said_ms = record.at_ms;
        }
        lines.iter().map(|line| line.paint(self.style)).collect()
    }

    fn phase(&self, phase: testyard_model::Phase, state: &RunState) -> Option<Line> {
        let known = state.phases.iter().rev().find(|known| known.phase == phase)?;
        let took = known.ended_ms?.saturating_sub(known.started_ms);
        let line = story::outcome_line(known.outcome.as_ref()?, format!("phase {phase}"), self.style);
        let line = story::cause(line, known.outcome.as_ref()?);
        Some(line.dim(format!(" in {}", text::span(took))))
    }

    fn progress(&self, record: &Record, state: &RunState) -> Vec<Line> {
        if record.at_ms < self.said_ms + PROGRESS_MS {
            return Vec::new();
        }
        let counts = state.counts();
        vec![Line::new().plain(format!(
            "{} of {} tests after {}: {}",
            counts.settled(),
            counts.total,
            text::span(record.at_ms),
            digest::counts_in_words(&counts, self.style.dot())
        ))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use testyard_model::Outcome;

    fn told(records: &[Record]) -> String {
        let mut plain = Plain::new(Style::default());
        let mut state = RunState::default();
        let mut lines = Vec::new();
        for record in records {
            state.apply(record);
            lines.extend(plain.lines(record, &state));
        }
        lines.join("\n")
    }

    #[test]
    fn a_run_that_passes() {
        insta::assert_snapshot!(told(&fixture::passing()), @"
        testyard 0.1.0: ingester, run 20261120-143022-k3f9
        engine: native: recipes for every service
        docker-compose.test.yml:3:5: warning[TY-CM007]: `version` is obsolete
        ✓ phase inspect passed in 200 ms
        ✓ postgres-test ready in 100 ms: PostgreSQL 15.4 at postgres-test:5432 (1 difference from what was asked)
        ✓ redis-test ready in 100 ms: Redis 7.0.15 at redis-test:5432
        ✓ phase services passed in 500 ms
        suite unit: 1 test collected
        suite integration: 2 tests collected
        ✓ suite unit passed: 1 passed
        ✓ suite integration passed: 2 passed
        ✓ phase test passed in 800 ms
        ✓ gate complete passed: 3 of 3 tests have an outcome
        ✓ phase gates passed in 200 ms
        ");
    }

    #[test]
    fn a_run_that_fails() {
        insta::assert_snapshot!(told(&fixture::failing()[10..]), @"
        suite unit: 5 tests collected
        ✗ not collected unit › tests/unit/test_broken.py
            ModuleNotFoundError: No module named 'fastapi'
            at tests/unit/test_broken.py:1
        ✗ failed unit › t.py::fails
            AssertionError: assert 1 == 2
            at tests/unit/test_a.py:7
            log: logs/unit/test_fails.log
        ✗ error unit › t.py::errs
            fixture 'client' not found
        ~ flaky unit › t.py::wobbles
        ✗ suite unit failed: 1 passed · 1 failed · 1 error · 1 flaky · 1 skipped
        ✗ phase test failed in 900 ms
        ✗ gate pass-rate failed: 1 of 4 tests passed, 90 % asked for
        ");
    }

    #[test]
    fn a_run_that_is_blocked() {
        insta::assert_snapshot!(told(&fixture::blocked()), @r#"
        testyard 0.1.0: ingester, run 20261120-143022-k3f9
        engine: native: recipes for every service
        services/postgres-test: start postgres-test
        services/postgres-test: waiting for its first answer (3.0 s)
        ✗ services/postgres-test failed in 300 ms
            exited with 1 after 210 ms
            FATAL: unrecognized configuration parameter "no_such"
        ! phase services blocked by services/postgres-test in 500 ms
        suite integration: 2 tests collected
        ! suite integration blocked by services/postgres-test: 2 blocked
        ! phase test blocked by services/postgres-test in 500 ms
        "#);
    }

    #[test]
    fn progress_is_said_now_and_then() {
        let names: Vec<String> = (0..300).map(|number| format!("t.py::test_{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut records = fixture::journal(vec![fixture::begin(), fixture::collected("unit", &names)]);
        for name in &names {
            fixture::append(&mut records, fixture::test("unit", name, Outcome::Passed, 1.0));
        }
        let told = told(&records);
        let progress: Vec<&str> = told.lines().filter(|line| line.contains(" of 300 tests")).collect();
        // 300 tests, one each 100 ms: at 10.1 s, 20.1 s and 30.1 s.
        assert_eq!(progress.len(), 3, "{told}");
        assert_eq!(progress[0], "100 of 300 tests after 10.1 s: 100 passed · 200 pending");
    }
}

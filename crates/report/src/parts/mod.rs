//! A run's parts as lines, for views that are drawn again and again: the live view, and those that lay out a whole screen.
//!
//! What lives here: what is said of a phase, a service, a check, a test. What does not: how much of it there is room for.

mod failures;
mod services;

use testyard_model::state::{PhaseState, SuiteState, TestState};
use testyard_model::{Phase, RunState, Standing};

use crate::bars;
use crate::digest;
use crate::style::{self, Line, Role, Style};
use crate::text;

pub use failures::FailurePart;

/// A run at one moment, and how its parts are dressed.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// The run.
    pub state: &'a RunState,
    /// How text may be dressed.
    pub style: Style,
    /// The moment, in milliseconds since the run started.
    pub now_ms: u64,
}

impl Parts<'_> {
    /// The project, the run, and how long it has been going on, in that many columns.
    pub fn title(&self, columns: usize) -> Line {
        let elapsed = text::span(self.now_ms);
        let room = columns.saturating_sub(text::width(&elapsed) + 1);
        let line = match &self.state.header {
            Some(header) => Line::new().add(Role::Bold, &header.project).dim(format!("  {}", header.run)),
            None => Line::new().add(Role::Bold, "testyard"),
        };
        line.fit(room, self.style).pad(room + 1).dim(elapsed)
    }

    /// How the run stands, in a word: its verdict, `running`, or that it was lost.
    pub fn standing(&self, standing: Standing) -> Line {
        let verdict = self.state.verdict.as_ref().map(|verdict| verdict.verdict);
        match (verdict, standing) {
            (Some(verdict), _) => {
                Line::new().add(Role::of_verdict(Some(verdict)), verdict.word().to_uppercase())
            }
            (None, Standing::Running) if self.state.cancelled_by.is_some() => {
                Line::new().add(Role::Care, "stopping")
            }
            (None, Standing::Running) => Line::new().add(Role::Bold, "running"),
            (None, Standing::Lost | Standing::Final) => Line::new().add(Role::Care, "LOST"),
        }
    }

    /// A phase with its outcome and its time.
    pub fn phase(&self, phase: Phase) -> Line {
        let known = self.state.phases.iter().rev().find(|known| known.phase == phase);
        known.map_or_else(
            || Line::new().dim(format!("{} {phase}", self.style.sign("·", "."))),
            |known| self.begun(known),
        )
    }

    /// The phase that goes on, else the last one.
    pub fn current_phase(&self) -> Option<Line> {
        let current = self.state.phases.iter().rev().find(|phase| phase.ended_ms.is_none());
        current.or(self.state.phases.last()).map(|phase| self.begun(phase))
    }

    fn begun(&self, phase: &PhaseState) -> Line {
        let took = text::span(phase.ended_ms.unwrap_or(self.now_ms).saturating_sub(phase.started_ms));
        match &phase.outcome {
            Some(outcome) => Line::new()
                .add(Role::of(outcome), style::symbol(outcome, self.style))
                .plain(format!(" {}", phase.phase))
                .dim(format!(" {took}")),
            None => Line::new()
                .plain(format!("{} ", style::going_on(self.style)))
                .add(Role::Bold, phase.phase.word())
                .dim(format!(" {took}")),
        }
    }

    /// The checks that are going on, but for services, which are told apart.
    pub fn checks(&self) -> Vec<Line> {
        let open = self.state.checks.iter().filter(|check| check.outcome.is_none());
        let open = open.filter(|check| !check.check.as_str().starts_with("services/"));
        open.map(|check| {
            let took = text::span(self.now_ms.saturating_sub(check.started_ms));
            let line = Line::new().plain(style::going_on(self.style)).plain(format!(" {} ", check.title));
            let line = line.dim(took);
            match &check.waiting {
                Some(what) => line.dim(format!("{}waiting for {what}", self.style.dot())),
                None => line,
            }
        })
        .collect()
    }

    /// A bar and the counts, in pieces that can flow; nothing before any test is known.
    pub fn progress(&self, cells: usize) -> Vec<Line> {
        let counts = self.state.counts();
        if counts.total == 0 {
            return Vec::new();
        }
        let number = format!(" {}/{}", counts.settled(), counts.total);
        let mut pieces = vec![bars::progress(&counts, cells, self.style).add(Role::Bold, number)];
        pieces.extend(digest::counted(&counts).into_iter().filter(|(_, word)| *word != "pending").map(
            |(number, word)| {
                let role = match word {
                    "passed" => Role::Good,
                    "failed" | "error" => Role::Bad,
                    "skipped" => Role::Dim,
                    _ => Role::Care,
                };
                Line::new().add(role, format!("{number} {word}"))
            },
        ));
        pieces
    }

    /// A test that is running, with how long it has been, in that many columns.
    pub fn running(&self, suite: &SuiteState, test: &TestState, columns: usize) -> Line {
        let took = text::span(self.now_ms.saturating_sub(test.started_ms.unwrap_or(self.now_ms)));
        let room = columns.saturating_sub(text::width(&took) + 1);
        Line::new()
            .plain(format!("{} ", style::going_on(self.style)))
            .dim(format!("{}{}", suite.name, self.style.arrow()))
            .plain(test.id.as_str())
            .fit(room, self.style)
            .dim(format!(" {took}"))
    }

    /// What the workers do: each test that is running. The worker is named where a suite has several of them.
    pub fn workers(&self, columns: usize) -> Vec<Line> {
        let several = self.state.suites.iter().any(|suite| suite.workers > 1);
        let line = |(suite, test): (&SuiteState, &TestState)| match test.worker.filter(|_| several) {
            Some(worker) => {
                let name = Line::new().dim(format!("{worker:>2} "));
                let room = columns.saturating_sub(name.width());
                name.join(self.running(suite, test, room))
            }
            None => self.running(suite, test, columns),
        };
        self.state.running().map(line).collect()
    }
}

/// One line of a log that others wrote, safe to show. Of a line that was written over with carriage returns only what
/// was written last.
pub fn log_line(line: &str) -> Line {
    let last = line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or_default();
    Line::new().plain(text::indented_line(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_over_is_not_shown() {
        let check = |line: &str, expected: &str| {
            assert_eq!(log_line(line).paint(Style { colour: true, ascii: false }), expected);
        };
        check("  10 %\r  90 %\r", "  90 %");
        check("\u{1b}[31mred\u{1b}[0m\tand \u{1b}]0;title\u{7}more", "red and more");
        check("", "");
    }
}

//! Which lines of a run are folded away, and which are to be read at once.
//!
//! A fold holds what one phase says, or what several say that go on at once: folds do not nest. How a phase ended, what
//! failed and what is wrong stand outside, so that nobody has to open a fold to see them. A fold begins with its first
//! line: a phase that says nothing has none.

use testyard_model::{Event, Outcome, Record, RunState, Severity};

/// How one system marks a fold.
pub(super) trait Syntax {
    /// The line that begins the fold of that number, at that time in seconds since 1970.
    fn begin(&self, number: u32, title: &str, unix_s: u64) -> String;
    /// The line that ends it.
    fn end(&self, number: u32, unix_s: u64) -> String;
}

/// The folds of one run.
#[derive(Debug, Clone)]
pub(super) struct Folds<S> {
    syntax: S,
    open: bool,
    /// How many there were.
    number: u32,
    /// What the newest one was called.
    title: String,
    /// The time of the last event.
    unix_s: u64,
}

impl<S: Syntax> Folds<S> {
    pub(super) fn new(syntax: S) -> Folds<S> {
        Folds { syntax, open: false, number: 0, title: String::new(), unix_s: 0 }
    }

    /// The lines said of `record`, folded; `state` has taken it in.
    pub(super) fn fold(&mut self, said: Vec<String>, record: &Record, state: &RunState) -> Vec<String> {
        self.unix_s = unix_s(record, state);
        let phases = matches!(record.event, Event::PhaseStarted { .. } | Event::PhaseFinished { .. });
        let quiet = !phases && !is_loud(&record.event);
        let mut lines = Vec::new();
        if phases || (!quiet && !said.is_empty()) {
            lines.extend(self.close());
        }
        if quiet && !said.is_empty() {
            lines.extend(self.open(state));
        }
        lines.extend(said);
        lines
    }

    /// The line that ends the fold which is open, if one is.
    pub(super) fn close(&mut self) -> Option<String> {
        let was_open = std::mem::take(&mut self.open);
        was_open.then(|| self.syntax.end(self.number, self.unix_s))
    }

    /// The line that begins a fold for the phases that go on, where one is needed.
    fn open(&mut self, state: &RunState) -> Option<String> {
        let going_on = state.phases.iter().filter(|phase| phase.ended_ms.is_none());
        let words: Vec<&str> = going_on.map(|phase| phase.phase.word()).collect();
        if self.open || words.is_empty() {
            return None;
        }
        let title = words.join(", ");
        let shown = if title == self.title { format!("{title} (continued)") } else { title.clone() };
        self.title = title;
        self.open = true;
        self.number += 1;
        Some(self.syntax.begin(self.number, &shown, self.unix_s))
    }
}

fn unix_s(record: &Record, state: &RunState) -> u64 {
    let began = state.header.as_ref().map_or(0, |header| header.unix_ms);
    began.saturating_add(record.at_ms) / 1_000
}

/// Whether what an event says is to be read at once.
fn is_loud(event: &Event) -> bool {
    let failed = |outcome: &Outcome| outcome.is_failure() || matches!(outcome, Outcome::Blocked { .. });
    match event {
        Event::CheckFinished { outcome, .. } | Event::SuiteFinished { outcome, .. } => failed(outcome),
        // Passing tests say at most how far the run has come.
        Event::TestFinished { outcome, .. } => failed(outcome) || *outcome == Outcome::Flaky,
        Event::GateJudged { result } => failed(&result.outcome),
        Event::Found { finding } => finding.severity == Severity::Error,
        Event::ServiceDied { .. }
        | Event::CollectionFailed { .. }
        | Event::CancelRequested { .. }
        | Event::VerdictReached { .. } => true,
        _ => false,
    }
}

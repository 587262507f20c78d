//! The view without a terminal: one line for each thing worth a line, and never a cursor movement.

use testyard_model::{Record, RunState, View};
use testyard_report::Style;
use testyard_report::ci::{self, System};

/// Prints lines as events come, and what is open at the end when it is dropped.
pub(super) struct Lines {
    lines: ci::Lines,
}

impl Lines {
    pub(super) fn new(system: System, style: Style) -> Lines {
        Lines { lines: ci::Lines::new(system, style) }
    }
}

impl View for Lines {
    fn see(&mut self, record: &Record, state: &RunState) {
        self.lines.lines(record, state).iter().for_each(super::say);
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.lines.end().iter().for_each(super::say);
    }
}

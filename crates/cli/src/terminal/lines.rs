//! The view without a terminal: one line for each thing worth a line, and never a cursor movement.

use testyard_model::{Record, RunState, View};
use testyard_report::Style;
use testyard_report::plain::Plain;

/// Prints lines as events come.
pub(super) struct Lines {
    plain: Plain,
}

impl Lines {
    pub(super) fn new(style: Style) -> Lines {
        Lines { plain: Plain::new(style) }
    }
}

impl View for Lines {
    fn see(&mut self, record: &Record, state: &RunState) {
        for line in self.plain.lines(record, state) {
            super::say(line);
        }
    }
}

//! The panes of the view, one file each: what they are called and the lines they hold. Where they lie is decided elsewhere.

pub(super) mod failures;
pub(super) mod footer;
pub(super) mod header;
pub(super) mod help;
pub(super) mod log;
pub(super) mod phases;
pub(super) mod services;
pub(super) mod workers;

use testyard_report::Line;

use super::seen::Seen;
use super::ui::Ui;

/// A pane that can have the keys, in the order in which they pass from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pane {
    Phases,
    Services,
    Workers,
    Failures,
    Log,
}

impl Pane {
    /// All of them, in their order.
    pub(crate) const ALL: [Pane; 5] =
        [Pane::Phases, Pane::Services, Pane::Workers, Pane::Failures, Pane::Log];

    /// Whether something in it can be marked; else it only scrolls.
    pub(crate) fn marks(self) -> bool {
        matches!(self, Pane::Services | Pane::Failures)
    }

    /// Whether its newest end is shown as long as nobody looks elsewhere.
    pub(crate) fn shows_its_end(self) -> bool {
        matches!(self, Pane::Failures | Pane::Log)
    }

    /// What it holds, for that many columns.
    pub(crate) fn content(self, seen: &Seen<'_>, ui: &Ui, columns: usize) -> Content {
        match self {
            Pane::Phases => phases::content(seen, columns),
            Pane::Services => services::content(seen, ui, columns),
            Pane::Workers => workers::content(seen, columns),
            Pane::Failures => failures::content(seen, ui),
            Pane::Log => log::content(seen, ui),
        }
    }
}

/// What a pane holds.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    /// What it is called, with what has to be said about it.
    pub(crate) title: Line,
    /// What it holds; each may take several lines, which stay together.
    pub(crate) items: Vec<Vec<Line>>,
}

impl Content {
    /// A pane whose items have one line each.
    pub(crate) fn of_lines(title: Line, lines: impl IntoIterator<Item = Line>) -> Content {
        Content { title, items: lines.into_iter().map(|line| vec![line]).collect() }
    }

    /// How many rows it would like to have, its title among them.
    pub(crate) fn rows(&self) -> usize {
        1 + self.items.iter().map(Vec::len).sum::<usize>()
    }
}

/// The sign before what is marked, and as many blanks before what is not.
fn marked(ui: &Ui, seen: &Seen<'_>, pane: Pane, at: usize) -> Line {
    match ui.place(pane) == Some(at) {
        true => Line::new().plain(seen.parts.style.sign("› ", "> ")),
        false => Line::new().plain("  "),
    }
}

//! The phases with their outcomes and times.

use testyard_model::Phase;
use testyard_report::{Line, flow};

use super::Content;
use crate::watch::seen::Seen;

/// The columns it takes beside another pane: the longest name, its sign and a time.
pub(crate) const COLUMNS: u16 = 24;

/// One line each where it stands beside another pane; where it has the whole width, as few lines as they fill.
pub(super) fn content(seen: &Seen<'_>, columns: usize) -> Content {
    let lines = Phase::ALL.into_iter().map(|phase| seen.parts.phase(phase));
    let title = Line::new().plain("phases");
    if columns <= usize::from(COLUMNS) {
        Content::of_lines(title, lines)
    } else {
        Content::of_lines(title, flow(lines, columns))
    }
}

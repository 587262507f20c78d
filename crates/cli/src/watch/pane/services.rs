//! The services with their health, and how they came up beside each other.

use testyard_report::Line;

use super::{Content, Pane, marked};
use crate::watch::seen::Seen;
use crate::watch::ui::Ui;

/// Below this many columns there are no bars: names and health need them.
const COLUMNS_FOR_BARS: usize = 60;

pub(super) fn content(seen: &Seen<'_>, ui: &Ui, columns: usize) -> Content {
    let lines = match columns < COLUMNS_FOR_BARS {
        true => seen.parts.services(),
        false => seen.parts.waterfall(columns / 5),
    };
    let lines = lines.into_iter().enumerate();
    let lines = lines.map(|(at, line)| marked(ui, seen, Pane::Services, at).join(line));
    Content::of_lines(Line::new().plain("services"), lines)
}

//! What goes on: installs and set-up commands, and the test that each worker runs.

use testyard_model::Standing;
use testyard_report::Line;

use super::Content;
use crate::watch::seen::Seen;

pub(super) fn content(seen: &Seen<'_>, columns: usize) -> Content {
    let mut lines = seen.parts.checks();
    lines.extend(seen.parts.workers(columns));
    if lines.is_empty() {
        let word =
            if seen.standing == Standing::Running { "nothing at the moment" } else { "nothing any more" };
        lines.push(Line::new().dim(word));
    }
    Content::of_lines(Line::new().plain("running now"), lines)
}

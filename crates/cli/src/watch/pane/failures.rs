//! The failures so far: what failed, what went wrong and where.

use testyard_report::{Line, Role};

use super::{Content, Pane, marked};
use crate::watch::seen::Seen;
use crate::watch::ui::Ui;

pub(super) fn content(seen: &Seen<'_>, ui: &Ui) -> Content {
    let failures = seen.parts.failures();
    if failures.is_empty() {
        let none = Line::new().dim("none so far");
        return Content::of_lines(Line::new().plain("failures"), [none]);
    }
    let title = Line::new().plain("failures ").add(Role::Bad, failures.len().to_string());
    let each = failures.into_iter().enumerate();
    let items = each.map(|(at, failure)| {
        let sign = marked(ui, seen, Pane::Failures, at);
        vec![sign.join(failure.headline), Line::new().plain("  ").join(failure.message)]
    });
    Content { title, items: items.collect() }
}

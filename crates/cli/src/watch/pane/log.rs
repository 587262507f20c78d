//! The end of a log.

use testyard_report::Line;

use super::{Content, Pane};
use crate::watch::seen::Seen;
use crate::watch::ui::Ui;

pub(super) fn content(seen: &Seen<'_>, ui: &Ui) -> Content {
    let title = Line::new().plain("log");
    let Some(log) = seen.log else {
        return Content::of_lines(title, [Line::new().dim("nothing was printed yet")]);
    };
    let which = seen.logs.iter().position(|name| *name == log.name);
    let which = which.map_or(String::new(), |at| format!(" {}/{}", at + 1, seen.logs.len()));
    let how = if ui.place(Pane::Log).is_none() { "" } else { ", not following" };
    let title = title.plain(format!("  {}", log.name)).dim(format!("{which}{how}"));
    match log.lines.is_empty() {
        true => Content::of_lines(title, [Line::new().dim("nothing was printed yet")]),
        false => Content::of_lines(title, log.lines.iter().cloned()),
    }
}

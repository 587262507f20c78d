//! The list of keys.

use testyard_report::{Line, Role};

/// In words that fit into forty columns.
const KEYS: [(&str, &str); 9] = [
    ("q Esc Ctrl-C", "leave; the run goes on"),
    ("Tab BackTab", "next pane, the one before"),
    ("j k arrows", "down and up"),
    ("PgDn PgUp", "a page down and up"),
    ("g G Home End", "beginning; end and follow"),
    ("h l arrows", "the log before, the next"),
    ("Enter", "the log of what is marked"),
    ("c, then y", "cancel the run"),
    ("?", "this list"),
];

pub(crate) fn lines() -> Vec<Line> {
    let widest = KEYS.iter().map(|(keys, _)| keys.len()).max().unwrap_or(0);
    let line = |(keys, what): &(&str, &str)| Line::new().add(Role::Bold, keys).pad(widest + 2).plain(what);
    KEYS.iter().map(line).collect()
}

//! Panels of a frame, and how they share a screen that is too low for all of them.

use crate::style::Line;

/// Some lines that belong together.
pub(super) struct Panel {
    lines: Vec<Line>,
    /// What its lines are, when it may be shortened; the highest rank is shortened first.
    list: Option<(&'static str, u8)>,
}

impl Panel {
    /// Lines that are shown whole as long as there is any room for them.
    pub(super) fn firm(lines: Vec<Line>) -> Panel {
        Panel { lines, list: None }
    }

    /// A list whose end may be told by a number.
    pub(super) fn list(lines: Vec<Line>, what: &'static str, rank: u8) -> Panel {
        Panel { lines, list: Some((what, rank)) }
    }

    /// Shortens a list to that many lines, the last of which says how many are not shown.
    fn shorten(&mut self, rows: usize) {
        let Some((what, _)) = self.list else { return };
        if rows >= self.lines.len() {
            return;
        }
        let shown = rows.saturating_sub(1);
        let hidden = self.lines.len() - shown;
        self.lines.truncate(shown);
        if rows > 0 {
            let more = if shown > 0 { "more " } else { "" };
            self.lines.push(Line::new().dim(format!("  {hidden} {more}{what}")));
        }
    }
}

/// The panels' lines, at most that many of them. Lists give way in their order of rank, each down to one line first,
/// then to none; what is firm goes last, from its end.
pub(super) fn stack(mut panels: Vec<Panel>, rows: usize) -> Vec<Line> {
    for least in [1, 0] {
        for rank in [3, 2, 1] {
            let total: usize = panels.iter().map(|panel| panel.lines.len()).sum();
            let excess = total.saturating_sub(rows);
            let list = panels.iter_mut().find(|panel| panel.list.is_some_and(|(_, own)| own == rank));
            if let Some(panel) = list.filter(|_| excess > 0) {
                let keep = panel.lines.len().saturating_sub(excess).max(least);
                panel.shorten(keep);
            }
        }
    }
    let mut lines: Vec<Line> = panels.into_iter().flat_map(|panel| panel.lines).collect();
    lines.truncate(rows);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Style;

    fn lines(names: &[&str]) -> Vec<Line> {
        names.iter().map(|name| Line::new().plain(name)).collect()
    }

    #[test]
    fn lists_give_way_in_their_order() {
        let check = |rows, expected: &[&str]| {
            let panels = vec![
                Panel::firm(lines(&["title"])),
                Panel::list(lines(&["s1", "s2"]), "services", 1),
                Panel::list(lines(&["t1", "t2", "t3"]), "tests", 3),
            ];
            let shown: Vec<String> =
                stack(panels, rows).iter().map(|line| line.paint(Style::default())).collect();
            assert_eq!(shown, expected, "{rows} rows");
        };
        check(6, &["title", "s1", "s2", "t1", "t2", "t3"]);
        check(5, &["title", "s1", "s2", "t1", "  2 more tests"]);
        check(4, &["title", "s1", "s2", "  3 tests"]);
        check(3, &["title", "  2 services", "  3 tests"]);
        check(2, &["title", "  2 services"]);
        check(1, &["title"]);
        check(0, &[]);
    }
}

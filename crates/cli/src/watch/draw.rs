//! Draws everything into a buffer: a pure function of the run, of what is chosen and of the size.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style as Dress};
use testyard_report::{Line, Role};

use super::layout::Layout;
use super::pane::{Pane, footer, header, help};
use super::seen::Seen;
use super::ui::{Mode, Ui};

/// Draws the whole view.
pub(crate) fn draw(seen: &Seen<'_>, ui: &Ui, area: Rect, buffer: &mut Buffer) {
    let layout = Layout::of(area, seen, ui);
    let mut canvas = Canvas { buffer, seen };
    let top = layout.header;
    canvas.rows(top, &header::lines(seen, top.height.into(), top.width.into()));
    canvas.rows(layout.footer, &[footer::line(seen, ui)]);
    if ui.mode == Mode::Help {
        let title = canvas.title(&Line::new().plain("keys"), true, layout.body.width);
        let lines: Vec<Line> = std::iter::once(title).chain(help::lines()).collect();
        return canvas.rows(layout.body, &lines);
    }
    for (pane, area) in &layout.panes {
        canvas.pane(*pane, ui, *area);
    }
}

struct Canvas<'a> {
    buffer: &'a mut Buffer,
    seen: &'a Seen<'a>,
}

impl Canvas<'_> {
    fn pane(&mut self, pane: Pane, ui: &Ui, area: Rect) {
        let content = pane.content(self.seen, ui, area.width.into());
        let rows = usize::from(area.height.saturating_sub(1));
        // Lines of a log are numbered from its beginning, which may be forgotten.
        let start = self.seen.range(pane).start;
        let ends: Vec<usize> = content
            .items
            .iter()
            .scan(0, |end, item| {
                *end += item.len();
                Some(*end)
            })
            .collect();
        let total = ends.last().copied().unwrap_or(0);
        let end = match ui.place(pane) {
            Some(at) => ends.get(at.saturating_sub(start)).copied().unwrap_or(total),
            None if pane.shows_its_end() => total,
            None => 0,
        };
        let from = end.saturating_sub(rows).min(total.saturating_sub(rows));
        let title = match total > rows {
            true => content.title.dim(format!("  {}-{} of {total}", from + 1, (from + rows).min(total))),
            false => content.title,
        };
        let title = self.title(&title, pane == ui.focus, area.width);
        let lines = content.items.into_iter().flatten().skip(from).take(rows);
        let lines: Vec<Line> = std::iter::once(title).chain(lines).collect();
        self.rows(area, &lines);
    }

    /// A title with a rule; one that has the keys is told by a sign.
    fn title(&self, title: &Line, has_keys: bool, columns: u16) -> Line {
        let style = self.seen.parts.style;
        let rule = style.sign("─", "-");
        let sign = if has_keys { style.sign("▸", ">") } else { rule };
        let begin = Line::new().dim(rule).add(if has_keys { Role::Bold } else { Role::Dim }, sign).plain(" ");
        let line = begin.join(title.clone()).plain(" ");
        let missing = usize::from(columns).saturating_sub(line.width());
        line.dim(rule.repeat(missing))
    }

    /// Puts lines into an area, each cut to its width.
    fn rows(&mut self, area: Rect, lines: &[Line]) {
        let style = self.seen.parts.style;
        for (line, y) in lines.iter().zip(area.y..area.y + area.height) {
            let line = line.clone().fit(area.width.into(), style);
            let mut x = area.x;
            for (role, piece) in line.pieces() {
                let room = usize::from((area.x + area.width).saturating_sub(x));
                (x, _) = self.buffer.set_stringn(x, y, piece, room, dress(role, style.colour));
            }
        }
    }
}

/// The dress of a meaning. Without colour there is none at all, as everywhere else.
fn dress(role: Role, colour: bool) -> Dress {
    if !colour {
        return Dress::new();
    }
    match role {
        Role::Plain => Dress::new(),
        Role::Bold => Dress::new().add_modifier(Modifier::BOLD),
        Role::Dim => Dress::new().add_modifier(Modifier::DIM),
        Role::Good => Dress::new().fg(Color::Green),
        Role::Bad => Dress::new().fg(Color::Red),
        Role::Care => Dress::new().fg(Color::Yellow),
    }
}

#[cfg(test)]
mod tests;

//! Rules, boxes and bars, drawn with lines or in ASCII.

use testyard_model::Counts;

use crate::style::{Line, Role, Style};

/// A bar of that many cells that shows how many tests ended how.
pub(crate) fn progress(counts: &Counts, cells: usize, style: Style) -> Line {
    let (full, empty) = (style.sign("█", "#"), style.sign("░", "."));
    let good = counts.passed + counts.flaky + counts.skipped;
    let bad = counts.failed + counts.error;
    let share =
        |number: u64| (number as usize).saturating_mul(cells).checked_div(counts.total as usize).unwrap_or(0);
    let ends = [(Role::Good, good), (Role::Bad, good + bad), (Role::Care, counts.settled())];
    let mut filled = 0;
    let mut line = Line::new();
    for (role, end) in ends {
        let end = share(end).clamp(filled, cells);
        line = line.add(role, full.repeat(end - filled));
        filled = end;
    }
    line.dim(empty.repeat(cells - filled))
}

/// A bar from `start` to `end` on a line of that many cells that stands for `total`. Whatever happened takes one cell at
/// least, so that short things are seen.
pub(crate) fn stretch(start: u64, end: u64, total: u64, cells: usize, style: Style) -> String {
    let at = |ms: u64| (ms.min(total) as usize * cells).checked_div(total as usize).unwrap_or(0);
    let from = at(start).min(cells.saturating_sub(1));
    let to = at(end).clamp(from + 1, cells.max(from + 1));
    let (full, empty) = (style.sign("█", "#"), style.sign("·", "."));
    format!("{}{}{}", empty.repeat(from), full.repeat(to - from), empty.repeat(cells.saturating_sub(to)))
}

/// A heading with a rule after it, over the whole width.
pub(crate) fn heading(title: &str, columns: usize, style: Style) -> Line {
    let rule = style.sign("─", "-");
    let line = Line::new().dim(rule.repeat(2)).plain(" ").add(Role::Bold, title).plain(" ");
    let missing = columns.saturating_sub(line.width());
    line.dim(rule.repeat(missing)).fit(columns, style)
}

/// A box around lines, as wide as the widest of them and never wider than that many columns.
pub(crate) fn boxed(lines: Vec<Line>, columns: usize, role: Role, style: Style) -> Vec<Line> {
    // Two columns of frame and a blank on each side. Narrower than this a frame would leave no room for words.
    let Some(room) = columns.checked_sub(4).filter(|room| *room >= 16) else {
        return lines.into_iter().map(|line| line.fit(columns, style)).collect();
    };
    let lines: Vec<Line> = lines.into_iter().map(|line| line.fit(room, style)).collect();
    let inner = lines.iter().map(Line::width).max().unwrap_or(0);
    let [top_left, top_right, bottom_left, bottom_right] =
        if style.ascii { ["+"; 4] } else { ["╭", "╮", "╰", "╯"] };
    let (across, down) = (style.sign("─", "-").repeat(inner + 2), style.sign("│", "|"));
    let edge = |left: &str, right: &str| Line::new().add(role, format!("{left}{across}{right}"));
    let mut framed = vec![edge(top_left, top_right)];
    for line in lines {
        let left = Line::new().add(role, down).plain(" ");
        framed.push(left.join(line.pad(inner)).plain(" ").add(role, down));
    }
    framed.push(edge(bottom_left, bottom_right));
    framed
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Style = Style { colour: false, ascii: true };

    #[test]
    fn bars_fill_by_share() {
        let check = |passed, failed, total, expected: &str| {
            let counts = Counts { passed, failed, total, ..Counts::default() };
            assert_eq!(progress(&counts, 10, BARE).paint(BARE), expected);
        };
        check(0, 0, 0, "..........");
        check(5, 0, 10, "#####.....");
        check(9, 1, 10, "##########");
        check(1, 0, 1000, "..........");
    }

    #[test]
    fn stretches_are_always_seen() {
        let check =
            |start, end, total, expected: &str| assert_eq!(stretch(start, end, total, 10, BARE), expected);
        check(0, 100, 100, "##########");
        check(50, 50, 100, ".....#....");
        check(100, 100, 100, ".........#");
        check(20, 60, 100, "..####....");
        check(0, 0, 0, "#.........");
        check(90, 500, 100, ".........#");
    }

    #[test]
    fn boxes_keep_to_their_width() {
        let lines = || vec![Line::new().plain("a line that is long enough"), Line::new().plain("日本")];
        let shown = |columns| -> Vec<String> {
            boxed(lines(), columns, Role::Plain, BARE).iter().map(|line| line.paint(BARE)).collect()
        };
        assert_eq!(shown(40)[2], "| 日本                       |");
        assert_eq!(shown(24)[1], "| a line that is lo... |");
        assert_eq!(shown(10), ["a line ...", "日本"]);
    }
}

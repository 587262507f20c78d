//! Colours and symbols with one fixed meaning each, and lines made of coloured pieces.
//!
//! Green is passed, red is failed, yellow is blocked or a warning, dim is secondary, bold is the thing to read. Every
//! meaning also has a word or a symbol, so that output reads without colour.

use testyard_model::{Outcome, Severity, Verdict};

use crate::text;

/// How text may be dressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences for colour are allowed.
    pub colour: bool,
    /// Whether nothing beyond ASCII may be used for symbols and lines. Foreign text stays as it is.
    pub ascii: bool,
}

impl Style {
    /// The one of two signs that may be used.
    pub fn sign(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { unicode }
    }

    /// What stands for text that was cut off.
    pub(crate) fn ellipsis(self) -> &'static str {
        self.sign("…", "...")
    }

    /// What separates facts in a line.
    pub(crate) fn dot(self) -> &'static str {
        self.sign(" · ", ", ")
    }

    /// What separates a suite from its test.
    pub(crate) fn arrow(self) -> &'static str {
        self.sign(" › ", " > ")
    }
}

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nothing special.
    Plain,
    /// The thing to read.
    Bold,
    /// Secondary.
    Dim,
    /// Passed.
    Good,
    /// Failed: the project is wrong.
    Bad,
    /// Blocked or a warning.
    Care,
}

impl Role {
    /// The escape sequence that begins it.
    fn code(self) -> &'static str {
        match self {
            Role::Plain => "",
            Role::Bold => "\x1b[1m",
            Role::Dim => "\x1b[2m",
            Role::Good => "\x1b[32m",
            Role::Bad => "\x1b[31m",
            Role::Care => "\x1b[33m",
        }
    }

    pub(crate) fn of(outcome: &Outcome) -> Role {
        match outcome {
            Outcome::Passed => Role::Good,
            Outcome::Failed | Outcome::Error { .. } => Role::Bad,
            Outcome::Blocked { .. } | Outcome::Flaky => Role::Care,
            Outcome::Skipped { .. } => Role::Dim,
        }
    }

    pub(crate) fn of_verdict(verdict: Option<Verdict>) -> Role {
        match verdict {
            Some(Verdict::Passed) => Role::Good,
            Some(Verdict::Failed) => Role::Bad,
            Some(Verdict::Blocked | Verdict::Cancelled | Verdict::Lost | Verdict::Empty) | None => Role::Care,
        }
    }

    pub(crate) fn of_severity(severity: Severity) -> Role {
        match severity {
            Severity::Error => Role::Bad,
            Severity::Warning => Role::Care,
            Severity::Note => Role::Dim,
        }
    }
}

/// The symbol of an outcome, one column wide.
pub(crate) fn symbol(outcome: &Outcome, style: Style) -> &'static str {
    match outcome {
        Outcome::Passed => style.sign("✓", "+"),
        Outcome::Failed | Outcome::Error { .. } => style.sign("✗", "x"),
        Outcome::Flaky => "~",
        Outcome::Skipped { .. } => "-",
        Outcome::Blocked { .. } => "!",
    }
}

/// The symbol of what is going on.
pub(crate) fn going_on(style: Style) -> &'static str {
    style.sign("●", "*")
}

/// One line of text, in pieces that mean something. It never holds control characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(Vec<(Role, String)>);

impl Line {
    /// An empty line.
    pub fn new() -> Line {
        Line::default()
    }

    /// The line with a piece more. Line ends and escape sequences in it are taken out.
    #[must_use]
    pub fn add(mut self, role: Role, piece: impl AsRef<str>) -> Line {
        let piece = piece.as_ref();
        // Surrounding blanks separate pieces here, so only the inside is cleaned.
        let inside = piece.trim_matches(' ');
        let start = piece.len() - piece.trim_start_matches(' ').len();
        let end = piece.len() - start - inside.len();
        let cleaned = format!("{:start$}{}{:end$}", "", text::one_line(inside), "");
        self.0.push((role, cleaned));
        self
    }

    /// The line with a piece more that means nothing special.
    #[must_use]
    pub fn plain(self, piece: impl AsRef<str>) -> Line {
        self.add(Role::Plain, piece)
    }

    /// The line with a dim piece more.
    #[must_use]
    pub fn dim(self, piece: impl AsRef<str>) -> Line {
        self.add(Role::Dim, piece)
    }

    /// Its pieces with their meanings, for views that do not print.
    pub fn pieces(&self) -> impl Iterator<Item = (Role, &str)> {
        self.0.iter().map(|(role, piece)| (*role, piece.as_str()))
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.0.iter().map(|(_, piece)| text::width(piece)).sum()
    }

    /// The line filled with blanks up to that many columns.
    #[must_use]
    pub fn pad(mut self, columns: usize) -> Line {
        let missing = columns.saturating_sub(self.width());
        self.0.push((Role::Plain, " ".repeat(missing)));
        self
    }

    /// The line followed by another.
    #[must_use]
    pub fn join(mut self, other: Line) -> Line {
        self.0.extend(other.0);
        self
    }

    /// The line cut to that many columns.
    #[must_use]
    pub fn fit(self, columns: usize, style: Style) -> Line {
        if self.width() <= columns {
            return self;
        }
        let mut room = columns;
        let mut kept = Vec::new();
        for (role, piece) in self.0 {
            let wide = text::width(&piece);
            // The piece that crosses the edge, or fills the line to it while more follows, carries the ellipsis.
            if wide >= room {
                kept.push((role, cut_hard(&piece, room, style)));
                break;
            }
            room -= wide;
            kept.push((role, piece));
        }
        Line(kept)
    }

    /// The line as it is printed.
    pub(crate) fn paint(&self, style: Style) -> String {
        let mut shown = String::new();
        for (role, piece) in &self.0 {
            if style.colour && *role != Role::Plain && !piece.trim().is_empty() {
                shown.extend([role.code(), piece, "\x1b[0m"]);
            } else {
                shown.push_str(piece);
            }
        }
        shown.truncate(shown.trim_end_matches(' ').len());
        shown
    }
}

/// Cuts a piece that something follows: even when it fits by itself, its end says that there was more.
fn cut_hard(piece: &str, room: usize, style: Style) -> String {
    if text::width(piece) > room {
        return text::cut(piece, room, style.ellipsis()).into_owned();
    }
    text::cut(&format!("{piece} "), room, style.ellipsis()).into_owned()
}

/// Flows pieces into as few lines as their width allows, two blanks between them.
pub fn flow(pieces: impl IntoIterator<Item = Line>, columns: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for piece in pieces {
        match lines.pop() {
            None => lines.push(piece),
            Some(line) if line.width() + 2 + piece.width() <= columns => {
                lines.push(line.plain("  ").join(piece));
            }
            Some(line) => lines.extend([line, piece]),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Style = Style { colour: false, ascii: false };

    #[test]
    fn colour_is_only_added() {
        let line = Line::new().add(Role::Good, "✓").plain(" a\nb ").dim("c\u{1b}[31m");
        assert_eq!(line.paint(BARE), "✓ a b c");
        let coloured = Style { colour: true, ascii: false };
        assert_eq!(line.paint(coloured), "\x1b[32m✓\x1b[0m a b \x1b[2mc\x1b[0m");
    }

    #[test]
    fn lines_are_cut_at_the_edge() {
        let check = |columns, expected: &str| {
            let line = Line::new().plain("one ").add(Role::Bold, "two").plain(" three");
            assert_eq!(line.fit(columns, BARE).paint(BARE), expected);
        };
        check(13, "one two three");
        check(12, "one two thr…");
        check(7, "one tw…");
        check(4, "one…");
        check(0, "");
    }

    #[test]
    fn pieces_flow() {
        let pieces = ["aaaa", "bbbb", "cccc"].map(|piece| Line::new().plain(piece));
        let lines: Vec<String> = flow(pieces, 10).iter().map(|line| line.paint(BARE)).collect();
        assert_eq!(lines, ["aaaa  bbbb", "cccc"]);
    }
}

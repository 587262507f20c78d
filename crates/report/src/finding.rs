//! A finding as people read it: where, how bad, what, the line with a caret, and what to do.

use testyard_model::Finding;

use crate::style::{Line, Role, Style};
use crate::text;

/// The source line is not shown beyond this many columns: a minified file would fill the screen.
const SOURCE_COLUMNS: usize = 160;

/// `path:line:column: severity[CODE]: message`, then the line with a caret under its place, then `help:`.
pub fn render(finding: &Finding, style: Style) -> Vec<String> {
    lines(finding).iter().map(|line| line.paint(style)).collect()
}

pub(crate) fn lines(finding: &Finding) -> Vec<Line> {
    let mut lines = vec![title(finding)];
    if let Some(source) = finding.source.as_deref().filter(|source| !source.trim().is_empty()) {
        lines.extend(excerpt(finding, source));
    }
    if let Some(basis) = &finding.basis {
        lines.push(Line::new().plain("  ").dim(format!("basis: {basis}")));
    }
    if let Some(help) = &finding.help {
        for (index, line) in text::lines(help).enumerate() {
            let lead = if index == 0 { "  help: " } else { "        " };
            lines.push(Line::new().add(Role::Bold, lead).plain(line));
        }
    }
    lines
}

/// The first line, which stands by itself where there is no room for more.
pub(crate) fn title(finding: &Finding) -> Line {
    Line::new()
        .plain(format!("{}: ", finding.place))
        .add(Role::of_severity(finding.severity), finding.severity.word())
        .plain(format!("[{}]: ", finding.code))
        .add(Role::Bold, &finding.message)
}

fn excerpt(finding: &Finding, source: &str) -> Vec<Line> {
    let number = finding.place.line.to_string();
    let gutter = " ".repeat(number.len());
    let source = source.replace('\t', " ");
    let shown = text::cut(source.trim_end(), SOURCE_COLUMNS, "…").into_owned();
    let mut lines = vec![Line::new().dim(format!("  {number} | ")).plain(&shown)];
    // A column counts characters; what stands before it may be wider than that on a screen.
    let column = (finding.place.column as usize).checked_sub(1);
    let before = column.filter(|before| *before < shown.chars().count());
    if let Some(before) = before {
        let before: String = shown.chars().take(before).collect();
        let blanks = " ".repeat(text::width(&before));
        let role = Role::of_severity(finding.severity);
        lines.push(Line::new().dim(format!("  {gutter} | ")).plain(blanks).add(role, "^"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use testyard_model::{Place, Severity};

    fn shown(finding: &Finding) -> String {
        render(finding, Style::default()).join("\n")
    }

    #[test]
    fn a_finding_with_everything() {
        let finding = Finding::new(
            "TY-CF002",
            Severity::Error,
            Place::at("testyard.toml", 12, 4),
            "unknown key `requirement`",
        )
        .source("日本 requirement = []")
        .help("did you mean `requirements`");
        insta::assert_snapshot!(shown(&finding), @"
        testyard.toml:12:4: error[TY-CF002]: unknown key `requirement`
          12 | 日本 requirement = []
             |      ^
          help: did you mean `requirements`
        ");
    }

    #[test]
    fn a_finding_about_a_whole_file() {
        let finding = Finding::new("TY-CF001", Severity::Note, Place::file("compose.yaml"), "is empty");
        insta::assert_snapshot!(shown(&finding), @"compose.yaml: note[TY-CF001]: is empty");
    }

    #[test]
    fn a_caret_needs_a_column_within_the_line() {
        let at = |column| {
            let finding = Finding::new("TY-CF001", Severity::Error, Place::at("a", 1, column), "m");
            render(&finding.source("ab"), Style::default()).len()
        };
        assert_eq!((at(2), at(3), at(0)), (3, 2, 2));
    }

    #[test]
    fn the_source_line_cannot_paint() {
        let finding = Finding::new("TY-CF001", Severity::Error, Place::at("a", 1, 1), "\u{1b}[2Jm")
            .source("\u{1b}[31mred");
        assert!(!shown(&finding).contains('\u{1b}'));
    }
}

//! Foreign text in Markdown: in a sentence, in a table, as code.

use crate::text;

/// Text for a sentence or a table's cell: one line, and none of it taken for Markdown or HTML.
pub(super) fn escape(foreign: &str) -> String {
    let mut shown = String::new();
    for c in text::one_line(foreign).chars() {
        match c {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => shown.extend(['\\', c]),
            _ => shown.push(c),
        }
    }
    shown
}

/// Text as code within a table's cell: cells are split before code is looked for, so that a bar must be escaped even
/// there.
pub(super) fn cell_code(foreign: &str) -> String {
    code(foreign).replace('|', "\\|")
}

/// Text as code within a sentence.
pub(super) fn code(foreign: &str) -> String {
    let text = text::one_line(foreign);
    let fence = "`".repeat(longest_run(&text) + 1);
    // A blank keeps a backtick at an end apart from the fence.
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Single lines as a block of code, each indented by that many columns.
pub(super) fn block<'a>(lines: impl IntoIterator<Item = &'a str>, indent: usize) -> String {
    let lines: Vec<String> = lines.into_iter().map(text::indented_line).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut shown = format!("{:indent$}{fence}text\n", "");
    for line in lines {
        shown.push_str(format!("{:indent$}{line}", "").trim_end());
        shown.push('\n');
    }
    shown.push_str(&format!("{:indent$}{fence}\n", ""));
    shown
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A table's row.
pub(super) fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<&str> = cells.into_iter().collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A table's head: its columns' titles, those that begin with `>` aligned to the right.
pub(super) fn head(titles: &[&str]) -> String {
    let rules = titles.iter().map(|title| if title.starts_with('>') { "---:" } else { "---" });
    row(titles.iter().map(|title| title.trim_start_matches('>'))) + &row(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_text() {
        assert_eq!(escape("<b>a|b</b> *x*\nnext"), "&lt;b&gt;a\\|b&lt;/b&gt; \\*x\\* next");
        assert_eq!(code("a`b|c"), "``a`b|c``");
        assert_eq!(cell_code("a|c"), "`a\\|c`");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(block(["``` x"], 2), "  ````text\n  ``` x\n  ````\n");
    }
}

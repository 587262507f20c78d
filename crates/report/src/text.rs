//! Small shapes of text: cleaning what others wrote, cutting by display width, times and numbers in words.

use std::borrow::Cow;

use console::{measure_text_width, strip_ansi_codes};

/// How far into a text the cut is looked for. No terminal is wider, and measuring stays cheap for a megabyte of text.
const LONGEST_LINE: usize = 2_000;

/// What others wrote, as one line that is safe to print: without escape sequences, and with every line end, tab and
/// other control character as a space.
pub(crate) fn one_line(text: &str) -> String {
    let text = strip_ansi_codes(text);
    let shown = text.trim().chars().filter(|c| !is_reordering(*c));
    let blank = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let mut shown: String = shown.map(|c| if blank(c) { ' ' } else { c }).collect();
    shown.truncate(shown.trim_end().len());
    shown
}

/// What others wrote, as lines that are safe to print.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().map(indented_line)
}

/// One line that others wrote, with its indent, safe to print.
pub(crate) fn indented_line(line: &str) -> String {
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    format!("{}{}", line[..indent].replace('\t', "    "), one_line(line))
}

/// Characters that make a terminal or a browser show text in another order than it stands.
fn is_reordering(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    measure_text_width(text)
}

/// The text itself when it fits into that many columns, else its beginning followed by `tail`.
pub(crate) fn cut<'a>(text: &'a str, columns: usize, tail: &str) -> Cow<'a, str> {
    if text.len() <= LONGEST_LINE && width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(width(tail)) else {
        return Cow::Borrowed(prefix(text, columns));
    };
    Cow::Owned(format!("{}{tail}", prefix(text, room)))
}

/// The longest beginning that fits. Whole beginnings are measured, not single characters: some characters change
/// the width of the one before them.
fn prefix(text: &str, columns: usize) -> &str {
    let ends = text.char_indices().map(|(start, c)| start + c.len_utf8());
    let fits = ends.take_while(|end| *end <= LONGEST_LINE && width(&text[..*end]) <= columns + 1);
    let longest = fits.filter(|end| width(&text[..*end]) <= columns).last();
    &text[..longest.unwrap_or(0)]
}

/// A time span in words: `312 ms`, `3.1 s`, `2 min 03 s`, `1 h 02 min`.
pub(crate) fn span(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {:02} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {:02} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// A duration with fractions, in words.
pub(crate) fn fine_span(ms: f64) -> String {
    // A cast from f64 saturates, so that nonsense in a journal stays a number.
    span(ms.round() as u64)
}

/// `1 test`, `2 tests`.
pub(crate) fn many(number: u64, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// A moment as people and programs both read it, `2026-11-20T14:30:22Z`; nothing for a time no calendar holds.
pub(crate) fn moment(unix_ms: u64) -> Option<String> {
    let ms = i64::try_from(unix_ms).ok()?;
    jiff::Timestamp::from_millisecond(ms).ok()?.round(jiff::Unit::Second).ok().map(|t| t.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_becomes_harmless() {
        assert_eq!(one_line("\u{1b}[31mred\u{1b}[0m\ttab\nline \u{202e}x\u{7}"), "red tab line x");
        assert_eq!(lines("\tdeep\n  \u{1b}[1mless\u{1b}[m").collect::<Vec<_>>(), ["    deep", "  less"]);
    }

    #[test]
    fn cuts_by_columns() {
        let check = |text: &str, columns, expected: &str| assert_eq!(cut(text, columns, "…"), expected);
        check("short", 5, "short");
        check("longer", 5, "long…");
        check("日本語", 6, "日本語");
        check("日本語", 5, "日本…");
        check("日本語", 4, "日…");
        check("abc", 1, "…");
        check("abc", 0, "");
        assert_eq!(cut("abcdef", 2, "..."), "ab");
        assert_eq!(width(&cut(&"x".repeat(100_000), 40, "…")), 40);
    }

    #[test]
    fn times_and_numbers() {
        let check = |ms, expected: &str| assert_eq!(span(ms), expected);
        check(999, "999 ms");
        check(3_149, "3.1 s");
        check(123_000, "2 min 03 s");
        check(3_720_000, "1 h 02 min");
        assert_eq!((many(1, "test"), many(0, "test")), ("1 test".to_owned(), "0 tests".to_owned()));
        assert_eq!(moment(1_795_185_022_499).as_deref(), Some("2026-11-20T14:30:22Z"));
        assert_eq!(moment(u64::MAX), None);
    }
}

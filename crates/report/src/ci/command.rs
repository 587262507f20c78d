//! GitHub's workflow commands: how one is written, and how what others wrote is kept from being one.
//!
//! A runner obeys every line of a step's output that is a command, whoever printed it, on standard output and on
//! standard error alike. What counts as one is decided by the runner's `ActionCommand`: blanks before `::` are skipped,
//! and `##[` is looked for anywhere in a line. Both are compared by the rules of a language, in which invisible
//! characters weigh nothing, so that neither an indent nor a zero-width space makes a line harmless.

use std::borrow::Cow;

use console::strip_ansi_codes;

/// Ends the group that is open.
pub(crate) const END_GROUP: &str = "::endgroup::";

/// Stands before a line that would be a command. It is visible, so that nobody takes the line for what was printed.
const GUARD: &str = "| ";

/// Begins a group that a click opens. Groups do not nest.
pub(crate) fn group(title: &str) -> String {
    format!("::group::{}", data(title))
}

/// An annotation. Properties without a value are left out.
pub(crate) fn annotation(kind: &str, properties: &[(&str, String)], message: &str) -> String {
    let given = properties.iter().filter(|(_, value)| !value.is_empty());
    let given: Vec<String> = given.map(|(name, value)| format!("{name}={}", property(value))).collect();
    let space = if given.is_empty() { "" } else { " " };
    format!("::{kind}{space}{}::{}", given.join(","), data(message))
}

/// A message; only what would end or change it is escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value between commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line of output that no runner takes for a command.
pub fn harmless(line: &str) -> Cow<'_, str> {
    let shown = strip_ansi_codes(line);
    let mut read = shown.chars().filter(|c| c.is_ascii_graphic() || c.is_alphanumeric());
    let commands = read.next() == Some(':') && read.next() == Some(':');
    let broken = broken(line, " [");
    if commands { Cow::Owned(format!("{GUARD}{broken}")) } else { broken }
}

/// A JSON document that no runner takes for a command; it says the same. Its lines never begin with a colon.
pub fn harmless_document(document: &str) -> Cow<'_, str> {
    broken(document, "\\u005b")
}

/// The text with every bracket that would end a `##[` written in another way.
fn broken<'a>(text: &'a str, bracket: &str) -> Cow<'a, str> {
    let (mut written, mut copied, mut hashes, mut before) = (String::new(), 0, 0, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '#' => hashes += 1,
            '[' if hashes > 1 && before != '\x1b' => {
                written.push_str(&text[copied..at]);
                written.push_str(bracket);
                copied = at + 1;
                hashes = 0;
            }
            c if c.is_alphanumeric() || c == '\n' || (c.is_ascii() && !c.is_ascii_control()) => hashes = 0,
            // Nothing that a comparison sees.
            _ => {}
        }
        before = c;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    written.push_str(&text[copied..]);
    Cow::Owned(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_others_are_guarded() {
        let check = |line: &str, expected: &str| assert_eq!(harmless(line), expected, "{line:?}");
        check("::set-output name=a::b", "| ::set-output name=a::b");
        check("    ::add-mask::a", "|     ::add-mask::a");
        check("\u{a0}\u{200b}:\u{ad}:stop-commands::x", "| \u{a0}\u{200b}:\u{ad}:stop-commands::x");
        check("\x1b[2m  ::debug::a\x1b[0m", "| \x1b[2m  ::debug::a\x1b[0m");
        check("said ##[add-mask]x", "said ## [add-mask]x");
        check("###[group]##[error]", "### [group]## [error]");
        check("#\u{200b}#\u{ad}[group]", "#\u{200b}#\u{ad} [group]");
        check("  ::a ##[b]", "|   ::a ## [b]");
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        for line in [
            "",
            ":",
            "t.py::test_a",
            "✗ failed unit › t.py::a",
            "## [x]",
            "#[derive]",
            "##\x1b[31mred\x1b[0m",
            "# #[a]",
        ] {
            assert!(matches!(harmless(line), Cow::Borrowed(same) if same == line), "{line:?}");
        }
    }

    #[test]
    fn a_document_says_the_same() {
        let document = "{\n  \"a\": \"##[add-mask]x\",\n  \"b\": [\"##\"]\n}";
        let written = harmless_document(document);
        assert!(!written.contains("##["), "{written}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&written), read(document));
    }

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let properties = [("file", "a,b: c%.py".to_owned()), ("line", String::new())];
        let line = annotation("error", &properties, "50%: a,\r\nb");
        assert_eq!(line, "::error file=a%2Cb%3A c%25.py::50%25: a,%0D%0Ab");
        assert_eq!(annotation("warning", &[], "::x"), "::warning::::x");
        assert_eq!(group("a\nb"), "::group::a%0Ab");
    }
}

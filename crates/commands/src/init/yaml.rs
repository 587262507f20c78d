//! Words of others, quoted so that YAML and what reads it take them as they are.

/// A scalar between single quotes, in which only the quote itself means anything.
pub(super) fn quoted(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{}'", text.replace('\'', "''"))
}

/// The same, for GitHub: what looks like the beginning of an expression stays text.
pub(super) fn github(text: &str) -> String {
    quoted(&text.replace("${{", "${{ '${{' }}"))
}

/// A word of a shell's command line.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A list, one item a line, each below `indent` blanks.
pub(super) fn list(items: impl IntoIterator<Item = String>, indent: usize) -> String {
    items.into_iter().map(|item| format!("{:indent$}- {item}\n", "")).collect()
}

/// A template with its words, those between `@` signs, filled in. What is filled in is not looked through again.
pub(super) fn fill(template: &str, words: &[(&str, String)]) -> String {
    let value = |word: &str| words.iter().find(|(known, _)| *known == word).map_or("", |(_, value)| value);
    let pieces = template.split('@').enumerate();
    pieces.map(|(at, piece)| if at % 2 == 1 { value(piece) } else { piece }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        assert_eq!(quoted("it's: #1"), "'it''s: #1'");
        assert_eq!(github("a ${{ github.token }}"), "'a ${{ ''${{'' }} github.token }}'");
        assert_eq!(shell("it's"), r"'it'\''s'");
        assert_eq!(
            fill("a: @a@, b: @b@\n", &[("a", "@b@".to_owned()), ("b", "2".to_owned())]),
            "a: @b@, b: 2\n"
        );
        assert_eq!(list(["a".to_owned(), "b".to_owned()], 2), "  - a\n  - b\n");
    }
}

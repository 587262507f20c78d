//! Finding the heredocs that an instruction's line announces.

use super::passage::Passage;
use super::tree::Spot;
use super::words::quoted;

/// A heredoc that a line announces.
#[derive(Debug, PartialEq)]
pub(super) struct Announced {
    /// The word that ends it.
    pub(super) name: String,
    /// Whether leading tabs are removed: `<<-`.
    pub(super) chomp: bool,
    /// Whether variables in it are replaced.
    pub(super) expand: bool,
    /// Where `<<` or the number before it stands.
    pub(super) spot: Spot,
}

/// The heredocs of a line, in their order.
pub(super) fn announced(passage: &Passage, escape: char) -> Vec<Announced> {
    let words = quoted(&passage.text, escape).into_iter();
    words.filter_map(|range| word(&passage.text[range.clone()], passage.spot(range.start))).collect()
}

/// One word as the start of a heredoc: `<<NAME`, `<<-NAME`, `<<"NAME"`, perhaps with a file descriptor before it.
pub(super) fn word(word: &str, spot: Spot) -> Option<Announced> {
    let word = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (chomp, rest) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    if rest.contains('<') {
        return None;
    }
    // The escape directive does not matter here: heredocs are escaped as in a shell.
    let expand = !rest.contains(['"', '\'', '\\']);
    let name: String = rest.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')).collect();
    (!name.is_empty()).then_some(Announced { name, chomp, expand, spot })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heredocs_are_words_of_their_own() {
        let check = |text: &str, expected: &[(&str, bool, bool)]| {
            let mut passage = Passage::default();
            passage.push(text, Spot { line: 1, column: 1 });
            let found = announced(&passage, '\\');
            let found: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.chomp, one.expand)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("<<EOF", &[("EOF", false, true)]);
        check("cat <<-'EOF' > /x", &[("EOF", true, false)]);
        check("<<A 3<<\"B\" /dest/", &[("A", false, true), ("B", false, false)]);
        check("x=$(( 1 << 3 )) && cat <<< y", &[]);
        check("echo '<<EOF'", &[]);
        check("echo $((1<<3))", &[]);
    }
}

//! Splitting the arguments of an instruction, as BuildKit's parser does for each kind of them.

use std::ops::Range;

use super::passage::Passage;
use super::tree::{Flag, Word};

/// The parts between whitespace. Quotes mean nothing here.
pub(super) fn plain(passage: &Passage) -> Vec<Word> {
    let text = &passage.text;
    let mut words = Vec::new();
    let mut rest = 0;
    while let Some(start) = text[rest..].find(|c: char| !c.is_whitespace()).map(|at| rest + at) {
        let end = text[start..].find(char::is_whitespace).map_or(text.len(), |at| start + at);
        words.push(passage.word(start..end));
        rest = end;
    }
    words
}

/// The parts between whitespace that is neither quoted nor escaped, as ranges of the text. Quotes stay in them.
pub(super) fn quoted(text: &str, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        if quote.is_none() && c.is_whitespace() {
            words.extend(start.take().map(|start| start..at));
            continue;
        }
        start.get_or_insert(at);
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
        // Between single quotes nothing is escaped.
        if c == escape && quote != Some('\'') {
            characters.next();
        }
    }
    words.extend(start.map(|start| start..text.len()));
    words
}

/// The flags at the start of an instruction's arguments, and what follows them.
pub(super) fn flags(passage: &Passage, escape: char) -> (Vec<Flag>, Passage) {
    let mut flags = Vec::new();
    let mut rest = 0;
    for range in quoted(&passage.text, escape) {
        let word = &passage.text[range.clone()];
        let Some(flag) = word.strip_prefix("--") else { break };
        rest = range.end;
        if flag.is_empty() {
            break;
        }
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(bare(value, escape))),
            None => (flag, None),
        };
        flags.push(Flag { name: name.to_owned(), value, spot: passage.spot(range.start) });
    }
    (flags, trimmed(passage, rest..passage.text.len()))
}

/// A flag's value without quotes and escapes.
fn bare(value: &str, escape: char) -> String {
    let mut done = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' | '\'' => {}
            _ if c == escape => done.extend(characters.next()),
            _ => done.push(c),
        }
    }
    done
}

/// A part of a passage without the whitespace around it.
pub(super) fn trimmed(passage: &Passage, range: Range<usize>) -> Passage {
    let text = &passage.text[range.clone()];
    let start = range.start + (text.len() - text.trim_start().len());
    let end = (range.start + text.trim_end().len()).max(start);
    passage.part(start..end)
}

/// What a JSON array of strings says, each with its place.
pub(super) enum Json {
    /// It is none, and so is read as text.
    No,
    /// It is one with something other than strings in it, which no builder accepts.
    NotStrings,
    /// It is one.
    Strings(Vec<Word>),
}

/// The text as a JSON array. As in BuildKit, what follows the array is not looked at.
pub(super) fn json(passage: &Passage) -> Json {
    if !passage.text.starts_with('[') {
        return Json::No;
    }
    let mut stream = serde_json::Deserializer::from_str(&passage.text).into_iter::<Vec<serde_json::Value>>();
    let Some(Ok(values)) = stream.next() else { return Json::No };
    let starts = string_starts(&passage.text);
    let spot = |at: usize| passage.spot(starts.get(at).copied().unwrap_or_default());
    let words = values.into_iter().enumerate().map(|(at, value)| match value {
        serde_json::Value::String(text) => Some(Word { text, spot: spot(at) }),
        _ => None,
    });
    words.collect::<Option<Vec<_>>>().map_or(Json::NotStrings, Json::Strings)
}

/// Where the strings of a JSON array start, behind their quotes.
fn string_starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut inside = false;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => {
                inside = !inside;
                if inside {
                    starts.push(at + 1);
                }
            }
            '\\' if inside => {
                characters.next();
            }
            _ => {}
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::tree::Spot;

    fn passage(text: &str) -> Passage {
        let mut passage = Passage::default();
        passage.push(text, Spot { line: 1, column: 1 });
        passage
    }

    #[test]
    fn words_keep_quotes_together() {
        let check = |text: &str, expected: &[&str]| {
            let words: Vec<_> = quoted(text, '\\').into_iter().map(|range| &text[range]).collect();
            assert_eq!(words, expected, "{text}");
        };
        check(" a  b ", &["a", "b"]);
        check("A=\"x y\" B='p q'", &["A=\"x y\"", "B='p q'"]);
        check(r#"A=x\ y B="\" z""#, &[r"A=x\ y", r#"B="\" z""#]);
        check(r"A='\' b", &[r"A='\'", "b"]);
        check("\"open a", &["\"open a"]);
        check("", &[]);
    }

    #[test]
    fn flags_end_at_the_first_other_word() {
        let (flags, rest) = flags(&passage("--from=a --link --chown=\"x y\" b --c"), '\\');
        let names: Vec<_> = flags.iter().map(|flag| (flag.name.as_str(), flag.value.as_deref())).collect();
        assert_eq!(names, [("from", Some("a")), ("link", None), ("chown", Some("x y"))]);
        assert_eq!((rest.text.as_str(), rest.spot(0).column), ("b --c", 31));
    }

    #[test]
    fn arrays_are_json_or_not() {
        let Json::Strings(words) = json(&passage(r#"["a", "b\"c"]"#)) else { panic!("strings") };
        let words: Vec<_> = words.iter().map(|word| (word.text.as_str(), word.spot.column)).collect();
        assert_eq!(words, [("a", 3), ("b\"c", 8)]);
        assert!(matches!(json(&passage("['a']")), Json::No));
        assert!(matches!(json(&passage("[1]")), Json::NotStrings));
        assert!(matches!(json(&passage("[ -f x ] && y")), Json::No));
    }
}

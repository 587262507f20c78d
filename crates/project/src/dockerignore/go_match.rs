//! Go's `filepath.Match`: how `COPY` and `ADD` resolve wildcards, and what an ignore pattern must be valid for.
//!
//! `*` and `?` stop at `/`, there is no `**`, `[^a]` negates and `\` takes the next character as it is.

use super::expression::{Class, Expression, Step};

/// A pattern with a bracket or backslash that does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the pattern has a bracket or a backslash without its end")]
pub struct BadPattern;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct GoMatch {
    expression: Expression,
}

impl GoMatch {
    /// Reads a pattern.
    ///
    /// # Errors
    /// An unclosed or empty bracket, and a `\` at the end, are errors in Go, too.
    pub fn new(pattern: &str) -> Result<GoMatch, BadPattern> {
        let mut rest = pattern.chars().peekable();
        let mut steps = Vec::new();
        while let Some(character) = rest.next() {
            steps.push(match character {
                '*' => Step::Many(Class::no_slash()),
                '?' => Step::Class(Class::no_slash()),
                '\\' => Step::Char(rest.next().ok_or(BadPattern)?),
                '[' => Step::Class(class(&mut rest)?),
                other => Step::Char(other),
            });
        }
        Ok(GoMatch { expression: Expression::new(steps) })
    }

    /// Whether the whole path matches.
    pub fn matches(&self, path: &str) -> bool {
        self.expression.matches(path)
    }
}

/// Whether a source has a wildcard, so that it is matched instead of looked up.
pub fn has_wildcard(source: &str) -> bool {
    let mut rest = source.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => {
                rest.next();
            }
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

type Characters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn class(rest: &mut Characters<'_>) -> Result<Class, BadPattern> {
    let mut class = Class { negated: rest.next_if_eq(&'^').is_some(), ranges: Vec::new() };
    while class.ranges.is_empty() || rest.next_if_eq(&']').is_none() {
        let low = character(rest)?;
        let high = if rest.next_if_eq(&'-').is_some() { character(rest)? } else { low };
        class.ranges.push((low, high));
    }
    Ok(class)
}

fn character(rest: &mut Characters<'_>) -> Result<char, BadPattern> {
    match rest.next() {
        None | Some('-' | ']') => Err(BadPattern),
        Some('\\') => rest.next().ok_or(BadPattern),
        Some(character) => Ok(character),
    }
}

#[cfg(test)]
mod tests {
    use super::{GoMatch, has_wildcard};

    /// `None`: the pattern is bad.
    fn check(pattern: &str, path: &str, expected: Option<bool>) {
        let found = GoMatch::new(pattern).ok().map(|compiled| compiled.matches(path));
        assert_eq!(found, expected, "{pattern:?} on {path:?}");
    }

    #[test]
    fn wildcards_match_as_in_go() {
        check("abc", "abc", Some(true));
        check("*", "abc", Some(true));
        check("*c", "abc", Some(true));
        check("a*", "ab/c", Some(false));
        check("a*/b", "abc/b", Some(true));
        check("a*/b", "a/c/b", Some(false));
        check("a*b*c*d*e*/f", "axbxcxdxe/f", Some(true));
        check("a*b*c*d*e*/f", "axbxcxdxexxx/fff", Some(false));
        check("a???b", "a☺☺☺b", Some(true));
        check("a?b", "a/b", Some(false));
        check("**/a", "x/y/a", Some(false));
        check("**/a", "x/a", Some(true));
        check("", "", Some(true));
    }

    #[test]
    fn brackets_and_backslashes_match_as_in_go() {
        check("ab[c]", "abc", Some(true));
        check("ab[^b-d]", "abc", Some(false));
        check("ab[^e-g]", "abc", Some(true));
        check("[a-ζ]*", "α", Some(true));
        check("[\\]a]", "]", Some(true));
        check("[x\\-]", "-", Some(true));
        check("[!a]", "!", Some(true));
        check("a\\*b", "a*b", Some(true));
        check("a\\*b", "axb", Some(false));
        check("file[[]0].txt", "file[0].txt", Some(true));
        for bad in ["[", "[^", "[^bc", "[]a]", "[-]", "[x-]", "[a-b-c]", "a[", "a\\", "[\\"] {
            check(bad, "a", None);
        }
    }

    #[test]
    fn a_wildcard_behind_a_backslash_is_none() {
        assert!(has_wildcard("a/*.py") && has_wildcard("a[0]") && has_wildcard("a?"));
        assert!(!has_wildcard("a/b.py") && !has_wildcard(r"a\*b") && !has_wildcard(""));
    }
}

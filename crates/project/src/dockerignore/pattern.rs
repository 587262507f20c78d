//! One pattern, and how it matches a path.

use super::expression::{Expression, Refusal};
use super::go_match::GoMatch;

/// One pattern without its `!`, compiled.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The pattern as it is matched: tidied, without a leading `/`.
    text: String,
    way: Way,
}

/// Docker takes the cheapest way that a pattern allows; the ways differ in what they match.
#[derive(Debug, Clone)]
enum Way {
    /// The path is exactly the pattern.
    Exact,
    /// `x/**` and `x**`: the path begins with what stands before `**`.
    Prefix(String),
    /// `**/x` and `**x`: the path ends with what stands behind `**`, or is `x`.
    Suffix(String),
    /// Everything else.
    Expression(Expression),
    /// Go would match something that is not known here: it matches nothing.
    Unknown,
}

impl Pattern {
    /// Compiles a tidied pattern. `None` when Docker refuses it.
    pub(super) fn new(text: &str) -> Option<Pattern> {
        GoMatch::new(text).ok()?;
        Some(Pattern { text: text.to_owned(), way: way(text)? })
    }

    /// The pattern as it is matched: tidied, without `!` and without a leading `/`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether what it matches is known: some escapes mean things in Go that are not read here.
    pub fn is_known(&self) -> bool {
        !matches!(self.way, Way::Unknown)
    }

    /// Whether the path itself matches, without a look at its parents. The path is relative to the context, with `/`
    /// between its parts.
    pub fn matches(&self, path: &str) -> bool {
        match &self.way {
            Way::Exact => path == self.text,
            Way::Prefix(prefix) => path.starts_with(prefix.as_str()),
            Way::Suffix(suffix) => {
                path.ends_with(suffix.as_str()) || suffix.strip_prefix('/').is_some_and(|name| name == path)
            }
            Way::Expression(expression) => expression.matches(path),
            Way::Unknown => false,
        }
    }
}

/// Which of the cheap ways is still open while a pattern is read.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Exact,
    Prefix,
    Suffix,
    None,
}

fn way(pattern: &str) -> Option<Way> {
    let (expression, open) = translate(pattern);
    Some(match open {
        Open::Exact => Way::Exact,
        Open::Prefix => Way::Prefix(pattern.strip_suffix("**").unwrap_or(pattern).to_owned()),
        Open::Suffix => Way::Suffix(pattern.strip_prefix("**").unwrap_or(pattern).to_owned()),
        Open::None => match Expression::parse(&expression) {
            Ok(expression) => Way::Expression(expression),
            Err(Refusal::Unknown) => Way::Unknown,
            Err(Refusal::Bad) => return None,
        },
    })
}

/// The pattern as the text of an expression. Wildcards are replaced even within brackets, as Docker does.
fn translate(pattern: &str) -> (String, Open) {
    let mut rest = pattern.chars().peekable();
    let (mut text, mut open, mut first) = (String::new(), Open::Exact, true);
    while let Some(character) = rest.next() {
        match character {
            '*' if rest.next_if_eq(&'*').is_some() => {
                rest.next_if_eq(&'/');
                open = if rest.peek().is_some() {
                    text.push_str("(.*/)?");
                    Open::None
                } else if open == Open::Exact {
                    Open::Prefix
                } else {
                    text.push_str(".*");
                    Open::None
                };
                if first {
                    open = Open::Suffix;
                }
            }
            '*' => {
                text.push_str("[^/]*");
                open = Open::None;
            }
            '?' => {
                text.push_str("[^/]");
                open = Open::None;
            }
            '.' | '+' | '(' | ')' | '|' | '{' | '}' | '$' => text.extend(['\\', character]),
            '\\' => {
                text.push('\\');
                text.extend(rest.next());
                open = Open::None;
            }
            '[' | ']' => {
                text.push(character);
                open = Open::None;
            }
            other => text.push(other),
        }
        first = false;
    }
    (text, open)
}

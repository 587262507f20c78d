//! Interpolation: `$NAME`, `${NAME}` and the forms with a default, a replacement or an error.
//!
//! What lives here: the little language itself, over any text. What does not: where variables come from (`variables`) and
//! which texts are interpolated (values, never keys).
//!
//! The language is that of compose-go's templates. A `$` that starts none of the forms stands for itself, and so `$1` and
//! `$(date)` reach a container's shell; only a `${` that does not continue as a form is an error.

use std::collections::BTreeMap;

/// The deepest nesting of forms inside defaults.
const MAX_DEPTH: usize = 32;

/// What became of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interpolated {
    /// The text. Where something is wrong, that part stands in it as it was written.
    pub text: String,
    /// What is wrong or worth knowing, in the order of the text.
    pub remarks: Vec<Remark>,
}

/// Something about one interpolation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Which `$` of the text it is about, counted from 0.
    pub dollar: usize,
    /// What.
    pub kind: RemarkKind,
}

/// What there is to say about an interpolation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemarkKind {
    /// The variable of that name is not set: a blank stands in its place.
    Unset(String),
    /// The variable `name` is required. `reason` is what the file says about it.
    Required {
        /// Its name.
        name: String,
        /// Why, as the file says; perhaps empty.
        reason: String,
    },
    /// The form is none that exists.
    Malformed(String),
}

/// The text with its variables replaced.
///
/// ```
/// use testyard_project::compose::interpolate::interpolate;
/// let variables = [("TAG".to_owned(), "16".to_owned())].into();
/// assert_eq!(interpolate("postgres:${TAG:-15}", &variables).text, "postgres:16");
/// ```
pub fn interpolate(text: &str, variables: &BTreeMap<String, String>) -> Interpolated {
    interpolate_with(text, &|name| variables.get(name).cloned())
}

/// The text with its variables replaced by what `lookup` knows of them.
pub(crate) fn interpolate_with(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Interpolated {
    let mut run = Run { lookup, remarks: Vec::new() };
    let text = run.text(text, 0, 0);
    Interpolated { text, remarks: run.remarks }
}

struct Run<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    remarks: Vec<Remark>,
}

/// What follows the name in `${NAME…}`.
#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Default,
    Replace,
    Require,
}

impl Run<'_> {
    /// `before` is how many `$` stand before this text in the whole.
    fn text(&mut self, text: &str, before: usize, depth: usize) -> String {
        let mut done = String::with_capacity(text.len());
        let mut rest = text;
        let mut dollar = before;
        while let Some(at) = rest.find('$') {
            done.push_str(&rest[..at]);
            let form = &rest[at + 1..];
            let used = if form.starts_with('$') {
                done.push('$');
                1
            } else if let Some(inner) = form.strip_prefix('{') {
                1 + self.braced(inner, dollar, depth, &mut done)
            } else {
                self.named(form, dollar, &mut done)
            };
            dollar += 1 + form[..used].bytes().filter(|byte| *byte == b'$').count();
            rest = &form[used..];
        }
        done.push_str(rest);
        done
    }

    /// `$NAME`. Returns how many bytes of `form`, the text after the `$`, were used.
    fn named(&mut self, form: &str, dollar: usize, done: &mut String) -> usize {
        let name = &form[..name_length(form)];
        if name.is_empty() {
            done.push('$');
        } else {
            done.push_str(&self.value_or_blank(name, dollar));
        }
        name.len()
    }

    /// `${…}`. Returns how many bytes of `inner`, the text after the `{`, were used.
    fn braced(&mut self, inner: &str, dollar: usize, depth: usize, done: &mut String) -> usize {
        let Some(end) = closing_brace(inner) else {
            self.remark(dollar, RemarkKind::Malformed("`${` is never closed".to_owned()));
            done.push_str("${");
            return 0;
        };
        match self.form(&inner[..end], dollar, depth) {
            Ok(value) => done.push_str(&value),
            Err(why) => {
                self.remark(dollar, RemarkKind::Malformed(why));
                done.push_str("${");
                done.push_str(&inner[..=end]);
            }
        }
        end + 1
    }

    /// The value of what stands between the braces, or why it is no form.
    fn form(&mut self, form: &str, dollar: usize, depth: usize) -> Result<String, String> {
        let (name, rest) = form.split_at(name_length(form));
        if name.is_empty() {
            return Err(format!("`${{{form}}}` does not start with a variable's name"));
        }
        if rest.is_empty() {
            return Ok(self.value_or_blank(name, dollar));
        }
        let (operator, or_empty, word) = operator(rest).ok_or_else(|| {
            format!("`${{{form}}}` has something other than `-`, `+` or `?` after the name")
        })?;
        if depth >= MAX_DEPTH {
            return Err(format!("interpolations nest more than {MAX_DEPTH} levels deep"));
        }
        let before = dollar + 1;
        let value = (self.lookup)(name);
        let counts = value.as_ref().is_some_and(|value| !or_empty || !value.is_empty());
        Ok(match (operator, counts) {
            (Operator::Default | Operator::Require, true) | (Operator::Replace, false) => {
                value.unwrap_or_default()
            }
            (Operator::Default, false) | (Operator::Replace, true) => self.text(word, before, depth + 1),
            (Operator::Require, false) => {
                let reason = self.text(word, before, depth + 1);
                self.remark(dollar, RemarkKind::Required { name: name.to_owned(), reason });
                String::new()
            }
        })
    }

    fn value_or_blank(&mut self, name: &str, dollar: usize) -> String {
        (self.lookup)(name).unwrap_or_else(|| {
            self.remark(dollar, RemarkKind::Unset(name.to_owned()));
            String::new()
        })
    }

    fn remark(&mut self, dollar: usize, kind: RemarkKind) {
        self.remarks.push(Remark { dollar, kind });
    }
}

/// How many bytes at the start of a text are a variable's name.
fn name_length(text: &str) -> usize {
    let starts = text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
    if !starts {
        return 0;
    }
    text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len())
}

/// The operator, whether an empty value counts as none, and the word after it.
fn operator(text: &str) -> Option<(Operator, bool, &str)> {
    let (or_empty, text) = match text.strip_prefix(':') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let operator = match text.chars().next()? {
        '-' => Operator::Default,
        '+' => Operator::Replace,
        '?' => Operator::Require,
        _ => return None,
    };
    Some((operator, or_empty, &text[1..]))
}

/// Where the brace that closes this form stands. Braces inside pair up; when they do not, the last brace closes.
fn closing_brace(inner: &str) -> Option<usize> {
    let mut open = 1usize;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    inner.rfind('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Interpolated {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        interpolate(text, &[set("A", "a"), set("EMPTY", ""), set("_x1", "x"), set("lower", "l")].into())
    }

    #[test]
    fn every_form() {
        let check = |text: &str, expected: &str| {
            let done = run(text);
            assert_eq!((done.text.as_str(), done.remarks), (expected, vec![]), "{text}");
        };
        check("no variable", "no variable");
        check("$A ${A} $A.$A", "a a a.a");
        check("${_x1}${lower}", "xl");
        check("$$A $${A} $$$A", "$A ${A} $a");
        check("${A:-d} ${EMPTY:-d} ${NO:-d}", "a d d");
        check("${A-d} ${EMPTY-d} ${NO-d}", "a  d");
        check("${A:+r} ${EMPTY:+r} ${NO:+r}", "r  ");
        check("${A+r} ${EMPTY+r} ${NO+r}", "r r ");
        check("${A:?e} ${A?e} ${EMPTY?e}", "a a ");
        check("${NO:-${ALSO:-$A}}", "a");
        check("${NO:-${A}-x}y", "a-xy");
        check("${NO:-{}}", "{}");
        check("${NO:-{\"a\": {}}}", "{\"a\": {}}");
        check("${NO:-a:b?c+d}", "a:b?c+d");
        check("${NO:-$$x}", "$x");
        check("${NO-}", "");
    }

    #[test]
    fn a_dollar_that_starts_nothing_stays() {
        for text in ["$", "cost: 5$", "$1", "$(date)", "$ A", "a$-b"] {
            assert_eq!(run(text), Interpolated { text: text.to_owned(), remarks: vec![] });
        }
    }

    #[test]
    fn what_is_unset_required_or_malformed() {
        let check = |text: &str, expected: &str, dollar: usize, kind: RemarkKind| {
            let remarks = vec![Remark { dollar, kind }];
            assert_eq!(run(text), Interpolated { text: expected.to_owned(), remarks }, "{text}");
        };
        let required =
            |reason: &str| RemarkKind::Required { name: "NO".to_owned(), reason: reason.to_owned() };
        check("$A-$NO", "a-", 1, RemarkKind::Unset("NO".to_owned()));
        check("${NO}", "", 0, RemarkKind::Unset("NO".to_owned()));
        check("x${NO:?set it for $A}", "x", 0, required("set it for a"));
        check("${NO?}", "", 0, required(""));
        check(
            "${EMPTY:?e}",
            "",
            0,
            RemarkKind::Required { name: "EMPTY".to_owned(), reason: "e".to_owned() },
        );
        check("$A ${A:-${NO}} ${ZO:-${NO}}", "a a ", 4, RemarkKind::Unset("NO".to_owned()));
        check("${A", "${A", 0, RemarkKind::Malformed("`${` is never closed".to_owned()));
        check(
            "${1A}",
            "${1A}",
            0,
            RemarkKind::Malformed("`${1A}` does not start with a variable's name".to_owned()),
        );
        check(
            "${A!x}b",
            "${A!x}b",
            0,
            RemarkKind::Malformed(
                "`${A!x}` has something other than `-`, `+` or `?` after the name".to_owned(),
            ),
        );
    }

    #[test]
    fn bottomless_nesting_is_malformed() {
        let deep = format!("{}x{}", "${NO:-".repeat(1000), "}".repeat(1000));
        assert!(matches!(run(&deep).remarks[..], [Remark { kind: RemarkKind::Malformed(_), .. }]));
    }
}

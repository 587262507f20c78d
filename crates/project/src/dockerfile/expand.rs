//! Replacing variables and removing quotes, as BuildKit's word lexer does.
//!
//! What is not known stays unknown: a text with an unknown part has no value that a rule may judge.

/// What is known of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// It has this value.
    Set(String),
    /// It has none, and so is replaced by nothing.
    Unset,
    /// Nobody here can say: the base image, the caller or the builder may set it.
    Unknown,
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expanded {
    /// This text. `unset` are the variables in it that were replaced by nothing because they have no value.
    Known {
        /// The text.
        text: String,
        /// Names of variables without a value, in their order.
        unset: Vec<String>,
    },
    /// It depends on variables of which nothing is known; their names.
    Unknown(Vec<String>),
}

impl Expanded {
    /// The text, where it is known.
    pub fn known(&self) -> Option<&str> {
        match self {
            Expanded::Known { text, .. } => Some(text),
            Expanded::Unknown(_) => None,
        }
    }
}

/// The text with its variables replaced by what `lookup` says of them, and without quotes and escapes.
///
/// ```
/// use testyard_project::dockerfile::{Value, expand};
/// let lookup = |_: &str| Value::Set("16".to_owned());
/// assert_eq!(expand("\"postgres\":${TAG:-15}", '\\', &lookup).known(), Some("postgres:16"));
/// ```
pub fn expand(text: &str, escape: char, lookup: &dyn Fn(&str) -> Value) -> Expanded {
    let mut run = Run { escape, lookup, length: 0, unset: Vec::new(), unknown: Vec::new() };
    let text = run.text(text, 0);
    if run.unknown.is_empty() {
        Expanded::Known { text, unset: run.unset }
    } else {
        Expanded::Unknown(run.unknown)
    }
}

/// The deepest nesting of forms inside defaults.
const MAX_DEPTH: usize = 32;
/// The longest text, in bytes, that variables are replaced to; variables that double each other would have no end.
const MAX_LENGTH: usize = 64 * 1024;

struct Run<'a> {
    escape: char,
    lookup: &'a dyn Fn(&str) -> Value,
    /// How many bytes the values so far have.
    length: usize,
    unset: Vec<String>,
    unknown: Vec<String>,
}

impl Run<'_> {
    fn text(&mut self, text: &str, depth: usize) -> String {
        let mut done = String::with_capacity(text.len());
        let mut double = false;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            rest = match c {
                '\'' if !double => self.single(after, &mut done),
                '"' => {
                    double = !double;
                    after
                }
                '$' => self.variable(after, depth, &mut done),
                _ if c == self.escape => self.escaped(after, double, &mut done),
                _ => {
                    done.push(c);
                    after
                }
            };
        }
        done
    }

    /// Everything up to the closing quote, literally.
    fn single<'t>(&self, after: &'t str, done: &mut String) -> &'t str {
        let (inside, rest) = after.split_once('\'').unwrap_or((after, ""));
        done.push_str(inside);
        rest
    }

    fn escaped<'t>(&self, after: &'t str, double: bool, done: &mut String) -> &'t str {
        let Some(next) = after.chars().next() else {
            // A trailing escape character stands for itself.
            done.push(self.escape);
            return after;
        };
        if double && !matches!(next, '"' | '$') && next != self.escape {
            done.push(self.escape);
        }
        done.push(next);
        &after[next.len_utf8()..]
    }

    /// `$NAME` or `${…}`; returns what follows it.
    fn variable<'t>(&mut self, after: &'t str, depth: usize, done: &mut String) -> &'t str {
        if let Some(inner) = after.strip_prefix('{') {
            let Some(end) = closing_brace(inner, self.escape) else {
                self.unknown.push(inner.to_owned());
                return "";
            };
            let value = self.braced(&inner[..end], depth);
            done.push_str(&value);
            return &inner[end + 1..];
        }
        let length = name_length(after);
        if length == 0 {
            done.push('$');
            return after;
        }
        let value = self.value(&after[..length]);
        done.push_str(&value);
        &after[length..]
    }

    fn value(&mut self, name: &str) -> String {
        match (self.lookup)(name) {
            Value::Set(value) => {
                self.length += value.len();
                if self.length > MAX_LENGTH { self.give_up(name) } else { value }
            }
            Value::Unset => {
                self.unset.push(name.to_owned());
                String::new()
            }
            Value::Unknown => self.give_up(name),
        }
    }

    fn give_up(&mut self, name: &str) -> String {
        self.unknown.push(name.to_owned());
        String::new()
    }

    /// What stands between the braces. Substitutions of patterns (`${NAME#x}`) are not followed.
    fn braced(&mut self, form: &str, depth: usize) -> String {
        let (name, rest) = form.split_at(name_length(form));
        if rest.is_empty() && !name.is_empty() {
            return self.value(name);
        }
        let (or_empty, rest) = rest.strip_prefix(':').map_or((false, rest), |rest| (true, rest));
        let operator = rest.chars().next();
        let (Some(operator @ ('-' | '+' | '?')), false, true) =
            (operator, name.is_empty(), depth < MAX_DEPTH)
        else {
            return self.give_up(form);
        };
        let set = match (self.lookup)(name) {
            Value::Set(value) => Some(value).filter(|value| !or_empty || !value.is_empty()),
            Value::Unset => None,
            Value::Unknown => return self.give_up(name),
        };
        match (operator, set) {
            ('-' | '?', Some(_)) => self.value(name),
            ('-', None) | ('+', Some(_)) => self.text(&rest[1..], depth + 1),
            ('+', None) => String::new(),
            // The build stops here with the message behind the question mark.
            _ => self.give_up(name),
        }
    }
}

/// How many bytes at the start of a text are a variable's name; digits and signs are names of one character.
fn name_length(text: &str) -> usize {
    match text.chars().next() {
        Some(c) if c == '_' || c.is_ascii_alphabetic() => {
            text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len())
        }
        Some(c) if c.is_ascii_digit() || matches!(c, '@' | '*' | '#') => 1,
        _ => 0,
    }
}

fn closing_brace(inner: &str, escape: char) -> Option<usize> {
    let mut open = 1usize;
    let mut characters = inner.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ if c == escape => {
                characters.next();
            }
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Value {
        match name {
            "A" => Value::Set("a".to_owned()),
            "EMPTY" => Value::Set(String::new()),
            "NO" => Value::Unset,
            _ => Value::Unknown,
        }
    }

    #[test]
    fn every_form() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(expand(text, '\\', &lookup).known(), expected, "{text}");
        };
        check("plain", Some("plain"));
        check("$A/${A}.$A", Some("a/a.a"));
        check("${A:-d} ${EMPTY:-d} ${NO:-d} ${EMPTY-d} ${NO-d}", Some("a d d  d"));
        check("${A:+r} ${EMPTY:+r} ${NO:+r} ${EMPTY+r}", Some("r   r"));
        check("${NO:-${NO:-$A}}", Some("a"));
        check("${A:?e}", Some("a"));
        check("${NO:?e}", None);
        check("$X", None);
        check("${X:-d}", None);
        check("${A#x}", None);
        check("${A", None);
        check(r"'$A' \$A $ 5$", Some("$A $A $ 5$"));
        check(r#""a b" "\n\"" a\ b"#, Some(r#"a b \n" a b"#));
        check("", Some(""));
    }

    #[test]
    fn what_is_unset_or_unknown_is_named() {
        let names = |text: &[&str]| text.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let known = Expanded::Known { text: "x".to_owned(), unset: names(&["NO"]) };
        assert_eq!(expand("${NO}x", '\\', &lookup), known);
        assert_eq!(expand("$NO$X$Y", '\\', &lookup), Expanded::Unknown(names(&["X", "Y"])));
    }
}

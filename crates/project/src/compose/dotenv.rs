//! Files of variables: `.env`, `--env-file`, `env_file`, `label_file`.
//!
//! What lives here: their syntax, which is compose-go's dialect of dotenv. What does not: which files are read and in
//! which order they count (`variables`, `read::environment`).

use std::collections::BTreeMap;

use super::interpolate::{Remark, RemarkKind, interpolate_with};

/// What stands in a file of variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dotenv {
    /// The variables, the last of one name counting.
    pub variables: BTreeMap<String, String>,
    /// What is wrong or worth knowing.
    pub remarks: Vec<DotenvRemark>,
}

/// Something about one line of a file of variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DotenvRemark {
    /// The line, from 1.
    pub line: u32,
    /// What.
    pub kind: DotenvRemarkKind,
}

/// What there is to say about a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DotenvRemarkKind {
    /// The line is malformed and left out.
    Malformed(String),
    /// Something about an interpolation in it.
    Interpolation(RemarkKind),
}

/// Reads a file of variables. `lookup` knows the variables that win over earlier lines of the file itself.
pub fn parse(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Dotenv {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text, line: 1, lookup, done: Dotenv::default() };
    while reader.next_statement() {
        reader.statement();
    }
    reader.done
}

/// Reads a file of variables in the format `raw`: a line is `NAME=value`, and the value stands for itself.
pub fn parse_raw(text: &str) -> Dotenv {
    let mut done = Dotenv::default();
    for (line, number) in text.lines().zip(1u32..) {
        let line = line.trim_start();
        match line.split_once('=') {
            _ if line.is_empty() || line.starts_with('#') => {}
            Some((name, value)) => {
                done.variables.insert(name.trim_end().to_owned(), value.to_owned());
            }
            None => done.malformed(number, "a line must be `NAME=value`"),
        }
    }
    done
}

impl Dotenv {
    fn malformed(&mut self, line: u32, message: impl Into<String>) {
        self.remarks.push(DotenvRemark { line, kind: DotenvRemarkKind::Malformed(message.into()) });
    }
}

struct Reader<'a> {
    rest: &'a str,
    line: u32,
    lookup: &'a dyn Fn(&str) -> Option<String>,
    done: Dotenv,
}

/// White space that does not end a line.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

impl Reader<'_> {
    /// Goes to the next statement, past blank lines and comments. False at the end.
    fn next_statement(&mut self) -> bool {
        loop {
            let start = self.rest.find(|c: char| !c.is_whitespace()).unwrap_or(self.rest.len());
            self.skip(start);
            if !self.rest.starts_with('#') {
                return !self.rest.is_empty();
            }
            self.skip(self.line_end());
        }
    }

    fn statement(&mut self) {
        if let Some(after) = self.rest.strip_prefix("export")
            && after.starts_with(is_blank)
        {
            self.skip("export".len() + after.find(|c| !is_blank(c)).unwrap_or(after.len()));
        }
        let line = self.line;
        let end = self.rest.find(['=', ':', '\n']).unwrap_or(self.rest.len());
        let name = self.rest[..end].trim_end();
        if let Some(why) = wrong_name(name) {
            self.done.malformed(line, why);
            self.skip(self.line_end());
            return;
        }
        let name = name.to_owned();
        let inherited = !self.rest[end..].starts_with(['=', ':']);
        self.skip((end + 1).min(self.rest.len()));
        // A name without a value takes the value it has outside, if it has one.
        let value = if inherited { (self.lookup)(&name) } else { self.value(line) };
        if let Some(value) = value {
            self.done.variables.insert(name, value);
        }
    }

    fn value(&mut self, line: u32) -> Option<String> {
        self.skip(self.rest.find(|c| !is_blank(c)).unwrap_or(self.rest.len()));
        match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote, line),
            _ => Some(self.unquoted(line)),
        }
    }

    /// An unquoted value ends with its line, or where a comment starts after a space.
    fn unquoted(&mut self, line: u32) -> String {
        let end = self.line_end();
        let value = &self.rest[..end];
        let value = value.split_once(" #").map_or(value, |(value, _)| value).trim_end();
        let value = self.expand(value, line);
        self.skip(end);
        value
    }

    /// A quoted value may span lines. Only in double quotes do escapes and variables count.
    fn quoted(&mut self, quote: char, line: u32) -> Option<String> {
        let mut value = String::new();
        let mut escaped = false;
        let mut end = None;
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                _ if c == quote && !escaped => {
                    end = Some(at);
                    break;
                }
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                _ if escaped && c != quote => value.extend(['\\', c]),
                _ => value.push(c),
            }
            escaped = false;
        }
        let Some(end) = end else {
            self.done.malformed(line, format!("the quote {quote} is never closed"));
            self.skip(self.line_end());
            return None;
        };
        let value = if quote == '"' { self.expand(&unescape(&value), line) } else { value };
        self.skip(end + 1);
        Some(value)
    }

    fn expand(&mut self, value: &str, line: u32) -> String {
        let known = &self.done.variables;
        let lookup = |name: &str| (self.lookup)(name).or_else(|| known.get(name).cloned());
        let done = interpolate_with(value, &lookup);
        let remark = |Remark { kind, .. }| DotenvRemark { line, kind: DotenvRemarkKind::Interpolation(kind) };
        self.done.remarks.extend(done.remarks.into_iter().map(remark));
        done.text
    }

    fn line_end(&self) -> usize {
        self.rest.find('\n').unwrap_or(self.rest.len())
    }

    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at(bytes);
        self.line += u32::try_from(skipped.matches('\n').count()).unwrap_or(u32::MAX);
        self.rest = rest;
    }
}

/// Why a name is none, if it is none.
fn wrong_name(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("there is no name before the `=`".to_owned());
    }
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']');
    match name.chars().find(|c| !allowed(*c)) {
        Some(c) if c.is_whitespace() => Some("a variable's name cannot contain a space".to_owned()),
        Some(c) => Some(format!("{c:?} cannot stand in a variable's name")),
        None => None,
    }
}

/// The escapes of double quotes. An escaped `$` becomes `$$`, which interpolation turns into a plain `$`; what is no
/// escape stays as it is.
fn unescape(text: &str) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        done.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let octal = after.strip_prefix('0').and_then(|digits| digits.get(..3));
        let octal = octal.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        let (shown, used) = match (after.chars().next(), octal) {
            (Some('a'), _) => ("\u{7}".to_owned(), 1),
            (Some('b'), _) => ("\u{8}".to_owned(), 1),
            (Some('f'), _) => ("\u{c}".to_owned(), 1),
            (Some('n'), _) => ("\n".to_owned(), 1),
            (Some('r'), _) => ("\r".to_owned(), 1),
            (Some('t'), _) => ("\t".to_owned(), 1),
            (Some('v'), _) => ("\u{b}".to_owned(), 1),
            (Some('$'), _) => ("$$".to_owned(), 1),
            (Some(same @ ('"' | '\\')), _) => (same.to_string(), 1),
            (Some('0'), Some(byte)) => (char::from(byte).to_string(), 4),
            _ => ("\\".to_owned(), 0),
        };
        done.push_str(&shown);
        rest = &after[used..];
    }
    done.push_str(rest);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Dotenv {
        parse(text, &|name| (name == "OUTER").then(|| "outer".to_owned()))
    }

    #[test]
    fn values() {
        let check = |line: &str, expected: &str| {
            let text = format!("EARLIER=before\n{line}\nLAST=1");
            let done = run(&text);
            assert_eq!(done.remarks, vec![], "{line}");
            assert_eq!(done.variables.get("A").map(String::as_str), Some(expected), "{line}");
            assert_eq!(done.variables.get("LAST").map(String::as_str), Some("1"), "{line}");
        };
        check("A=1", "1");
        check("A = spaced out ", "spaced out");
        check("A: yaml", "yaml");
        check("export A=1", "1");
        check("A=", "");
        check("A=one # comment", "one");
        check("A=one#two", "one#two");
        check("A='$EARLIER \\n # x'", "$EARLIER \\n # x");
        check("A='it\\'s'", "it's");
        check("A=\"$EARLIER\\t\\\"x\\\" # y\" # z", "before\t\"x\" # y");
        check("A=\"\\$EARLIER $$EARLIER\"", "$EARLIER $EARLIER");
        check("A=\"two\nlines\"", "two\nlines");
        check("A='two\nlines'", "two\nlines");
        check("A=\"\\0101\\08\"", "A\\08");
        check("A=$EARLIER-${NO:-default}-$OUTER", "before-default-outer");
        check("A=\r", "");
        check("A=first\nA=last", "last");
        check("# a comment\n\n   A=indented", "indented");
        check("A.b-c[0]=x\nA=y", "y");
    }

    #[test]
    fn outside_wins_over_earlier_lines() {
        assert_eq!(run("OUTER=inner\nA=$OUTER").variables["A"], "outer");
    }

    #[test]
    fn a_name_alone_is_inherited() {
        let done = run("OUTER\nNOWHERE\nB=1\nOUTER");
        let expected = [("OUTER", "outer"), ("B", "1")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(done.variables, expected.into());
    }

    #[test]
    fn malformed_lines_are_named_and_left_out() {
        let check = |text: &str, line: u32, part: &str| {
            let done = run(text);
            let [remark] = &done.remarks[..] else { panic!("{text}: {:?}", done.remarks) };
            let DotenvRemarkKind::Malformed(message) = &remark.kind else { panic!("{text}") };
            assert_eq!(remark.line, line, "{text}");
            assert!(message.contains(part), "{message}");
            assert_eq!(done.variables.get("B").map(String::as_str), Some("1"), "{text}");
        };
        check("A B=2\nB=1", 1, "space");
        check("B=1\n\nA%=2", 3, "'%'");
        check("=2\nB=1", 1, "no name");
        check("A=\"open\nB=1", 1, "never closed");
    }

    #[test]
    fn raw_files_are_taken_as_they_are() {
        let done = parse_raw("# c\nA='x' $B # y\nwrong\n");
        assert_eq!(done.variables["A"], "'x' $B # y");
        assert_eq!(done.remarks.len(), 1);
    }
}

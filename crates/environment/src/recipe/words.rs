//! A container's command as the words its entrypoint would see.
//!
//! A command is often `sh -c "redis-server --requirepass $PASSWORD"`. The native engine must add its own address to
//! such a server, so it needs the words and not the line. Lines that do more than start one program are not
//! understood here, and the recipe refuses them.

use std::collections::BTreeMap;

/// Shells whose `-c` is understood.
const SHELLS: [&str; 4] = ["sh", "bash", "ash", "dash"];

/// The words of entrypoint and command together, with a shell line taken apart. None when that line does more than
/// run one program.
pub fn of(
    entrypoint: Option<&[String]>,
    command: Option<&[String]>,
    environment: &BTreeMap<String, String>,
) -> Option<Vec<String>> {
    let words: Vec<String> = entrypoint.into_iter().chain(command).flatten().cloned().collect();
    match words.as_slice() {
        [shell, flags, line] if is_shell(shell) && is_command_flag(flags) => {
            let mut words = expand(line, environment)?;
            if words.first().is_some_and(|word| word == "exec") {
                words.remove(0);
            }
            Some(words)
        }
        [shell, ..] if is_shell(shell) => None,
        _ => Some(words),
    }
}

/// The last part of a path: the program's name.
pub fn name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_shell(word: &str) -> bool {
    SHELLS.contains(&name(word))
}

fn is_command_flag(word: &str) -> bool {
    word.starts_with('-') && word.ends_with('c') && !word.starts_with("--")
}

/// Splits a shell line of one simple command and expands its variables; None when it is anything more.
pub(crate) fn expand(line: &str, environment: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let mut reader = Reader { rest: line.trim(), environment, words: Vec::new(), word: None };
    while reader.step()? {}
    reader.end_word();
    Some(reader.words)
}

struct Reader<'a> {
    rest: &'a str,
    environment: &'a BTreeMap<String, String>,
    words: Vec<String>,
    /// The word being read; an empty one exists after `""`.
    word: Option<String>,
}

impl Reader<'_> {
    /// Reads one thing; false at the end, none for what a simple command does not have.
    fn step(&mut self) -> Option<bool> {
        let Some(next) = self.rest.chars().next() else { return Some(false) };
        match next {
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '`' | '\n' | '*' | '?' | '#' | '{' | '}' => {
                return None;
            }
            ' ' | '\t' => {
                self.skip(1);
                self.end_word();
            }
            '\'' => {
                let (inside, _) = self.rest[1..].split_once('\'')?;
                self.push(inside);
                self.skip(inside.len() + 2);
            }
            '"' => self.double_quoted()?,
            '$' => self.variable(true)?,
            '\\' => {
                let escaped = self.rest[1..].chars().next()?;
                self.skip(1 + escaped.len_utf8());
                // A backslash before the end of a line continues it.
                if escaped != '\n' {
                    self.push(escaped.encode_utf8(&mut [0; 4]));
                }
            }
            other => {
                self.push(other.encode_utf8(&mut [0; 4]));
                self.skip(other.len_utf8());
            }
        }
        Some(true)
    }

    fn double_quoted(&mut self) -> Option<()> {
        self.skip(1);
        self.push("");
        loop {
            let next = self.rest.chars().next()?;
            match next {
                '"' => {
                    self.skip(1);
                    return Some(());
                }
                '`' => return None,
                '$' => self.variable(false)?,
                '\\' => {
                    let escaped = self.rest[1..].chars().next()?;
                    if !matches!(escaped, '$' | '`' | '"' | '\\') {
                        self.push("\\");
                    }
                    self.push(escaped.encode_utf8(&mut [0; 4]));
                    self.skip(1 + escaped.len_utf8());
                }
                other => {
                    self.push(other.encode_utf8(&mut [0; 4]));
                    self.skip(other.len_utf8());
                }
            }
        }
    }

    /// `$NAME`, `${NAME}`, `${NAME:-default}`; an unquoted value is split into words at blanks, as shells do.
    fn variable(&mut self, split: bool) -> Option<()> {
        let after = &self.rest[1..];
        let (value, length) = if let Some(braced) = after.strip_prefix('{') {
            let (inside, _) = braced.split_once('}')?;
            let (name, default) = match inside.split_once(":-") {
                Some((name, default)) if !default.contains(['$', '\'', '"']) => (name, default),
                Some(_) => return None,
                None => (inside, ""),
            };
            (self.value(name, default)?, inside.len() + 3)
        } else {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            match end {
                // `$(`, `$1`, `$$` and the like are more than a variable; a lone dollar is itself.
                0 if after.is_empty() || after.starts_with([' ', '"']) => ("$".to_owned(), 1),
                0 => return None,
                _ => (self.value(&after[..end], "")?, end + 1),
            }
        };
        self.skip(length);
        if split {
            self.push_split(&value);
        } else {
            self.push(&value);
        }
        Some(())
    }

    fn value(&self, name: &str, default: &str) -> Option<String> {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !plain || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let value = self.environment.get(name).filter(|value| !value.is_empty());
        Some(value.map_or_else(|| default.to_owned(), Clone::clone))
    }

    fn push_split(&mut self, value: &str) {
        let mut parts = value.split_ascii_whitespace().peekable();
        if value.starts_with(|c: char| c.is_ascii_whitespace()) {
            self.end_word();
        }
        while let Some(part) = parts.next() {
            self.push(part);
            if parts.peek().is_some() {
                self.end_word();
            }
        }
        if value.ends_with(|c: char| c.is_ascii_whitespace()) {
            self.end_word();
        }
    }

    fn push(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn shell_lines_of_one_program() {
        let environment = BTreeMap::from([
            ("PASS".to_owned(), "s3 cret".to_owned()),
            ("FLAGS".to_owned(), "--a 1".to_owned()),
            ("EMPTY".to_owned(), String::new()),
        ]);
        let check = |line: &str, expected: Option<&[&str]>| {
            let command = words(&["sh", "-c", line]);
            assert_eq!(of(None, Some(&command), &environment), expected.map(words), "{line}");
        };
        check("redis-server --requirepass \"$PASS\"", Some(&["redis-server", "--requirepass", "s3 cret"]));
        check("exec redis-server $FLAGS --b", Some(&["redis-server", "--a", "1", "--b"]));
        check("r '${PASS}' \"${EMPTY:-x y}\" z\\ z ''", Some(&["r", "${PASS}", "x y", "z z", ""]));
        check("r ${NONE} ${NONE:-d}", Some(&["r", "d"]));
        check("r \"a\\n\\$b\"", Some(&["r", "a\\n$b"]));
        for more in [
            "a && b",
            "a | b",
            "a > f",
            "a $(b)",
            "a `b`",
            "a; b",
            "a \"$(b)\"",
            "a 'open",
            "a ${B:-$C}",
            "a $1",
        ] {
            check(more, None);
        }
    }

    #[test]
    fn plain_words_stay_as_they_are() {
        let none = BTreeMap::new();
        let (entrypoint, command) = (words(&["docker-entrypoint.sh"]), words(&["--port", "$X"]));
        assert_eq!(
            of(Some(&entrypoint), Some(&command), &none),
            Some(words(&["docker-entrypoint.sh", "--port", "$X"]))
        );
        assert_eq!(of(None, None, &none), Some(vec![]));
        assert_eq!(of(None, Some(&words(&["bash", "start.sh"])), &none), None);
        assert_eq!(name("/usr/local/bin/redis-server"), "redis-server");
    }
}

//! The settings of a NATS configuration file, with where they stand.
//!
//! The file is a relaxed JSON: bare words, `=`, `:` or blanks between a name and its value, comments with `#` and
//! `//`, maps in braces, `include` of further files. Only as much is understood as is needed to find settings; whether
//! they are right is for the server to say.

use std::ops::Range;

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A plain value: the names that lead to it in lower case, and its text without quotes.
    Setting { path: Vec<String>, text: String, at: Range<usize> },
    /// A map begins; what follows its brace stands at this place.
    Map { path: Vec<String>, inside: usize },
    /// Another file, named by `text`; the whole statement stands at this place.
    Include { text: String, at: Range<usize> },
}

/// Everything in the file, in its order.
pub(super) fn scan(text: &str) -> Vec<Found> {
    let mut scanner = Scanner { text, at: 0, path: Vec::new(), found: Vec::new() };
    scanner.map();
    scanner.found
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    path: Vec<String>,
    found: Vec<Found>,
}

impl Scanner<'_> {
    /// The inside of a map, up to its end or that of the file.
    fn map(&mut self) {
        loop {
            self.blank(&[',', ';']);
            match self.peek() {
                None => return,
                Some('}') => {
                    self.at += 1;
                    // At the top level a brace is stray, or closes the one that wraps the whole file.
                    if !self.path.is_empty() {
                        return;
                    }
                }
                Some('{') => self.at += 1,
                Some(']' | ')') => self.at += 1,
                Some(_) => self.setting(),
            }
        }
    }

    fn setting(&mut self) {
        let start = self.at;
        let name = self.word(&[':', '=', '{', '[']).0;
        self.blank(&[':', '=']);
        if name == "include" {
            let (text, at) = self.word(&[]);
            self.found.push(Found::Include { text, at: start..at.end });
            return;
        }
        self.path.push(name.to_ascii_lowercase());
        self.value();
        self.path.pop();
    }

    fn value(&mut self) {
        match self.peek() {
            Some('{') => {
                self.at += 1;
                self.found.push(Found::Map { path: self.path.clone(), inside: self.at });
                self.map();
            }
            Some('[') => self.array(),
            // A text over several lines.
            Some('(') => {
                self.at = self.text[self.at..].find(')').map_or(self.text.len(), |end| self.at + end + 1);
            }
            Some(_) => {
                let (text, at) = self.word(&[]);
                self.found.push(Found::Setting { path: self.path.clone(), text, at });
            }
            None => {}
        }
    }

    fn array(&mut self) {
        self.at += 1;
        loop {
            self.blank(&[',', ';']);
            match self.peek() {
                None => return,
                Some(']') => {
                    self.at += 1;
                    return;
                }
                Some(_) => {
                    // The elements are no settings of the map that holds the array.
                    self.path.push("[]".to_owned());
                    let before = self.at;
                    self.value();
                    self.path.pop();
                    // A stray sign that begins no value.
                    self.at = self
                        .at
                        .max(before + self.peek().filter(|_| self.at == before).map_or(0, char::len_utf8));
                }
            }
        }
    }

    /// A quoted text or a bare word, which ends at a blank or one of the ends, with its place.
    fn word(&mut self, ends: &[char]) -> (String, Range<usize>) {
        let start = self.at;
        if let Some(quote @ ('"' | '\'')) = self.peek() {
            let rest = &self.text[start + 1..];
            let mut escaped = false;
            let end = rest.find(|c| {
                let ends = c == quote && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let end = end.unwrap_or(rest.len());
            self.at = (start + end + 2).min(self.text.len());
            return (rest[..end].to_owned(), start..self.at);
        }
        let rest = &self.text[start..];
        let ends_word =
            |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '}' | ']') || ends.contains(&c);
        let length = rest.find(ends_word).unwrap_or(rest.len());
        // A sign that ends a word where one should begin is passed over, or nothing would ever move.
        let length = if length == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { length };
        self.at = start + length;
        (rest[..length].to_owned(), start..self.at)
    }

    /// Passes over blanks, comments and these signs.
    fn blank(&mut self, signs: &[char]) {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || signs.contains(&c));
            self.at = self.text.len() - trimmed.len();
            if !trimmed.starts_with('#') && !trimmed.starts_with("//") {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Vec<String> {
        let shown = |found| match found {
            Found::Setting { path, text: value, at } => {
                assert!(text[at].contains(&value));
                format!("{}={value}", path.join("."))
            }
            Found::Map { path, inside } => {
                assert_eq!(&text[inside - 1..inside], "{");
                format!("{}{{", path.join("."))
            }
            Found::Include { text, .. } => format!("include {text}"),
        };
        scan(text).into_iter().map(shown).collect()
    }

    #[test]
    fn every_way_to_write_it() {
        let check = |text: &str, expected: &[&str]| assert_eq!(settings(text), expected, "{text}");
        check("port: 4222", &["port=4222"]);
        check("port=4222 # mine\nhost = \"0.0.0.0\"", &["port=4222", "host=0.0.0.0"]);
        check("listen 0.0.0.0:4222; http: 8222", &["listen=0.0.0.0:4222", "http=8222"]);
        check(
            "jetstream { store_dir: '/data', max_mem: 1G }",
            &["jetstream{", "jetstream.store_dir=/data", "jetstream.max_mem=1G"],
        );
        check("cluster: {\n // c\n Port: 6222 }\nport: 1", &["cluster{", "cluster.port=6222", "port=1"]);
        check(
            "leaf { remotes = [ {url: nats://x:7422} ] port: 7 }",
            &["leaf{", "leaf.remotes.[]{", "leaf.remotes.[].url=nats://x:7422", "leaf.port=7"],
        );
        check("a: [\"x\", y]\nb: (\n x: 1\n)\nc: 2", &["a.[]=x", "a.[]=y", "c=2"]);
        check("include ./auth.conf\nport: 1", &["include ./auth.conf", "port=1"]);
        check("{ \"port\": 4222, \"jetstream\": true }", &["port=4222", "jetstream=true"]);
        check("p: \"a\\\"b\" q: 1", &["p=a\\\"b", "q=1"]);
    }

    #[test]
    fn nonsense_ends() {
        for text in
            ["", "}", "]", "a: [", "a: {", "\"", "a: [:]", "a: )", "{{{", "a", "a: 'b", "[ = ] }", "é: [ü}"]
        {
            scan(text);
        }
    }
}

//! Splitting a command line into words, as compose does: quotes and backslashes, and nothing else of a shell.

/// A command line in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// The words.
    pub(super) words: Vec<String>,
    /// The shell operator at which compose stops reading, if the line has one outside quotes.
    pub(super) cut_at: Option<char>,
}

/// Splits a line. `None` when a quote is never closed or a backslash ends the line.
pub(super) fn split(line: &str) -> Option<Words> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut in_word = false;
    let mut quote = None;
    let mut chars = line.chars();
    let mut cut_at = None;
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\'', Some('\'')) | ('"', Some('"')) => quote = None,
            (_, Some('\'')) => word.push(c),
            ('\\', _) => {
                word.push(chars.next()?);
                in_word = true;
            }
            (_, Some(_)) => word.push(c),
            ('\'' | '"', None) => {
                quote = Some(c);
                in_word = true;
            }
            (';' | '&' | '|' | '<' | '>', None) => {
                cut_at = Some(c);
                break;
            }
            (_, None) if c.is_whitespace() => {
                if in_word {
                    words.push(std::mem::take(&mut word));
                }
                in_word = false;
            }
            (_, None) => {
                word.push(c);
                in_word = true;
            }
        }
    }
    if quote.is_some() {
        return None;
    }
    if in_word {
        words.push(word);
    }
    Some(Words { words, cut_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let check = |line: &str, words: &[&str], cut_at: Option<char>| {
            let words = words.iter().map(ToString::to_string).collect();
            assert_eq!(split(line), Some(Words { words, cut_at }), "{line}");
        };
        check("redis-server --port 6380", &["redis-server", "--port", "6380"], None);
        check("  a\n  b\t", &["a", "b"], None);
        check("sh -c 'echo \"$A\" \\n'", &["sh", "-c", "echo \"$A\" \\n"], None);
        check("a \"b \\\"c\\\" ' d\" e\\ f", &["a", "b \"c\" ' d", "e f"], None);
        check("--save ''", &["--save", ""], None);
        check("a'b'\"c\"", &["abc"], None);
        check("", &[], None);
        check("migrate && serve", &["migrate"], Some('&'));
        check("sh -c 'migrate && serve'", &["sh", "-c", "migrate && serve"], None);
        check("echo hi > file", &["echo", "hi"], Some('>'));
    }

    #[test]
    fn lines_that_do_not_end() {
        for line in ["a 'b", "a \"b", "a \\"] {
            assert_eq!(split(line), None, "{line}");
        }
    }
}

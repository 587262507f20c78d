//! A text of shell commands as simple commands of words.

use crate::source::count;

/// Every simple command with the line it begins in. A command whose quotes do not close is left out.
pub(super) fn commands(text: &str) -> Vec<(u32, Vec<String>)> {
    logical_lines(text)
        .into_iter()
        .flat_map(|(number, line)| {
            let parts = split(&line).into_iter().filter_map(|part| shlex::split(&part));
            parts.map(move |words| (number, command(words))).collect::<Vec<_>>()
        })
        .filter(|(_, words)| !words.is_empty())
        .collect()
}

/// Whether a command changes the folder of what follows.
pub(super) fn changes_folder(words: &[String]) -> bool {
    words.first().is_some_and(|word| matches!(word.trim_start_matches('('), "cd" | "pushd" | "popd"))
}

/// Lines joined where they end in `\`.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let (mut lines, mut open): (Vec<(u32, String)>, bool) = (Vec::new(), false);
    for (index, line) in text.lines().enumerate() {
        let (line, continues) = match line.trim_end().strip_suffix('\\') {
            Some(line) => (line, true),
            None => (line, false),
        };
        match lines.last_mut() {
            Some((_, last)) if open => {
                last.push(' ');
                last.push_str(line);
            }
            _ => lines.push((count(index + 1), line.to_owned())),
        }
        open = continues;
    }
    lines
}

/// A line split at `;`, `&` and `|` outside of quotes.
fn split(line: &str) -> Vec<String> {
    let (mut parts, mut quote) = (vec![String::new()], None);
    let mut escaped = false;
    for character in line.chars() {
        match (quote, character) {
            _ if escaped => {}
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, ';' | '&' | '|') => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        escaped = !escaped && character == '\\' && quote != Some('\'');
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts
}

/// The words of a command without what stands before its name: makefile signs, assignments, `sudo`, keywords.
fn command(words: Vec<String>) -> Vec<String> {
    let before = |word: &String| {
        let assigned = word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        assigned
            || matches!(
                word.as_str(),
                "sudo" | "time" | "exec" | "if" | "then" | "else" | "do" | "!" | "@" | "-" | "{"
            )
    };
    let mut words: Vec<String> = words.into_iter().skip_while(before).collect();
    if let Some(name) = words.first_mut() {
        *name = name.trim_start_matches(['@', '-', '+']).to_owned();
    }
    words
}

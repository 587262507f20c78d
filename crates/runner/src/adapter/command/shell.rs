//! Whether a command line needs a shell, and what is run then.

use std::collections::BTreeMap;

use crate::words::split_assignments;

/// What to run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The program, looked up on the `PATH`.
    pub(super) program: String,
    /// Its arguments.
    pub(super) arguments: Vec<String>,
    /// Variables that the line sets.
    pub(super) variables: BTreeMap<String, String>,
}

/// Words that only a shell understands.
const OPERATORS: [&str; 12] = ["&&", "||", "|", ";", "&", ">", ">>", "<", "2>", "2>&1", "(", ")"];

/// What to run for a command's words and the arguments of this call. None when there are no words.
///
/// A line with shell syntax goes to `sh -c`, where variables are expanded; in any other line every word is taken
/// as it is. Arguments of the call are never looked at by a shell.
pub(super) fn line(command: &[String], arguments: &[String]) -> Option<Line> {
    if command.iter().any(|word| needs_shell(word)) {
        let text: Vec<String> = command.iter().map(|word| shell_word(word)).collect();
        let mut line = vec!["-c".to_owned(), format!("{} \"$@\"", text.join(" ")), "sh".to_owned()];
        if arguments.is_empty() {
            line = vec!["-c".to_owned(), text.join(" ")];
        }
        line.extend(arguments.iter().cloned());
        return Some(Line { program: "sh".to_owned(), arguments: line, variables: BTreeMap::new() });
    }
    let (variables, words) = split_assignments(command);
    let (program, rest) = words.split_first()?;
    Some(Line {
        program: program.clone(),
        arguments: rest.iter().chain(arguments).cloned().collect(),
        variables,
    })
}

fn needs_shell(word: &str) -> bool {
    OPERATORS.contains(&word)
        || word.ends_with(';')
        || word.contains('`')
        || word.match_indices('$').any(|(at, _)| {
            word[at + 1..]
                .starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '_' | '{' | '(' | '?'))
        })
}

/// A word as it has to be written for the shell to see the same word, with its variables expanded.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+./:=@%,$*?{}~^!".contains(c);
    if OPERATORS.contains(&word) || word.ends_with(';') || (!word.is_empty() && word.chars().all(plain)) {
        return word.to_owned();
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shell_syntax_gets_a_shell() {
        let check = |words: &[&str], arguments: &[&str], expected: &[&str]| {
            let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
            let line = line(&own(words), &own(arguments)).unwrap();
            let mut all = vec![line.program];
            all.extend(line.arguments);
            assert_eq!(all, expected);
        };
        check(&["go", "test", "./..."], &["-v"], &["go", "test", "./...", "-v"]);
        check(&["A=1", "make", "a b"], &[], &["make", "a b"]);
        check(&["echo", "100$"], &[], &["echo", "100$"]);
        check(&["make", "&&", "echo", "a b"], &[], &["sh", "-c", "make && echo \"a b\""]);
        check(&["echo", "$HOME/x y"], &["a"], &["sh", "-c", "echo \"$HOME/x y\" \"$@\"", "sh", "a"]);
    }
}

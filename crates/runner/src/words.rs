//! What a suite's command line says, word by word.

use std::collections::BTreeMap;

/// Takes the leading `NAME=value` words off a command line, as a shell would.
pub(crate) fn split_assignments(words: &[String]) -> (BTreeMap<String, String>, &[String]) {
    let count = words.iter().take_while(|word| assignment(word).is_some()).count();
    let variables = words[..count].iter().filter_map(|word| assignment(word));
    (variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), &words[count..])
}

fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let mut letters = name.chars();
    let first = letters.next()?;
    let fits = (first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    fits.then_some((name, value))
}

/// The last part of a program's path.
pub(crate) fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_assignments_are_variables() {
        let check = |line: &str, variables: &[(&str, &str)], rest: &[&str]| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let (found, left) = split_assignments(&words);
            let found: Vec<(&str, &str)> =
                found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(found, variables, "{line}");
            assert_eq!(left, rest, "{line}");
        };
        check("pytest -k a=b", &[], &["pytest", "-k", "a=b"]);
        check("A=1 B_2= pytest", &[("A", "1"), ("B_2", "")], &["pytest"]);
        check("2A=1 pytest", &[], &["2A=1", "pytest"]);
    }
}

//! Patterns of files and names, as Python's `fnmatch` and pytest read them.

/// Whether a text matches a pattern of the shell as a whole. `*` matches slashes too, as in `fnmatch`.
pub(crate) fn fnmatch(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut next) = (0, 0);
    // Where the last star stands, and what it has taken: only the last one ever needs to take more.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        if pattern.get(next) == Some(&'*') {
            star = Some((next, at));
            next += 1;
        } else if let Some(after) = one(&pattern, next, text[at]) {
            at += 1;
            next = after;
        } else if let Some((place, taken)) = star {
            star = Some((place, taken + 1));
            (at, next) = (taken + 1, place + 1);
        } else {
            return false;
        }
    }
    pattern[next..].iter().all(|sign| *sign == '*')
}

/// The position behind the sign of a pattern that matches one character.
fn one(pattern: &[char], at: usize, found: char) -> Option<usize> {
    match *pattern.get(at)? {
        '?' => Some(at + 1),
        '[' => match set(pattern, at) {
            Some((members, end)) => {
                let (negated, members) = match members {
                    ['!', rest @ ..] => (true, rest),
                    members => (false, members),
                };
                (holds(members, found) != negated).then_some(end)
            }
            None => (found == '[').then_some(at + 1),
        },
        sign => (sign == found).then_some(at + 1),
    }
}

/// The members of a set in brackets and where it ends; nothing for a bracket that is never closed.
fn set(pattern: &[char], at: usize) -> Option<(&[char], usize)> {
    let mut end = at + 1;
    end += usize::from(pattern.get(end) == Some(&'!'));
    // A bracket right at the start is a member.
    end += usize::from(pattern.get(end) == Some(&']'));
    let length = pattern.get(end..)?.iter().position(|sign| *sign == ']')?;
    Some((&pattern[at + 1..end + length], end + length + 1))
}

fn holds(members: &[char], found: char) -> bool {
    let mut rest = members;
    loop {
        match rest {
            [first, '-', last, more @ ..] => {
                if (*first..=*last).contains(&found) {
                    return true;
                }
                rest = more;
            }
            [first, more @ ..] => {
                if *first == found {
                    return true;
                }
                rest = more;
            }
            [] => return false,
        }
    }
}

/// Whether a path matches a pattern of pytest: by its name where the pattern has no slash. `path` is relative to the root.
pub(crate) fn path_matches(path: &str, pattern: &str) -> bool {
    if pattern.contains('/') {
        fnmatch(path, pattern) || fnmatch(path, &format!("*/{pattern}"))
    } else {
        fnmatch(path.rsplit('/').next().unwrap_or(path), pattern)
    }
}

/// Whether a name is that of a test: `python_classes` and `python_functions` hold beginnings and patterns.
pub(crate) fn name_matches(name: &str, wanted: &[String]) -> bool {
    wanted
        .iter()
        .any(|one| name.starts_with(one.as_str()) || (one.contains(['*', '?', '[']) && fnmatch(name, one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_pythons_do() {
        let check = |pattern: &str, yes: &[&str], no: &[&str]| {
            yes.iter().for_each(|text| assert!(fnmatch(text, pattern), "{pattern} {text}"));
            no.iter().for_each(|text| assert!(!fnmatch(text, pattern), "{pattern} {text}"));
        };
        check("test_*.py", &["test_a.py", "test_.py"], &["atest_a.py", "test_a.pyc"]);
        check("*_test.py", &["a_test.py", "_test.py", "a/b_test.py"], &["a_test.py.x"]);
        check("*", &["", "a/b"], &[]);
        check("a?c", &["abc"], &["ac", "abbc"]);
        check("[a-c]x", &["ax", "cx"], &["dx", "x"]);
        check("[!a]x", &["bx"], &["ax"]);
        check("[]a]x", &["]x", "ax"], &["bx"]);
        check("[x", &["[x"], &["x"]);
        check("*a*b", &["xaxab", "ab"], &["aba"]);
    }

    #[test]
    fn paths_match_by_name_or_by_end() {
        assert!(path_matches("a/test_b.py", "test_*.py"));
        assert!(path_matches("x/a/test_b.py", "a/test_*.py"));
        assert!(!path_matches("b/test_b.py", "a/*.py"));
        assert!(
            name_matches("TestA", &["Test".to_owned()]) && name_matches("ASuite", &["*Suite".to_owned()])
        );
        assert!(!name_matches("ATest", &["Test".to_owned()]));
    }
}

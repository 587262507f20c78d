//! Names for files that stand for tests and suites.

/// A file name made of a test's or suite's name: letters, digits, `.`, `-` and `_` stay, everything else becomes `-`.
/// At most 80 characters, of which the last ones count most: they name the test within its file.
pub(crate) fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    let name: String = name.chars().map(plain).collect();
    let name = name.get(name.len().saturating_sub(80)..).unwrap_or_default().trim_matches(['-', '.']);
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_file_names() {
        for (name, expected) in [
            ("unit", "unit"),
            ("tests/test_a.py::test_b[x y]", "tests-test_a.py--test_b-x-y"),
            ("../../etc", "etc"),
            ("é", "unnamed"),
            ("", "unnamed"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
        assert_eq!(slug(&format!("{}end", "x".repeat(200))).len(), 80);
    }
}

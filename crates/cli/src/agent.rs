//! Whether a coding agent reads what is printed, by the variables that agents set for the commands they start.

use std::collections::BTreeMap;

/// Any of them will do. Sources: the agents' own documentation of their shells' environment.
const MARKS: [&str; 5] = ["AI_AGENT", "CLAUDECODE", "CURSOR_AGENT", "CODEX_SANDBOX", "GEMINI_CLI"];

/// Whether an agent reads.
pub(crate) fn reads(variables: &BTreeMap<String, String>) -> bool {
    let says_no = |value: &str| matches!(value, "" | "0" | "false");
    MARKS.iter().any(|name| variables.get(*name).is_some_and(|value| !says_no(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_told_by_their_variables() {
        let check = |name: &str, value: &str, expected| {
            let variables = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            assert_eq!(reads(&variables), expected, "{name}={value}");
        };
        MARKS.iter().for_each(|name| check(name, "1", true));
        check("AI_AGENT", "any-name", true);
        check("CODEX_SANDBOX", "seatbelt", true);
        check("CLAUDECODE", "", false);
        check("CLAUDECODE", "0", false);
        check("CI", "1", false);
    }
}

//! The manual of all rules, as `docs/rules.md` holds it.

use std::fmt::Write;

use crate::rule::Rule;
use crate::{rules, told};

/// The families by their letters, each with what its rules look at.
const FAMILIES: [(&str, &str); 9] = [
    ("CX", "Build contexts"),
    ("DF", "Dockerfiles"),
    ("DI", "Ignore files of build contexts"),
    ("CM", "Compose files"),
    ("SH", "Shell scripts"),
    ("PY", "pytest's configuration"),
    ("XA", "Names that one file gives to another"),
    ("HR", "The machine"),
    ("CK", "Suppressions"),
];

/// The manual in Markdown: every rule with its page, then the codes that the readers of files use.
pub fn manual() -> String {
    let mut text = String::from(
        "# Rules\n\n\
         What `testyard check` says, code by code. `testyard check --explain CODE` shows one page. This file is made by\n\
         `cargo xtask docs` from the rules' own sources.\n\n\
         A finding is allowed where it stands by a comment on its line or on the line above:\n\
         `# testyard: allow CODE because …`. `[check]` in `testyard.toml` selects codes, ignores them and weighs them\n\
         differently.\n",
    );
    for (letters, what) in FAMILIES {
        let family: Vec<&Rule> = rules::all().filter(|rule| rule.family() == letters).collect();
        if !family.is_empty() {
            let _ = write!(text, "\n## {what} ({letters})\n");
        }
        for rule in family {
            let (code, title, severity) = (rule.code, rule.title, rule.severity.word());
            let _ = write!(text, "\n### {code}: {title}\n\nSeverity: {severity}.\n\n{}\n", rule.page());
        }
    }
    text.push_str("\n## What the readers of files say\n\n| code | meaning |\n| --- | --- |\n");
    for (code, meaning) in told() {
        let _ = writeln!(text, "| {code} | {meaning} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_in_the_manual() {
        let text = manual();
        for rule in rules::all() {
            assert!(
                text.contains(&format!("### {}: ", rule.code)),
                "{} has a family without a name",
                rule.code
            );
        }
    }
}

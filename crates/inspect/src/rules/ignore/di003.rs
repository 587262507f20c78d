//! A comment behind a pattern is part of the pattern
//!
//! Ignore files have no comments behind patterns, and a `#` counts only as the very first character of a line. `logs # old` is the name of
//! one file called so, and `logs` is sent.
//!
//! Fires:
//! ```text
//! node_modules # dependencies
//! ```
//! Fine:
//! ```text
//! # dependencies
//! node_modules
//! ```
//! To fix it, move the comment to a line of its own, without spaces before it.
//!
//! Source: Docker's documentation of `.dockerignore`; moby/patternmatcher's `ignorefile`.

use super::files;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule =
    rule!("TY-DI003", "a comment behind a pattern is part of the pattern", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for applied in files::all(scene) {
        for line in &applied.file.lines {
            let Some((pattern, _)) = line.written.split_once('#') else { continue };
            // `a#b` is a name; only behind a space does it look like a comment.
            if pattern.is_empty() || pattern.ends_with([' ', '\t']) {
                let matched = if pattern.trim().is_empty() { "a comment" } else { pattern.trim() };
                let message = format!(
                    "`{}` is one pattern: `#` begins a comment only at the start of a line",
                    line.written
                );
                found
                    .at(applied.place(line.number), message)
                    .help(format!("put the comment on a line of its own, before `{matched}`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::fixture::{fires, holds};

    #[test]
    fn comments_behind_patterns_are_found() {
        let found = fires(RULE, &[(".dockerignore", "# fine\nlogs # old\n  # also\na#b\n")]);
        assert_eq!(found.iter().map(|one| one.place.line).collect::<Vec<_>>(), [2, 3]);
        holds(RULE, &[(".dockerignore", "# a # b\nlogs\na#b\n#c\n")]);
    }
}

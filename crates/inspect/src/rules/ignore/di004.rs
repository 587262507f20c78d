//! A line of an ignore file that Docker refuses
//!
//! A `!` with nothing behind it, and a `[` or `\` without its end, stop the build before its first step.
//!
//! Fires:
//! ```text
//! [a-z.log
//! ```
//! Fine:
//! ```text
//! [a-z].log
//! ```
//! To fix it, close the bracket, write `\[` for a bracket itself, or take the line out.
//!
//! Source: Go's `filepath.Match`, by which Docker checks every pattern.

use testyard_model::Severity;
use testyard_project::dockerignore::ProblemKind;

use super::files;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule = rule!("TY-DI004", "a line of an ignore file that Docker refuses", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for applied in files::all(scene) {
        let weight = if applied.is_certain() { Severity::Error } else { Severity::Warning };
        for problem in &applied.file.problems {
            let (what, help) = match problem.kind {
                ProblemKind::LoneNegation => {
                    ("there is nothing behind the `!`", "name what is to be included again")
                }
                ProblemKind::BadPattern => (
                    "a bracket or backslash has no end",
                    "close the bracket, or write `\\[` for a bracket itself",
                ),
            };
            let message = format!("Docker refuses `{}`: {what}", problem.written);
            found.at(applied.place(problem.number), message).severity(weight).help(help);
        }
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use super::RULE;
    use crate::fixture::{fires, holds};

    #[test]
    fn lines_that_stop_the_build_are_found() {
        let files = [
            ("Dockerfile", "FROM x"),
            ("compose.yaml", "services: {a: {build: .}}"),
            (".dockerignore", "a\n!\n[b\n"),
        ];
        let found = fires(RULE, &files);
        assert_eq!(
            found.iter().map(|one| (one.place.line, one.severity)).collect::<Vec<_>>(),
            [(2, Severity::Error), (3, Severity::Error),]
        );
        assert_eq!(fires(RULE, &files[2..])[0].severity, Severity::Warning);
        holds(RULE, &[(".dockerignore", "a\n!b\n[cd]\n\\[e\n")]);
    }
}

//! A wildcard matches nothing
//!
//! The build goes on and copies nothing, which is legal and sometimes meant: `COPY poetry.lock* ./` takes a file that may
//! be there, and so does `COPY wallet.ss[o] ./`. So this is a note, and only when the whole instruction copies nothing. When files match but an ignore file leaves all of
//! them out, it is a warning.
//!
//! Fires, without any `.conf` in `etc`:
//! ```dockerfile
//! COPY etc/*.conf /etc/
//! ```
//! Fine: `COPY pyproject.toml poetry.lock* ./` with `pyproject.toml` alone.
//!
//! To fix it, correct the pattern. Wildcards are Go's: there is no `**`, and `[!a]` does not negate.
//!
//! Source: Go's `filepath.Match`; BuildKit allows empty wildcards.

use testyard_model::Severity;

use super::told;
use crate::context::{Judged, Outcome, Source};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule = rule!("TY-CX004", "a wildcard matches nothing", Note, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (judged, source) in told::sources(scene) {
        let build = &judged.build;
        match &source.outcome {
            Outcome::NoMatch if copies_nothing(judged, source) && !is_optional(&source.written) => {
                let message =
                    format!("`{}` matches nothing in the context `{}`", source.written, told::context(build));
                found.at(&source.place, message).basis(build.basis.words());
            }
            Outcome::AllIgnored(path, line) => {
                let message = format!(
                    "`{}` matches only what the ignore file leaves out, such as `{path}` by line {} (`{}`)",
                    source.written, line.number, line.written
                );
                let help = format!("add a line `!{path}` behind it, or take the source out");
                found
                    .at(&source.place, message)
                    .severity(Severity::Warning)
                    .help(help)
                    .basis(build.basis.words());
            }
            _ => {}
        }
    }
}

/// Whether every source of the instruction is a wildcard without a match.
fn copies_nothing(judged: &Judged, source: &Source) -> bool {
    let mut beside = judged.sources.iter().filter(|other| other.instruction == source.instruction);
    beside.all(|other| matches!(other.outcome, Outcome::NoMatch))
}

/// Whether a pattern can only match one name, as `wallet.ss[o]`: written so because the file may be missing.
fn is_optional(pattern: &str) -> bool {
    let single =
        pattern.as_bytes().windows(3).any(|three| three[0] == b'[' && three[1] != b'^' && three[2] == b']');
    single && !pattern.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use super::RULE;
    use crate::fixture::{fires, holds};

    #[test]
    fn an_instruction_that_copies_nothing_is_noted() {
        let found = fires(RULE, &[("Dockerfile", "FROM x\nCOPY *.conf *.ini /d/\n")]);
        assert_eq!((found.len(), found[0].severity), (2, Severity::Note));
        holds(RULE, &[("Dockerfile", "FROM x\nCOPY a.toml b.lock* /d/\n"), ("a.toml", "")]);
        holds(RULE, &[("Dockerfile", "FROM x\nCOPY *.conf /d/\n"), ("a.conf", "")]);
        holds(RULE, &[("Dockerfile", "FROM x\nCOPY wallet.ss[o] /d/\n")]);
    }

    #[test]
    fn matches_that_are_left_out_are_a_warning() {
        let file = ("Dockerfile", "FROM x\nCOPY *.conf /d/\n");
        let found = fires(RULE, &[file, ("a.conf", ""), (".dockerignore", "*.conf")]);
        assert_eq!(found[0].severity, Severity::Warning);
        holds(RULE, &[file, ("a.conf", ""), ("b.conf", ""), (".dockerignore", "a.conf")]);
    }
}

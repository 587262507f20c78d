//! A source is left out of the context by an ignore file
//!
//! The file is there, but a line of the ignore file keeps it out of what the build sees. The build stops as if it
//! did not exist, and its message does not mention the ignore file.
//!
//! Fires, with `*.txt` in `.dockerignore`:
//! ```dockerfile
//! COPY requirements.txt .
//! ```
//! Fine, with `*.txt` and then `!requirements.txt`.
//!
//! To fix it, add a line with `!` and the source behind the one that is named, or take that one out.
//!
//! Source: Docker's documentation of `.dockerignore`; the matching is moby/patternmatcher's.

use super::told;
use crate::context::{Context, Outcome};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule =
    rule!("TY-CX002", "a source is left out of the context by an ignore file", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (judged, source) in told::sources(scene) {
        let (Outcome::Ignored(line), Some(inside)) = (&source.outcome, &source.inside) else { continue };
        let build = &judged.build;
        let context = Context::new(scene, &build.folder, &build.dockerfile);
        let message = format!(
            "`{}` reads `{inside}`, which line {} of `{}` (`{}`) leaves out of the context",
            source.keyword,
            line.number,
            context.ignore_path().unwrap_or_default(),
            line.written
        );
        found
            .at(&source.place, message)
            .severity(told::certain(build))
            .help(format!("add a line `!{inside}` behind it"))
            .basis(build.basis.words());
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use super::RULE;
    use crate::fixture::{fires, holds};

    const COMPOSE: (&str, &str) = ("compose.yaml", "services: {a: {build: .}}");
    const FILE: (&str, &str) = ("Dockerfile", "FROM x\nCOPY a.txt src /d/\n");

    #[test]
    fn the_line_that_leaves_a_source_out_is_named() {
        let files = [COMPOSE, FILE, ("a.txt", ""), ("src/b", ""), (".dockerignore", "# all\n*.txt\n")];
        let found = fires(RULE, &files);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("line 2 of `.dockerignore` (`*.txt`)"), "{}", found[0].message);
        assert_eq!(found[0].severity, Severity::Error);
        assert_eq!(fires(RULE, &files[1..])[0].severity, Severity::Warning);
    }

    #[test]
    fn what_is_included_again_is_there() {
        holds(RULE, &[COMPOSE, FILE, ("a.txt", ""), ("src/b", ""), (".dockerignore", "*\n!a.txt\n!src/b\n")]);
        let own = [("Dockerfile.dockerignore", ""), (".dockerignore", "*")];
        holds(RULE, &[COMPOSE, FILE, ("a.txt", ""), ("src/b", ""), own[0], own[1]]);
    }
}

//! A source leads out of the build context
//!
//! A build sees nothing outside its context. BuildKit does not refuse `COPY ../shared .`: it stops at the context's root and reads
//! `shared` there, which is missing, or is another file than was meant.
//!
//! Fires:
//! ```dockerfile
//! COPY ../shared /app/shared
//! ```
//! Fine: `COPY src/../shared /app/shared`, which stays inside.
//!
//! To fix it, make the common folder the context and name the Dockerfile: `context: ..`, `dockerfile: api/Dockerfile`; or hand
//! the other folder over as a named context.
//!
//! Source: Dockerfile reference, `COPY`: a leading `../` is removed.

use testyard_model::Severity;

use super::told;
use crate::context::Outcome;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule = rule!("TY-CX007", "a source leads out of the build context", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (judged, source) in told::sources(scene).into_iter().filter(|(_, source)| source.escapes) {
        let build = &judged.build;
        let Some(inside) = &source.inside else { continue };
        let (what, weight) = match &source.outcome {
            Outcome::Missing | Outcome::NoFolder(_, None) => {
                ("which is not there", told::absent(scene, build, inside))
            }
            Outcome::Found if inside.is_empty() => ("so that all of it is copied", Some(Severity::Warning)),
            Outcome::Found => ("which may be another file than is meant", Some(Severity::Warning)),
            _ => continue,
        };
        let Some(weight) = weight else { continue };
        let shown = if inside.is_empty() { "." } else { inside };
        let message = format!(
            "`{}` leads out of the context `{}`: the build reads `{shown}` in it, {what}",
            source.written,
            told::context(build)
        );
        found
            .at(&source.place, message)
            .severity(weight)
            .help("make a folder above both the context, and name the Dockerfile with `dockerfile:` or `-f`")
            .basis(build.basis.words());
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use super::RULE;
    use crate::fixture::{fires, holds};

    const COMPOSE: (&str, &str) = ("compose.yaml", "services: {a: {build: api}}");

    #[test]
    fn a_source_outside_is_found() {
        let file = ("api/Dockerfile", "FROM x\nCOPY ../shared /shared\n");
        let found = fires(RULE, &[COMPOSE, file, ("shared/a", "")]);
        assert_eq!(found[0].severity, Severity::Error);
        let found = fires(RULE, &[COMPOSE, file, ("shared/a", ""), ("api/shared/b", "")]);
        assert_eq!(found[0].severity, Severity::Warning);
    }

    #[test]
    fn dots_that_stay_inside_are_fine() {
        holds(
            RULE,
            &[COMPOSE, ("api/Dockerfile", "FROM x\nCOPY src/../shared /shared\n"), ("api/shared/a", "")],
        );
        holds(RULE, &[COMPOSE, ("api/Dockerfile", "FROM x AS b\nFROM x\nCOPY --from=b ../shared /shared\n")]);
    }
}

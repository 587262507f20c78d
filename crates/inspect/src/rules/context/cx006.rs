//! A variable without a value makes a source the whole context
//!
//! An unset variable expands to nothing. `COPY ${DIR} /app/` with an unset `DIR` is `COPY / /app/`: everything in the context
//! lands in the image, secrets included. The usual reason is an `ARG` before the first `FROM`: it holds in `FROM` lines only
//! and must be declared again in the stage.
//!
//! Fires:
//! ```dockerfile
//! ARG DIR=src
//! FROM python:3.12
//! COPY ${DIR} /app/
//! ```
//! Fine, with `ARG DIR` behind `FROM`. A variable that the base image or the caller may set is at most a note.
//!
//! To fix it, declare the variable in the stage, or give it a default: `${DIR:-src}`.
//!
//! Source: Dockerfile reference, "Understand how ARG and FROM interact".

use testyard_model::Severity;

use super::told;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule =
    rule!("TY-CX006", "a variable without a value makes a source the whole context", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (judged, source) in told::sources(scene).into_iter().filter(|(_, source)| source.everything_if_empty)
    {
        let name = source.hidden.as_ref().or_else(|| source.unset.first()).or_else(|| source.unknown.first());
        let Some(name) = name else { continue };
        let (message, weight, help) = if source.hidden.is_some() {
            (
                format!(
                    "`{name}` is declared before the first `FROM` only, so `{}` is the whole context",
                    source.written
                ),
                Severity::Warning,
                format!("write `ARG {name}` again in this stage"),
            )
        } else if source.unset.contains(name) {
            (
                format!("`{name}` has no value, so `{}` is the whole context", source.written),
                Severity::Warning,
                format!("give it a value or a default: `${{{name}:-.}}`"),
            )
        } else {
            (
                format!(
                    "unless the base image or the caller sets `{name}`, `{}` is the whole context",
                    source.written
                ),
                Severity::Note,
                format!("give it a default: `${{{name}:-.}}`"),
            )
        };
        found.at(&source.place, message).severity(weight).help(help).basis(judged.build.basis.words());
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use super::RULE;
    use crate::fixture::{fires, holds};

    #[test]
    fn an_empty_variable_that_copies_everything_is_found() {
        let weighs = |text: &str| fires(RULE, &[("Dockerfile", text)])[0].severity;
        assert_eq!(weighs("ARG DIR=src\nFROM x\nCOPY ${DIR} /app/\n"), Severity::Warning);
        assert_eq!(weighs("FROM scratch\nCOPY ${DIR}/ /app/\n"), Severity::Warning);
        assert_eq!(weighs("FROM x\nCOPY $DIR /app/\n"), Severity::Note);
    }

    #[test]
    fn a_variable_with_a_value_is_fine() {
        holds(RULE, &[("Dockerfile", "FROM x\nARG DIR\nCOPY ${DIR} /app/\n")]);
        holds(RULE, &[("Dockerfile", "ARG DIR=src\nFROM x\nARG DIR\nCOPY ${DIR} /app/\n"), ("src/a", "")]);
        holds(RULE, &[("Dockerfile", "FROM x\nCOPY ${DIR:-src} ${A}x.py . /app/\n"), ("src/a", "")]);
        holds(RULE, &[("Dockerfile", "FROM x\nCOPY . /app/\n")]);
    }
}

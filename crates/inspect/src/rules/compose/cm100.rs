//! A build context is not there.
//!
//! `build:` names a folder that does not exist. Docker stops before it builds anything: `unable to prepare context`.
//! Relative folders start from the folder of the first compose file, not from where the command is typed.
//!
//! Fires, when there is no folder `backend`:
//!
//! ```yaml
//! services:
//!   api:
//!     build: ./backend
//! ```
//!
//! Fine: the folder exists, or the context is an address.
//!
//! Help: correct the path. A folder that git ignores, or that belongs to a submodule, is a warning: something may make
//! it first. So is a context with a variable in it, and one of a service that also names an image to pull.
//!
//! Source: the order of work in compose-go and BuildKit.

use testyard_model::Severity;

use super::each::{self, Once};
use crate::missing::{Missing, elsewhere, varies};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM100", "a build context is not there", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for (set, service) in each::service(scene) {
        let Some(build) = service.build.as_ref().filter(|build| build.context.starts_with('/')) else {
            continue;
        };
        let place = service.place_of("build.context");
        let Some((path, missing)) = Missing::absolute(scene, build.context.as_ref()) else { continue };
        if !once.first(place, &path) {
            continue;
        }
        let unsure = service.image.is_some() || varies(scene, place);
        let severity = if unsure { Severity::Warning } else { Severity::Error };
        let help = match elsewhere(scene, &format!("{path}/Dockerfile")) {
            Some(other) => format!(
                "there is a Dockerfile at `{other}`; relative paths start from the compose file's folder"
            ),
            None => {
                "correct the path; relative ones start from the folder of the first compose file".to_owned()
            }
        };
        let message = format!("the service `{}` is built from `{path}`, which is not there", service.name);
        found
            .at(place, message)
            .severity(missing.severity(severity))
            .help(missing.help(help))
            .basis(set.basis());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    const COMPOSE: &str = "services:\n  api:\n    build: ./backend\n";

    #[test]
    fn a_missing_folder() {
        let found = fires(RULE, &[("compose.yaml", COMPOSE), ("back/Dockerfile", "FROM scratch\n")]);
        assert_eq!((found[0].place.line, found[0].severity), (3, Severity::Error));
        holds(RULE, &[("compose.yaml", COMPOSE), ("backend/Dockerfile", "FROM scratch\n")]);
        holds(RULE, &[("compose.yaml", "services: {a: {build: 'https://example.org/a.git'}}")]);
    }

    #[test]
    fn what_is_not_certain_is_a_warning() {
        for body in ["{build: ./x, image: a/b}", "{build: '${DIR:-x}'}"] {
            let found = fires(RULE, &[("compose.yaml", &format!("services: {{a: {body}}}"))]);
            assert_eq!(found[0].severity, Severity::Warning, "{body}");
        }
    }
}

//! A build target is no stage of its Dockerfile.
//!
//! `build.target` must be a stage of the Dockerfile, by its name or number. Otherwise the build fails: `target stage
//! "x" could not be found`.
//!
//! Fires, when the Dockerfile only has `FROM python:3.12 AS runtime`:
//!
//! ```yaml
//! services:
//!   api:
//!     build: {context: ., target: production}
//! ```
//!
//! Fine: `target: runtime`, in any case of letters.
//!
//! Help: name one of the stages. Targets with a variable, and Dockerfiles that cannot be read to their end, are passed
//! over.
//!
//! Source: BuildKit's Dockerfile frontend.

use super::each::{self, Once};
use super::health;
use crate::missing::varies;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;
use crate::target;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM102", "a build target is no stage", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for (set, service) in each::service(scene) {
        let Some(build) = &service.build else { continue };
        let Some(target) = &build.target else { continue };
        let place = service.place_of("build.target");
        let Some(file) = health::dockerfile(scene, build) else { continue };
        if varies(scene, place) || varies(scene, service.place_of("build.dockerfile")) {
            continue;
        }
        let Some(help) = target::missing(&file, target) else { continue };
        if once.first(place, target) {
            let message = format!(
                "the service `{}` builds the stage `{target}`, which its Dockerfile does not have",
                service.name
            );
            found.at(place, message).help(help).basis(set.basis());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    const DOCKERFILE: (&str, &str) = ("Dockerfile", "FROM a AS builder\nFROM b AS Runtime\n");

    #[test]
    fn a_target_that_is_no_stage() {
        let compose = |target: &str| format!("services: {{a: {{build: {{context: ., target: {target}}}}}}}");
        let found = fires(RULE, &[("compose.yaml", &compose("runtme")), DOCKERFILE]);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `Runtime`?"));
        for target in ["runtime", "BUILDER", "'0'", "\"${X:-none}\""] {
            holds(RULE, &[("compose.yaml", &compose(target)), DOCKERFILE]);
        }
    }
}

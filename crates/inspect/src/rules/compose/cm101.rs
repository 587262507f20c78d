//! A Dockerfile that a service names is not there.
//!
//! `build.dockerfile` (without it, `Dockerfile`) is looked for from the build context, not from the compose file. When
//! it is not there, the build fails at once: `failed to read dockerfile`.
//!
//! Fires, when there is `docker/Dockerfile` and no `backend/docker/Dockerfile`:
//!
//! ```yaml
//! services:
//!   api:
//!     build:
//!       context: backend
//!       dockerfile: docker/Dockerfile
//! ```
//!
//! Fine: `dockerfile: ../docker/Dockerfile`, or a Dockerfile inside the context.
//!
//! Help: name the file from the context. As with contexts, a file that git ignores, that belongs to a submodule, whose
//! name holds a variable, or whose service also names an image is a warning.
//!
//! Source: the order of work in compose-go and BuildKit.

use testyard_model::Severity;
use testyard_project::compose::service::InlineOrFile;

use super::each::{self, Once};
use crate::missing::{Missing, elsewhere, varies};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM101", "a Dockerfile is not there", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for (set, service) in each::service(scene) {
        let Some(build) = service.build.as_ref().filter(|build| build.context.starts_with('/')) else {
            continue;
        };
        let InlineOrFile::File(file) = &build.dockerfile else { continue };
        // A context that is not there is a finding of its own.
        let context_there = scene.relative(build.context.as_ref()).is_some_and(|path| scene.exists(&path));
        let place = service.place_of("build.dockerfile");
        let Some((path, missing)) = Missing::absolute(scene, file).filter(|_| context_there) else {
            continue;
        };
        if !once.first(place, &path) {
            continue;
        }
        let context_place = service.place_of("build.context");
        let unsure = service.image.is_some() || varies(scene, place) || varies(scene, context_place);
        let severity = if unsure { Severity::Warning } else { Severity::Error };
        let help = match elsewhere(scene, &path) {
            Some(other) => {
                format!("there is one at `{other}`; `dockerfile` is looked for from the build context")
            }
            None => "correct `dockerfile`, which is looked for from the build context".to_owned(),
        };
        let message = format!("the service `{}` is built by `{path}`, which is not there", service.name);
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

    fn compose(dockerfile: &str) -> String {
        format!("services:\n  api:\n    build:\n      context: backend\n      dockerfile: {dockerfile}\n")
    }

    #[test]
    fn a_missing_dockerfile() {
        let others = [("docker/Dockerfile", "FROM scratch\n"), ("backend/main.py", "")];
        let (wrong, right) = (compose("docker/Dockerfile"), compose("../docker/Dockerfile"));
        let found = fires(RULE, &[("compose.yaml", wrong.as_str()), others[0], others[1]]);
        assert_eq!((found[0].place.line, found[0].severity), (5, Severity::Error));
        assert!(found[0].help.as_ref().is_some_and(|help| help.contains("`docker/Dockerfile`")));
        holds(RULE, &[("compose.yaml", right.as_str()), others[0], others[1]]);
    }

    #[test]
    fn other_ways_to_build() {
        holds(RULE, &[("compose.yaml", "services: {a: {build: {dockerfile_inline: FROM x}}}")]);
        holds(RULE, &[("compose.yaml", "services: {a: {build: 'https://example.org/a.git'}}")]);
        holds(RULE, &[("compose.yaml", "services: {a: {build: ./gone}}")]);
        fires(RULE, &[("compose.yaml", "services: {a: {build: .}}")]);
    }
}

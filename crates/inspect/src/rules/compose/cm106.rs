//! Two services have one container name.
//!
//! Names of containers are unique on a machine. The second service does not start: `the container name is already in
//! use`.
//!
//! Fires:
//!
//! ```yaml
//! services:
//!   a: {image: nginx:1.27, container_name: web}
//!   b: {image: nginx:1.27, container_name: web}
//! ```
//!
//! Fine: different names, or services whose profiles are never active at the same time.
//!
//! Help: better no `container_name` at all: services reach each other by their own names. When only a profile brings
//! both together, the finding is a warning.
//!
//! Source: the reference of `container_name`.

use testyard_model::Severity;

use super::each::{Once, Together, pairs, together};
use crate::missing::varies;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM106", "two services have one container name", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for set in scene.compose() {
        for (a, b) in pairs(set) {
            let Some(name) =
                a.container_name.as_ref().filter(|name| b.container_name.as_ref() == Some(*name))
            else {
                continue;
            };
            let (first, place) = (a.place_of("container_name"), b.place_of("container_name"));
            let (when, sure) = match together(a, b) {
                Together::Always => (String::new(), !varies(scene, place) && !varies(scene, first)),
                Together::With(profile) => (format!(" with the profile `{profile}`"), false),
                Together::Hardly => continue,
            };
            if once.first(place, &a.name) {
                let message =
                    format!("`{}` and `{}` both name their container `{name}`{when}", a.name, b.name);
                let severity = if sure { Severity::Error } else { Severity::Warning };
                let help = "remove `container_name`: services reach each other by their own names";
                found.at(place, message).severity(severity).help(help).basis(set.basis());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    #[test]
    fn one_name_for_two() {
        let compose =
            |b: &str| format!("services:\n  a: {{image: x, container_name: n}}\n  b: {{image: x, {b}}}\n");
        let found = fires(RULE, &[("compose.yaml", &compose("container_name: n"))]);
        assert_eq!((found.len(), found[0].place.line, found[0].severity), (1, 3, Severity::Error));
        let found = fires(RULE, &[("compose.yaml", &compose("container_name: n, profiles: [p]"))]);
        assert_eq!(found[0].severity, Severity::Warning);
        holds(RULE, &[("compose.yaml", &compose("container_name: m"))]);
        holds(RULE, &[("compose.yaml", &compose("init: true"))]);
    }
}

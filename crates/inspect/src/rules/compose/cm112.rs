//! A service waits for the end of one that is started again whenever it ends.
//!
//! `condition: service_completed_successfully` waits until the other service has ended. With `restart: always` or
//! `unless-stopped` it is started again each time, and what waits for it may wait for ever.
//!
//! Fires:
//!
//! ```yaml
//! services:
//!   api: {image: example/api:1, depends_on: {migrate: {condition: service_completed_successfully}}}
//!   migrate: {image: example/api:1, command: migrate, restart: always}
//! ```
//!
//! Fine: no `restart`, `restart: "no"`, or `restart: on-failure`.
//!
//! Help: remove `restart` from the service that is to end.
//!
//! Source: the reference of restart policies and of `depends_on`.

use testyard_model::plan::Condition;

use super::each::{self, Once};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-CM112", "a service waits for the end of one that never ends", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for (set, service) in each::service(scene) {
        let waits =
            service.depends_on.iter().filter(|one| one.condition == Condition::ServiceCompletedSuccessfully);
        for dependency in waits {
            let Some(other) = set.project.service(&dependency.service) else { continue };
            let restart =
                other.restart.as_deref().filter(|restart| ["always", "unless-stopped"].contains(restart));
            let Some(restart) = restart.filter(|_| once.first(&dependency.place, &other.name)) else {
                continue;
            };
            let message = format!(
                "the service `{}` waits for `{}` to end, which is started again each time by `restart: {restart}`",
                service.name, other.name
            );
            let help = format!("remove `restart` at {}", other.place_of("restart"));
            found.at(&dependency.place, message).help(help).basis(set.basis());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    #[test]
    fn an_end_that_never_comes() {
        let compose = |condition: &str, restart: &str| {
            let a = format!("{{image: x, depends_on: {{b: {{condition: {condition}}}}}}}");
            format!("services:\n  a: {a}\n  b: {{image: x, restart: {restart}}}\n")
        };
        let ends = "service_completed_successfully";
        fires(RULE, &[("compose.yaml", &compose(ends, "always"))]);
        fires(RULE, &[("compose.yaml", &compose(ends, "unless-stopped"))]);
        holds(RULE, &[("compose.yaml", &compose(ends, "on-failure:3"))]);
        holds(RULE, &[("compose.yaml", &compose(ends, "'no'"))]);
        holds(RULE, &[("compose.yaml", &compose("service_started", "always"))]);
    }
}

//! With a profile, the services do not fit together.
//!
//! The compose reader holds only active services to what must be true between services, as Docker does. What is wrong in
//! a profile shows on the day that somebody activates it: a dependency that is not defined, a circle, a needed service
//! that belongs to another profile.
//!
//! Fires, for the profile `debug`:
//!
//! ```yaml
//! services:
//!   a: {image: example/a:1}
//!   b: {image: example/b:1, profiles: [debug], depends_on: [c]}
//! ```
//!
//! Fine: what the services of a profile need is defined, and belongs to that profile or to none.
//!
//! Help: each finding has the help of what is wrong. That a service needs one of another profile is only a note: the two
//! profiles may be meant to be used together.
//!
//! Source: compose-go's checks of a project.

use std::collections::BTreeSet;

use testyard_model::{Finding, Severity};
use testyard_project::compose::codes;

use super::each::Once;
use crate::rule::{Rule, rule};
use crate::scene::{ComposeSet, Scene};
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM111", "with a profile, services do not fit together", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for set in scene.compose().iter().filter(|set| set.whole || set.chosen) {
        let services = set.project.services.iter();
        let profiles: BTreeSet<&String> = services.flat_map(|service| &service.profiles).collect();
        for profile in profiles {
            for finding in hidden(set, profile) {
                if once.first(&finding.place, &finding.code) {
                    tell(set, profile, finding, found);
                }
            }
        }
    }
}

/// What is only wrong with a profile.
fn hidden(set: &ComposeSet, profile: &str) -> impl Iterator<Item = Finding> {
    let findings = set.project.findings_with(&[profile.to_owned()]);
    findings
        .into_iter()
        .filter(|one| !set.findings.iter().any(|known| known.code == one.code && known.place == one.place))
}

fn tell(set: &ComposeSet, profile: &str, finding: Finding, found: &mut Sink<'_>) {
    let severity = if finding.code == codes::INACTIVE_DEPENDENCY { Severity::Note } else { finding.severity };
    let message = format!("with the profile `{profile}`: {}", finding.message);
    let draft = found.at(&finding.place, message).severity(severity).basis(set.basis());
    if let Some(help) = finding.help {
        draft.help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    fn compose(b: &str, c: &str) -> String {
        format!(
            "services:\n  a: {{image: x}}\n  b: {{image: x, profiles: [p], {b}}}\n  c: {{image: x, {c}}}\n"
        )
    }

    #[test]
    fn what_a_profile_hides() {
        let check = |b: &str, c: &str, severity| {
            let found = fires(RULE, &[("compose.yaml", &compose(b, c))]);
            let shown: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
            assert_eq!((found.len(), found[0].severity), (1, severity), "{b} {c}: {shown:#?}");
        };
        check("depends_on: [d]", "init: true", Severity::Error);
        check("depends_on: [c]", "profiles: [p], depends_on: [b]", Severity::Error);
        check("depends_on: [c]", "profiles: [q]", Severity::Note);
        check("networks: [n]", "init: true", Severity::Error);
    }

    #[test]
    fn what_fits() {
        let check = |b: &str, c: &str| holds(RULE, &[("compose.yaml", &compose(b, c))]);
        check("depends_on: [a]", "init: true");
        check("depends_on: [c]", "profiles: [q, p]");
        check("init: true", "depends_on: [gone]");
    }
}

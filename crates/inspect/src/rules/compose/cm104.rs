//! The file of a secret or config is not there.
//!
//! A top-level secret or config with `file:` is mounted from that file. When it is not there, `docker compose up`
//! refuses: `bind source path does not exist`.
//!
//! Fires, when there is no `db_password.txt` and a service uses the secret:
//!
//! ```yaml
//! services: {db: {image: postgres:16, secrets: [db_password]}}
//! secrets:
//!   db_password: {file: ./db_password.txt}
//! ```
//!
//! Fine: the file exists, no service uses the secret, or it comes from `environment`.
//!
//! Help: make the file. One that git ignores is a warning: it is meant to be made by whoever runs this.
//!
//! Source: compose-go and the Compose engine.

use testyard_model::Severity;
use testyard_project::compose::project::{Material, MaterialSource};

use super::each::Once;
use crate::missing::{Missing, varies};
use crate::rule::{Rule, rule};
use crate::scene::{ComposeSet, Scene};
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM104", "the file of a secret or config is not there", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for set in scene.compose() {
        for (what, material) in used(set) {
            let MaterialSource::File(file) = &material.from else { continue };
            let Some((path, missing)) = Missing::absolute(scene, file) else { continue };
            let missing = missing.unless_made(scene, &path);
            if !once.first(&material.place, &path) {
                continue;
            }
            let severity = if varies(scene, &material.place) { Severity::Warning } else { Severity::Error };
            let message = format!("the {what} `{}` comes from `{path}`, which is not there", material.key);
            let help = missing.help("make the file, or correct the path");
            found
                .at(&material.place, message)
                .severity(missing.severity(severity))
                .help(help)
                .basis(set.basis());
        }
    }
}

/// The secrets and configs that services use.
fn used(set: &ComposeSet) -> impl Iterator<Item = (&'static str, &Material)> {
    let services = &set.project.services;
    let secret =
        move |key: &str| services.iter().any(|service| service.secrets.iter().any(|one| one.source == key));
    let config =
        move |key: &str| services.iter().any(|service| service.configs.iter().any(|one| one.source == key));
    let secrets = set.project.secrets.iter().filter(move |one| secret(&one.key)).map(|one| ("secret", one));
    let configs = set.project.configs.iter().filter(move |one| config(&one.key)).map(|one| ("config", one));
    secrets.chain(configs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    fn compose(uses: &str, from: &str) -> String {
        format!("services: {{a: {{image: x{uses}}}}}\nsecrets:\n  s: {from}\n")
    }

    #[test]
    fn a_missing_secret() {
        let text = compose(", secrets: [s]", "{file: ./s.txt}");
        let found = fires(RULE, &[("compose.yaml", &text)]);
        assert_eq!((found[0].place.line, found[0].severity), (3, Severity::Error));
        holds(RULE, &[("compose.yaml", &text), ("s.txt", "")]);
        holds(RULE, &[("compose.yaml", &compose("", "{file: ./s.txt}"))]);
        holds(RULE, &[("compose.yaml", &compose(", secrets: [s]", "{environment: S}"))]);
    }
}

//! A CI workflow names a service that its compose files do not define.
//!
//! `docker compose up NAME` fails when there is no such service: `no such service`.
//!
//! Fires, when `compose.yaml` defines `postgres` and not `db`:
//!
//! ```yaml
//! steps:
//!   - uses: actions/checkout@v4
//!   - run: docker compose up -d db
//! ```
//!
//! Fine: the service is defined in one of the files that the command reads, whatever its profile; the files or the name are
//! not known.
//!
//! Help: name one of the services that there are.
//!
//! Source: the reference of `docker compose`.

use testyard_model::Severity;
use testyard_project::commandline::{Call, ComposeCall};
use testyard_project::nearest;

use super::ci::{self, Site};
use super::xa004::{usual, variable_set};
use crate::rule::{Rule, rule};
use crate::scene::{ComposeSet, Scene};
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-XA005", "CI names a service that is not defined", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for site in ci::sites(scene) {
        let Some(Call::Compose(compose)) = site.command().filter(|_| !site.after("compose")) else {
            continue;
        };
        if compose.services.is_empty() {
            continue;
        }
        let Some((files, services)) = services(scene, &site, compose) else { continue };
        for word in compose.services.iter().filter(|word| !services.contains(&word.text.as_str())) {
            let message = format!("`{}` defines no service `{}`", files.join("` and `"), word.text);
            let help = nearest::help(&word.text, services.iter().copied());
            found.at(&word.place, message).help(help).basis(site.basis());
        }
    }
}

/// The files that a call reads, and every service that they define. Nothing when that is not certain.
fn services<'a>(
    scene: &'a Scene,
    site: &Site<'_>,
    compose: &ComposeCall,
) -> Option<(Vec<String>, Vec<&'a str>)> {
    if !compose.complete || variable_set(scene, site) {
        return None;
    }
    let files: Vec<String> = if compose.files.is_empty() {
        vec![usual(scene, site)??]
    } else {
        compose.files.iter().map(|file| site.path(scene, file)).collect::<Option<_>>()?
    };
    let mut names = Vec::new();
    for file in &files {
        let sets: Vec<&ComposeSet> = scene.compose().iter().filter(|set| set.files.contains(file)).collect();
        if sets.is_empty() || sets.iter().any(|set| is_broken(set)) {
            return None;
        }
        let services = sets.iter().flat_map(|set| &set.project.services);
        names.extend(services.map(|service| service.name.as_str()));
    }
    names.sort_unstable();
    names.dedup();
    Some((files, names))
}

/// Whether something in a set could not be read: a service may stand there.
fn is_broken(set: &ComposeSet) -> bool {
    set.findings.iter().any(|finding| {
        finding.severity == Severity::Error && !finding.code.ends_with("35") && !finding.code.ends_with("37")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    const PATH: &str = ".github/workflows/ci.yml";
    const COMPOSE: (&str, &str) =
        ("compose.yaml", "services: {postgres: {image: x}, app: {image: x, profiles: [p]}}");
    const CI: (&str, &str) = ("compose.ci.yaml", "services: {redis: {image: x}}");

    fn workflow(run: &str) -> String {
        format!("jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - run: {run}\n")
    }

    #[test]
    fn services_that_are_not_defined() {
        for run in [
            "docker compose up -d db",
            "docker compose run --rm ap pytest",
            "docker compose -f compose.yaml logs redis",
        ] {
            let found = fires(RULE, &[(PATH, &workflow(run)), COMPOSE, CI]);
            assert_eq!((found.len(), found[0].place.line), (1, 5), "{run}");
        }
    }

    #[test]
    fn services_that_are_defined_or_not_certain() {
        for run in [
            "docker compose up -d postgres",
            "docker compose run --rm app pytest",
            "docker compose -f compose.yaml -f compose.ci.yaml up redis postgres",
            "docker compose up $SERVICE",
            "docker compose -f $FILE up db",
            "docker compose -f gone.yaml up db",
            "docker compose exec -T postgres psql -c x",
        ] {
            holds(RULE, &[(PATH, &workflow(run)), COMPOSE, CI]);
        }
    }
}

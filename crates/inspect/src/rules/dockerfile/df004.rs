//! An image is not pinned.
//!
//! Without a tag, or with `latest`, the same file builds something else tomorrow, and a test that broke overnight has no
//! commit to blame.
//!
//! Fires:
//!
//! ```dockerfile
//! FROM python
//! ```
//!
//! As a note where a variable says it, which the build may be called with.
//!
//! Fine: `python:3.12-slim`, a digest, `scratch`, a stage of this file, a variable whose value is not known here, and names
//! that are likely images of the machine: those that a compose file of this project builds, and those without an owner that
//! are no official image.
//!
//! Help: name the version that the project was tested with.

use std::collections::BTreeSet;

use testyard_model::Severity;
use testyard_project::dockerfile::Scope;

use crate::dockerfile::Image;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF004", "an image is not pinned", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let own = built_here(scene);
    for file in scene.dockerfiles() {
        let scope = Scope::of_file(file, None);
        let mut told = BTreeSet::new();
        for stage in &file.stages {
            let base = scope.expand(&stage.base);
            let Some(base) = base.known().filter(|base| *base != "scratch") else { continue };
            let is_stage = file.stages.iter().any(|other| other.is_named(base));
            let Some(image) = Image::of(base).filter(|_| !is_stage) else { continue };
            let pinned = image.digest || image.tag.as_deref().is_some_and(|tag| tag != "latest");
            let local = own.contains(&image.name) || !(image.is_plain() || is_public(&image.name));
            if pinned || local || !told.insert(image.name.clone()) {
                continue;
            }
            let variable = stage.base.text.contains('$');
            let why =
                if image.tag.is_some() { "`latest` moves" } else { "no tag means `latest`, which moves" };
            found
                .at(file.place(stage.base.spot), format!("the image `{base}` is not pinned: {why}"))
                .severity(if variable { Severity::Note } else { Severity::Warning })
                .help(format!("name the version that was tested, as in `{}:VERSION`", image.name));
        }
    }
}

/// Whether a name is certainly that of an image elsewhere: it has an owner, or is a well-known official image.
fn is_public(name: &str) -> bool {
    const OFFICIAL: [&str; 12] = [
        "caddy",
        "couchdb",
        "haproxy",
        "httpd",
        "mariadb",
        "memcached",
        "mongo",
        "mysql",
        "nginx",
        "postgres",
        "rabbitmq",
        "redis",
    ];
    name.contains('/') || OFFICIAL.contains(&name)
}

/// The names of images that compose files build.
fn built_here(scene: &Scene) -> BTreeSet<String> {
    let services = scene.compose().iter().flat_map(|set| &set.project.services);
    let built = services.filter(|service| service.build.is_some());
    built.filter_map(|service| Some(Image::of(service.image.as_deref()?)?.name)).collect()
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn images_without_a_version() {
        for text in ["FROM python\n", "FROM ghcr.io/a/b:latest\n", "FROM nginx\n"] {
            assert_eq!(fires(RULE, &[("Dockerfile", text)])[0].severity, Severity::Warning);
        }
        let found = fires(RULE, &[("Dockerfile", "ARG V=latest\nFROM python:$V\n")]);
        assert_eq!(found[0].severity, Severity::Note);
        holds(RULE, &[("Dockerfile", "FROM our-tests\n")]);
        let fine = "FROM python:3.12 AS a\nFROM a\nFROM scratch\nFROM b@sha256:00\n";
        holds(RULE, &[("Dockerfile", fine)]);
        holds(RULE, &[("Dockerfile", "ARG V\nFROM python:$V\n")]);
        let compose = "services: {base: {image: us/base, build: base}}";
        holds(RULE, &[("Dockerfile", "FROM us/base\n"), ("compose.yaml", compose)]);
    }
}

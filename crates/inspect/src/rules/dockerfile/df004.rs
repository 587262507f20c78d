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
//! Fine: `python:3.12-slim`, a digest, `scratch`, a stage of this file, a variable whose value is not known here, and an
//! image that a compose file of this project builds.
//!
//! Help: name the version that the project was tested with.

use std::collections::BTreeSet;

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
            if pinned || own.contains(&image.name) || !told.insert(image.name.clone()) {
                continue;
            }
            let why =
                if image.tag.is_some() { "`latest` moves" } else { "no tag means `latest`, which moves" };
            found
                .at(file.place(stage.base.spot), format!("the image `{base}` is not pinned: {why}"))
                .help(format!("name the version that was tested, as in `{}:VERSION`", image.name));
        }
    }
}

/// The names of images that compose files build.
fn built_here(scene: &Scene) -> BTreeSet<String> {
    let services = scene.compose().iter().flat_map(|set| &set.project.services);
    let built = services.filter(|service| service.build.is_some());
    built.filter_map(|service| Some(Image::of(service.image.as_deref()?)?.name)).collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn images_without_a_version() {
        for text in ["FROM python\n", "FROM ghcr.io/a/b:latest\n", "ARG V=latest\nFROM python:$V\n"] {
            fires(RULE, &[("Dockerfile", text)]);
        }
        let fine = "FROM python:3.12 AS a\nFROM a\nFROM scratch\nFROM b@sha256:00\n";
        holds(RULE, &[("Dockerfile", fine)]);
        holds(RULE, &[("Dockerfile", "ARG V\nFROM python:$V\n")]);
        let compose = "services: {base: {image: our-base, build: base}}";
        holds(RULE, &[("Dockerfile", "FROM our-base\n"), ("compose.yaml", compose)]);
    }
}

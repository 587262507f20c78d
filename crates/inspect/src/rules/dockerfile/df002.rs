//! A name that looks like a stage is none.
//!
//! What `--from` names and is no stage is pulled as an image from Docker Hub. When the name is nearly that of a stage, the
//! stage was meant; so it is when `FROM` names a stage that only follows later.
//!
//! Fires: `biulder` for `builder`.
//!
//! ```dockerfile
//! FROM golang:1.23 AS builder
//! FROM alpine:3.20
//! COPY --from=biulder /out/app /app
//! ```
//!
//! Fine: the stage's name, an image with a tag such as `nginx:1.27`, and any name where the project uses named contexts.
//!
//! Help: write the stage's name; for `FROM`, move the stage before its use.

use testyard_project::dockerfile::{Dockerfile, Stage};
use testyard_project::nearest::nearest;

use crate::dockerfile::Image;
use crate::dockerfile::stage::{froms, source_stage};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF002", "a name that looks like a stage is none", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut named_contexts = None;
    for file in scene.dockerfiles() {
        for (name, near, place) in mistaken(file) {
            if *named_contexts.get_or_insert_with(|| uses_named_contexts(scene)) {
                return;
            }
            let message = format!("`{name}` is no stage here, so an image of that name is pulled");
            found.at(place, message).help(near);
        }
    }
}

/// Names that look like stages and are none, each with what to do and its place.
fn mistaken(file: &Dockerfile) -> Vec<(String, String, testyard_model::Place)> {
    let names = || file.stages.iter().filter_map(|stage| stage.name.as_ref()).map(|name| name.text.as_str());
    let mut found = Vec::new();
    for stage in &file.stages {
        if let Some(help) = later(file, stage) {
            found.push((stage.base.text.clone(), help, file.place(stage.base.spot)));
        }
        for instruction in stage.own() {
            for (from, spot) in froms(instruction) {
                if !is_plain(&from) || source_stage(file, &from).is_some() {
                    continue;
                }
                if let Some(near) = nearest(&from, names()) {
                    found.push((from, format!("did you mean the stage `{near}`?"), file.place(spot)));
                }
            }
        }
    }
    found
}

/// What to do about a `FROM` that names a stage which follows it.
fn later(file: &Dockerfile, stage: &Stage) -> Option<String> {
    let name = &stage.base.text;
    if !is_plain(name) || file.stage(name, stage.index).is_some() {
        return None;
    }
    let meant = file.stages[stage.index + 1..].iter().find(|later| later.is_named(name))?;
    // `FROM node:20 AS node` names a stage as its image.
    let of_image = Image::of(&meant.base.text).is_some_and(|image| image.name.ends_with(name.as_str()));
    (!of_image).then(|| format!("the stage `{name}` only follows in line {}: move it up", meant.spot.line))
}

/// A word without registry, tag, variable; no number.
fn is_plain(name: &str) -> bool {
    !name.contains(['/', ':', '@', '.', '$']) && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether anything in the project gives names to contexts, which `--from` may then mean.
fn uses_named_contexts(scene: &Scene) -> bool {
    let names = |file: &&crate::scene::File| {
        let name = file.name();
        [".yml", ".yaml", ".sh", ".hcl", ".mk"].iter().any(|ending| name.ends_with(ending))
            || name.starts_with("docker-bake")
            || name == "Makefile"
    };
    let texts = scene.own_files().filter(names).filter_map(|file| scene.text(&file.path));
    let marks = ["additional_contexts", "build-context", "contexts"];
    texts.into_iter().any(|text| marks.iter().any(|mark| text.contains(mark)))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn a_misspelled_stage() {
        let text = "FROM a:1 AS builder\nFROM b:1\nCOPY --from=biulder /x /y\n";
        let found = fires(RULE, &[("Dockerfile", text)]);
        assert_eq!(
            (found[0].place.line, found[0].help.as_deref()),
            (3, Some("did you mean the stage `builder`?"))
        );
        fires(RULE, &[("Dockerfile", "FROM base\nFROM debian:12 AS base\n")]);
        holds(RULE, &[("Dockerfile", text), ("compose.yaml", "x: {additional_contexts: {biulder: .}}")]);
        holds(
            RULE,
            &[(
                "Dockerfile",
                "FROM a:1 AS builder\nFROM b:1\nCOPY --from=builder /x /y\nCOPY --from=0 / /z\n",
            )],
        );
        holds(
            RULE,
            &[(
                "Dockerfile",
                "FROM a:1 AS builder\nFROM b:1\nCOPY --from=nginx /x /y\nCOPY --from=build:1 / /z",
            )],
        );
        holds(RULE, &[("Dockerfile", "FROM node\nFROM node:20 AS node\n")]);
    }
}

//! One image stands in several versions.
//!
//! What is compiled in a stage from `python:3.11` does not load in one from `python:3.12`: its packages are copied to a
//! folder that the other Python never looks into. Between files of one folder, the tests run on another version than what is
//! shipped.
//!
//! Fires: as a warning where one stage copies from the other, else as a note.
//!
//! ```dockerfile
//! FROM python:3.11 AS build
//! FROM python:3.12-slim
//! COPY --from=build /usr/local/lib/python3.11 /usr/local/lib/python3.11
//! ```
//!
//! Fine: `3.12` beside `3.12.4`, which may be the same; and files whose names hold numbers, which are a matrix.
//!
//! Help: put the version into one `ARG` before the first `FROM`.

use std::collections::{BTreeMap, BTreeSet};

use testyard_model::Severity;
use testyard_project::dockerfile::{Dockerfile, Scope, Stage};

use crate::dockerfile::Image;
use crate::dockerfile::stage::{froms, source_stage};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF005", "one image stands in several versions", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        within(file, found);
    }
    between(scene.dockerfiles(), found);
}

/// A stage's image, where it is one whose version matters and is known.
fn versioned(file: &Dockerfile) -> Vec<(&Stage, Image, Vec<u32>)> {
    let scope = Scope::of_file(file, None);
    let images = file.stages.iter().filter_map(|stage| {
        let image = Image::of(scope.expand(&stage.base).known()?)?;
        let version = image.version().filter(|_| image.is_plain())?;
        Some((stage, image, version))
    });
    images.collect()
}

/// Whether two versions cannot be the same: `[3, 12]` may be `[3, 12, 4]`.
fn differ(a: &[u32], b: &[u32]) -> bool {
    a.iter().zip(b).any(|(a, b)| a != b)
}

fn within(file: &Dockerfile, found: &mut Sink<'_>) {
    let stages = versioned(file);
    let mut told = BTreeSet::new();
    for (at, (stage, image, version)) in stages.iter().enumerate() {
        for (earlier, other, before) in &stages[..at] {
            if other.name != image.name || !differ(version, before) || !told.insert(image.name.clone()) {
                continue;
            }
            let message = format!(
                "`{}:{}` here, but `{}:{}` in line {}",
                image.name,
                image.tag(),
                other.name,
                other.tag(),
                earlier.spot.line
            );
            let linked = copies(file, stage, earlier) || copies(file, earlier, stage);
            found
                .at(file.place(stage.base.spot), message)
                .severity(if linked { Severity::Warning } else { Severity::Note })
                .help("put the version into one `ARG` before the first `FROM`");
        }
    }
}

/// Whether a stage copies something from another one.
fn copies(file: &Dockerfile, stage: &Stage, from: &Stage) -> bool {
    let sources = stage.own().flat_map(froms);
    let mut stages = sources.filter_map(|(name, _)| source_stage(file, &name));
    stages.any(|source| source.index == from.index)
}

/// The last stages of files that lie in one folder.
fn between(files: &[Dockerfile], found: &mut Sink<'_>) {
    let mut known: BTreeMap<(String, String), (&Dockerfile, Image, Vec<u32>)> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_complete() && !is_matrix(file)) {
        let Some((stage, image, version)) = versioned(file).into_iter().next_back() else { continue };
        let folder = file.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let key = (folder, image.name.clone());
        let Some((other, theirs, before)) = known.get(&key) else {
            known.insert(key, (file, image, version));
            continue;
        };
        if differ(&version, before) {
            let message = format!(
                "`{}:{}` here, but `{}:{}` in {}",
                image.name,
                image.tag(),
                theirs.name,
                theirs.tag(),
                other.path.display()
            );
            found
                .at(file.place(stage.base.spot), message)
                .severity(Severity::Note)
                .help("use one version, so that what is tested is what is shipped");
        }
    }
}

/// Whether a file's name says that it is one of several versions on purpose.
fn is_matrix(file: &Dockerfile) -> bool {
    file.path.file_name().is_some_and(|name| name.to_string_lossy().contains(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn stages_and_siblings() {
        let linked = "FROM python:3.11 AS a\nFROM python:3.12-slim\nCOPY --from=a /x /y\n";
        let found = fires(RULE, &[("Dockerfile", linked)]);
        assert_eq!(found[0].message, "`python:3.12-slim` here, but `python:3.11` in line 1");
        assert_eq!(found[0].severity, Severity::Warning);
        let siblings = [("Dockerfile", "FROM node:20\n"), ("Dockerfile.test", "FROM node:22\n")];
        assert_eq!(fires(RULE, &siblings)[0].severity, Severity::Note);
        holds(
            RULE,
            &[("Dockerfile", "FROM python:3.12.4 AS a\nFROM python:3.12-slim\nCOPY --from=a /x /y\n")],
        );
        holds(RULE, &[("Dockerfile.3.11", "FROM python:3.11\n"), ("Dockerfile.3.12", "FROM python:3.12\n")]);
        holds(RULE, &[("a/Dockerfile", "FROM node:20\n"), ("b/Dockerfile", "FROM node:22\n")]);
        holds(RULE, &[("Dockerfile", "FROM node:20 AS a\nFROM python:3.12\nCOPY --from=a /x /y\n")]);
    }
}

//! What the rules about sources share: going through them once each, how much a finding weighs, and the common cause.

use std::collections::BTreeSet;

use testyard_model::Severity;

use crate::context::{Basis, Build, Judged, Source, is_made};
use crate::scene::Scene;
use crate::sink::Sink;

/// Every source of every build with its build; one that several builds look for in the same context, once.
pub(super) fn sources(scene: &Scene) -> Vec<(&Judged, &Source)> {
    let mut seen = BTreeSet::new();
    let all =
        scene.builds().iter().flat_map(|judged| judged.sources.iter().map(move |source| (judged, source)));
    all.filter(|(judged, source)| seen.insert((&source.place, &source.inside, &judged.build.folder)))
        .collect()
}

/// What a finding weighs that is true as soon as the context is.
pub(super) fn certain(build: &Build) -> Severity {
    if build.basis.is_certain() { Severity::Error } else { Severity::Warning }
}

/// What the absence of a path of the context weighs: a warning where something may make it before the build, and nothing
/// where the context is only inferred as well.
pub(super) fn absent(scene: &Scene, build: &Build, inside: &str) -> Option<Severity> {
    let made = is_made(scene, &crate::context::join(&build.folder, inside));
    match build.basis {
        Basis::Inferred if made => None,
        _ if build.basis.sees_files_of_now() && !made => Some(Severity::Error),
        _ => Some(Severity::Warning),
    }
}

/// The context as messages name it.
pub(super) fn context(build: &Build) -> &str {
    if build.folder.is_empty() { "." } else { &build.folder }
}

/// Registers the cause that a build has another context than was meant, and gives its id.
pub(super) fn cause(judged: &Judged, found: &mut Sink<'_>) -> Option<String> {
    let better = judged.better.as_ref()?;
    let build = &judged.build;
    let id = format!("context:{}:{}", build.dockerfile, context(build));
    let message = format!(
        "{}: the context of `{}` should be `{}`: {} of {} sources then resolve",
        build.basis.words(),
        build.dockerfile,
        better.written,
        better.found,
        better.of
    );
    found.cause(&id, message);
    Some(id)
}

/// What to do about a path that is not there: another context, another place, or making it first.
pub(super) fn advice(scene: &Scene, judged: &Judged, inside: &str) -> String {
    if let Some(better) = &judged.better {
        return format!("write the context as `{}`", better.written);
    }
    let ends = format!("/{inside}");
    let files = scene.own_files().map(|file| file.path.as_str());
    let mut elsewhere =
        files.chain(scene.tree().folders()).filter(|path| *path == inside || path.ends_with(&ends));
    let path = crate::context::join(&judged.build.folder, inside);
    match (elsewhere.next(), elsewhere.next()) {
        (Some(there), None) => format!("`{there}` is there: is another context or path meant?"),
        _ if is_made(scene, &path) => "make it before the image is built, or write where it lies".to_owned(),
        _ => format!("add `{path}`, or write where it lies"),
    }
}

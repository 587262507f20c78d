//! What bake files build.

use std::path::Path;

use testyard_model::Place;
use testyard_project::bake::{self, Settled, Value};

use super::build::{Arguments, Basis, Build};
use super::transfer::join;
use crate::scene::{File, Scene};

/// One target of a bake file that somebody may build.
#[derive(Debug, Clone)]
pub(crate) struct Baked {
    /// How findings show where it is known from.
    pub(crate) basis: String,
    /// Its context as it is written, `.` where it is not, and where that is.
    pub(crate) context: (String, Place),
    /// Its Dockerfile likewise, relative to the context.
    pub(crate) dockerfile: (String, Place),
    /// Its stage.
    pub(crate) stage: Option<(String, Place)>,
    /// The folders from which Bake may be called, relative to the project: paths start where it is called.
    starts: Vec<String>,
}

/// Every target of the project's bake files whose files are known. A target that others inherit from is left out, and so is
/// what an override file may change.
pub(crate) fn baked(scene: &Scene) -> Vec<Baked> {
    let files = scene.own_files().filter(|file| bake::is_bake_file(file.name()));
    files.filter(|file| !is_overridden(scene, file)).flat_map(|file| of_file(scene, file)).collect()
}

/// The targets as builds, each where exactly one folder to call from makes sense.
pub(super) fn builds(scene: &Scene) -> Vec<Build> {
    baked(scene).iter().filter_map(|one| one.build(scene)).collect()
}

fn is_overridden(scene: &Scene, file: &File) -> bool {
    let beside = |name: &str| scene.exists(&join(file.folder(), name));
    beside("docker-bake.override.hcl") || beside("docker-bake.override.json")
}

fn of_file(scene: &Scene, file: &File) -> Vec<Baked> {
    let Some(text) = scene.text(&file.path) else { return Vec::new() };
    let read = bake::read(Path::new(&file.path), text);
    let targets = read.targets.iter().filter(|target| !read.is_base(target));
    let baked = targets.filter_map(|target| {
        let Settled { context, dockerfile, stage } = read.settled(target)?;
        let written = |value: &Value, default: &str| match value {
            Value::Known(text, place) => Some((text.clone(), place.clone())),
            Value::Absent => Some((default.to_owned(), target.place.clone())),
            Value::Unknown => None,
        };
        // A target without files of its own is laid over by what calls Bake, as metadata actions do.
        if (context, dockerfile) == (&Value::Absent, &Value::Absent) {
            return None;
        }
        let stage = match stage {
            Value::Known(text, place) => Some((text.clone(), place.clone())),
            Value::Absent | Value::Unknown => None,
        };
        let mut starts = vec![String::new(), file.folder().to_owned()];
        starts.dedup();
        Some(Baked {
            basis: format!("{}: target `{}`", file.path, target.name),
            context: written(context, ".").filter(|(text, _)| is_local(text))?,
            dockerfile: written(dockerfile, "Dockerfile").filter(|(text, _)| is_local(text))?,
            stage,
            starts,
        })
    });
    baked.collect()
}

fn is_local(path: &str) -> bool {
    !path.contains("://")
        && !path.starts_with("git@")
        && !path.starts_with('/')
        && !path.starts_with("target:")
}

impl Baked {
    /// Where its context and its Dockerfile would lie, for each folder it may be called from.
    pub(crate) fn candidates(&self, scene: &Scene) -> Vec<(String, String, String)> {
        let candidates = self.starts.iter().filter_map(|start| {
            let folder = scene.relative(Path::new(&join(start, &self.context.0)))?;
            let dockerfile = scene.relative(Path::new(&join(&folder, &self.dockerfile.0)))?;
            Some((start.clone(), folder, dockerfile))
        });
        candidates.collect()
    }

    fn build(&self, scene: &Scene) -> Option<Build> {
        let mut found: Vec<_> = self.candidates(scene);
        found.retain(|(_, folder, file)| scene.tree().is_folder(folder) && scene.tree().file(file).is_some());
        let [(start, folder, dockerfile)] = <[_; 1]>::try_from(found).ok()?;
        Some(Build {
            dockerfile,
            folder,
            target: self.stage.as_ref().map(|(stage, _)| stage.clone()),
            arguments: Arguments::Unknown,
            basis: Basis::Bake(self.basis.clone()),
            start,
        })
    }
}

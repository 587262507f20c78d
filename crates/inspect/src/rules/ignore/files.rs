//! What the rules share: the ignore files of a project, and the builds each applies to.

use testyard_model::Place;
use testyard_project::dockerignore::IgnoreFile;

use crate::context::{Context, Judged};
use crate::scene::Scene;

/// The name of a context's own ignore file, and the end of one that belongs to a Dockerfile.
const NAME: &str = ".dockerignore";

/// One ignore file with the builds it applies to.
pub(super) struct Applied<'a> {
    /// Its path, relative to the project.
    pub(super) path: &'a str,
    /// Its patterns.
    pub(super) file: IgnoreFile,
    /// The builds.
    pub(super) builds: Vec<(&'a Judged, Context<'a>)>,
}

impl Applied<'_> {
    /// A line as a place.
    pub(super) fn place(&self, line: u32) -> Place {
        Place::at(self.path, line, 1)
    }

    /// Whether a build that is certain uses it.
    pub(super) fn is_certain(&self) -> bool {
        self.builds.iter().any(|(judged, _)| judged.build.basis.is_certain())
    }

    /// The folder it stands in.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The Dockerfile it belongs to by its name.
    pub(super) fn dockerfile(&self) -> Option<&str> {
        self.path.strip_suffix(NAME).filter(|path| !path.is_empty() && !path.ends_with('/'))
    }
}

/// Every ignore file of a project.
pub(super) fn all(scene: &Scene) -> Vec<Applied<'_>> {
    let contexts = || {
        scene.builds().iter().map(|judged| {
            let build = &judged.build;
            (judged, Context::new(scene, &build.folder, &build.dockerfile))
        })
    };
    let files = scene.own_files().filter(|file| file.name().ends_with(NAME));
    let read = files.filter_map(|file| {
        let text = scene.text(&file.path)?;
        let builds =
            contexts().filter(|(_, context)| context.ignore_path() == Some(file.path.as_str())).collect();
        Some(Applied { path: &file.path, file: IgnoreFile::parse(text), builds })
    });
    read.collect()
}

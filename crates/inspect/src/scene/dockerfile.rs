//! The Dockerfiles of a project, read.

use std::collections::BTreeSet;
use std::path::Path;

use testyard_project::compose::service::InlineOrFile;
use testyard_project::dockerfile::{Dockerfile, is_dockerfile, parse};

use super::Scene;

/// Folders of what parsers are tested with: what is wrong there is meant to be.
const FIXTURES: [&str; 4] = ["fixtures", "testdata", "testfiles", "testfiles-negative"];

/// Reads every file that is named as a Dockerfile, outside of fixtures, or that a compose file builds from. Files in the language of another
/// frontend than Docker's are left out.
pub(super) fn read(scene: &Scene) -> Vec<Dockerfile> {
    let own = scene.own_files().filter(|file| file.link.is_none() && is_dockerfile(Path::new(&file.path)));
    let own = own.filter(|file| !file.folder().split('/').any(|folder| FIXTURES.contains(&folder)));
    let mut paths: BTreeSet<String> = own.map(|file| file.path.clone()).collect();
    paths.extend(built(scene));
    let read = paths.into_iter().filter_map(|path| Some(parse(&path, scene.text(&path)?)));
    read.filter(|file| !file.is_foreign()).collect()
}

/// The Dockerfiles that compose files name and that are there.
fn built(scene: &Scene) -> impl Iterator<Item = String> {
    let services = scene.compose().iter().flat_map(|set| &set.project.services);
    services.filter_map(|service| match &service.build.as_ref()?.dockerfile {
        InlineOrFile::File(path) => {
            let path = scene.relative(path)?;
            scene.tree().file(&path).filter(|file| file.link.is_none())?;
            Some(path)
        }
        InlineOrFile::Inline(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::scene;

    #[test]
    fn dockerfiles_are_found_by_name_and_by_compose() {
        let compose = "services: {a: {build: {context: ., dockerfile: ops/api.build}}, b: {build: gone}}";
        let (scene, _folder) = scene(&[
            ("Dockerfile", "FROM x"),
            ("node_modules/a/Dockerfile", "FROM x"),
            ("ops/api.build", "FROM x"),
            ("pkg/testdata/Dockerfile", "FROM"),
            ("other/Dockerfile", "# syntax=example/x\n"),
            ("compose.yaml", compose),
            ("link.Dockerfile@", "Dockerfile"),
        ]);
        let found: Vec<_> = scene.dockerfiles().iter().map(|file| file.path.display().to_string()).collect();
        assert_eq!(found, ["Dockerfile", "ops/api.build"]);
    }
}

//! What the builds of a Dockerfile are sent, largest first.

use std::collections::BTreeSet;

use testyard_model::{ContextListing, SentFile};

use super::judge::Judged;
use super::transfer::Context;
use super::weight::transferred;
use crate::scene::Scene;

/// What each build of a Dockerfile is sent; the path is relative to the project. Empty when there is no such Dockerfile,
/// or its context cannot be told.
pub fn listings(scene: &Scene, dockerfile: &str) -> Vec<ContextListing> {
    let builds = scene.builds().iter().filter(|judged| judged.build.dockerfile == dockerfile);
    builds.map(|judged| listing(scene, judged)).collect()
}

fn listing(scene: &Scene, judged: &Judged) -> ContextListing {
    let build = &judged.build;
    let context = Context::new(scene, &build.folder, &build.dockerfile);
    let needed: BTreeSet<&str> = transferred(&context, judged).into_iter().map(|(path, _)| path).collect();
    let file = |(path, file): (&str, &crate::scene::File)| SentFile {
        path: path.to_owned(),
        bytes: file.bytes,
        needed: needed.contains(path),
    };
    let mut files: Vec<SentFile> = context.sent_below("").map(file).collect();
    files.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    ContextListing {
        dockerfile: build.dockerfile.clone(),
        target: build.target.clone(),
        context: context.shown().to_owned(),
        basis: build.basis.words().to_owned(),
        ignore_file: context.ignore_path().map(str::to_owned),
        bytes: files.iter().map(|file| file.bytes).sum(),
        needed_bytes: files.iter().filter(|file| file.needed).map(|file| file.bytes).sum(),
        files,
    }
}

#[cfg(test)]
mod tests {
    use super::listings;
    use crate::fixture::scene;

    #[test]
    fn files_are_listed_largest_first_for_each_build() {
        let (scene, _kept) = scene(&[
            ("Dockerfile", "FROM x AS dev\nCOPY . .\nFROM x\nCOPY src .\n"),
            ("compose.yaml", "services: {a: {build: .}, b: {build: {context: ., target: dev}}}"),
            (".dockerignore", "*\n!src\n!big\n"),
            ("src/a", "12"),
            ("src/b", "1234"),
            ("big", "12345678"),
            ("left-out", ""),
        ]);
        let listed = listings(&scene, "Dockerfile");
        let shown: Vec<(Option<&str>, u64, u64)> =
            listed.iter().map(|one| (one.target.as_deref(), one.bytes, one.needed_bytes)).collect();
        assert_eq!(shown, [(None, 14, 6), (Some("dev"), 14, 14)]);
        let files: Vec<(&str, bool)> =
            listed[0].files.iter().map(|file| (file.path.as_str(), file.needed)).collect();
        assert_eq!(files, [("big", false), ("src/b", true), ("src/a", true)]);
        assert!(listings(&scene, "none").is_empty());
    }
}

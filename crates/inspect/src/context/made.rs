//! Whether a path that is not there may be made before the build: then its absence now says little.

use crate::scene::{Scene, ask_git};

/// Names of folders that programs write their results to.
const FOLDERS: [&str; 22] = [
    "dist",
    "build",
    "_build",
    "builds",
    "target",
    "out",
    "output",
    "bin",
    "obj",
    "release",
    "publish",
    "public",
    "lib",
    "node_modules",
    "vendor",
    "artifacts",
    "coverage",
    "generated",
    "wheels",
    "wheelhouse",
    ".next",
    ".nuxt",
];
/// Ends of files that programs write.
const ENDS: [&str; 16] = [
    ".jar", ".war", ".whl", ".tar", ".gz", ".tgz", ".zip", ".so", ".a", ".exe", ".deb", ".rpm", ".apk",
    ".min.js", ".pb", ".bin",
];

/// Whether a path relative to the project looks like the result of a program, is mentioned by a script, a makefile or a CI
/// workflow, or is ignored by git.
pub(crate) fn is_made(scene: &Scene, path: &str) -> bool {
    looks_made(scene, path) || git_ignores(scene, path)
}

/// The same, whatever git says.
pub(crate) fn looks_made(scene: &Scene, path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.split('/').any(|part| FOLDERS.contains(&part))
        || ENDS.iter().any(|end| lower.ends_with(end))
        || is_mentioned(scene, path)
}

fn git_ignores(scene: &Scene, path: &str) -> bool {
    // A pattern that ends in `/` only matches what is known to be a folder.
    let folder = format!("{path}/");
    scene.git().is_some()
        && ask_git(scene.root(), &["check-ignore", "--no-index", "--", path, &folder]).is_some()
}

/// Whether something that may run before a build names the file, or the first folder on the way to it that is not there.
fn is_mentioned(scene: &Scene, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    let missing = folders.find(|folder| !scene.tree().is_folder(folder));
    let makes = |name: &str| {
        matches!(
            name,
            "Makefile" | "makefile" | "justfile" | "Taskfile.yml" | "package.json" | ".gitlab-ci.yml"
        ) || name.ends_with(".sh")
            || name.ends_with(".bash")
    };
    let mut files =
        scene.own_files().filter(|file| makes(file.name()) || file.folder() == ".github/workflows");
    files.any(|file| {
        scene
            .text(&file.path)
            .is_some_and(|text| text.contains(name) || missing.is_some_and(|folder| text.contains(folder)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{repository, scene};

    #[test]
    fn results_are_known_by_name_and_by_mention() {
        let (scene, _kept) = scene(&[
            ("build.sh", "pip freeze > app/locked.txt\nmkdir -p api/conf && cp a api/conf\n"),
            ("api/a", ""),
            ("README.md", "plain.txt"),
        ]);
        for (path, made) in [
            ("dist/a.js", true),
            ("x/app.jar", true),
            ("app/locked.txt", true),
            ("api/conf/b.toml", true),
            ("api/other/b.toml", false),
            ("plain.txt", false),
            ("src/main.py", false),
        ] {
            assert_eq!(is_made(&scene, path), made, "{path}");
        }
    }

    #[test]
    fn what_git_ignores_is_made() {
        let Some(folder) = repository(&[(".gitignore", "/cache/\n*.env\n")], &[]) else { return };
        let scene = Scene::open(folder.path(), std::collections::BTreeMap::new(), &[]);
        assert!(is_made(&scene, "cache") && is_made(&scene, "a/local.env") && !is_made(&scene, "a.py"));
    }
}

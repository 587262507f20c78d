//! What is known about a path that something names and that is not there.

use std::path::Path;

use testyard_model::{Place, Severity};

use crate::context::looks_made;
use crate::scene::{Scene, ask_git};

/// Why a path is not there, as far as the repository tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Nothing would make it.
    Plain,
    /// Git ignores it: something is meant to make it first.
    Ignored,
    /// A script, a makefile or a workflow mentions it, or its name is that of a result.
    Made,
    /// It belongs to a submodule of this path, which is not checked out.
    Submodule(String),
}

impl Missing {
    /// What is known of a path relative to the root; nothing when it is there, or outside the project, where another
    /// machine has other files.
    pub(crate) fn of(scene: &Scene, path: &str) -> Option<Missing> {
        if scene.exists(path) {
            return None;
        }
        if let Some(submodule) = submodule(scene, path) {
            return Some(Missing::Submodule(submodule));
        }
        let ignored =
            scene.git().is_some() && ask_git(scene.root(), &["check-ignore", "-q", "--", path]).is_some();
        Some(if ignored { Missing::Ignored } else { Missing::Plain })
    }

    /// As [`Missing::of`], for an absolute path.
    pub(crate) fn absolute(scene: &Scene, path: &Path) -> Option<(String, Missing)> {
        let path = scene.relative(path)?;
        let missing = Missing::of(scene, &path)?;
        Some((path, missing))
    }

    /// The same for a file of a kind that programs often make, such as a certificate.
    pub(crate) fn unless_made(self, scene: &Scene, path: &str) -> Missing {
        if self == Missing::Plain && looks_made(scene, path) { Missing::Made } else { self }
    }

    /// How much it weighs: an error only when nothing would make it.
    pub(crate) fn severity(&self, otherwise: Severity) -> Severity {
        match self {
            Missing::Plain => otherwise,
            Missing::Ignored | Missing::Made | Missing::Submodule(_) => otherwise.min(Severity::Warning),
        }
    }

    /// What to do about it, where the reason says it.
    pub(crate) fn help(&self, otherwise: impl Into<String>) -> String {
        match self {
            Missing::Plain => otherwise.into(),
            Missing::Ignored => "git ignores it, so no clone has it: make it before this is used".to_owned(),
            Missing::Made => "something in this project seems to make it: run that before".to_owned(),
            Missing::Submodule(path) => {
                format!("it belongs to the submodule `{path}`: run `git submodule update --init`")
            }
        }
    }
}

/// The submodule that a path belongs to.
fn submodule(scene: &Scene, path: &str) -> Option<String> {
    let paths = scene.text(".gitmodules")?.lines().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "path").then(|| value.trim())
    });
    let inside = |module: &&str| path == *module || path.starts_with(&format!("{module}/"));
    paths.into_iter().find(inside).map(str::to_owned)
}

/// Whether the line of a place holds a variable: what it names then depends on who reads it.
pub(crate) fn varies(scene: &Scene, place: &Place) -> bool {
    let line = |number: u32| scene.text(place.path.to_str()?)?.lines().nth((number as usize).checked_sub(1)?);
    line(place.line).is_none_or(|line| line.contains('$'))
}

/// The file of the project whose path is most like one that is not there: the same name elsewhere.
pub(crate) fn elsewhere(scene: &Scene, path: &str) -> Option<String> {
    let name = path.rsplit('/').next().filter(|name| !name.is_empty())?;
    let mut found = scene.own_files().filter(|file| file.name() == name);
    let first = found.next()?;
    found.next().is_none().then(|| first.path.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_missing_path_is_told_with_its_reason() {
        let modules = "[submodule \"x\"]\n\tpath = libs/x\n\turl = https://example.org/x\n";
        let (scene, _folder) = fixture::scene(&[(".gitmodules", modules), ("a/b.txt", "")]);
        assert_eq!(Missing::of(&scene, "a/b.txt"), None);
        assert_eq!(Missing::of(&scene, "a/c.txt"), Some(Missing::Plain));
        assert_eq!(Missing::of(&scene, "libs/x/y"), Some(Missing::Submodule("libs/x".to_owned())));
        assert_eq!(elsewhere(&scene, "z/b.txt").as_deref(), Some("a/b.txt"));
    }

    #[test]
    fn what_git_ignores_is_made_by_something() {
        let Some(folder) = fixture::repository(&[(".gitignore", "dist/\n*.pem\n")], &[]) else { return };
        let scene = Scene::open(folder.path(), std::collections::BTreeMap::new(), &[]);
        assert_eq!(Missing::of(&scene, "certs/a.pem"), Some(Missing::Ignored));
        assert_eq!(Missing::of(&scene, "certs/a.txt"), Some(Missing::Plain));
    }
}

//! What a fresh clone would hold: the files of git's index, or of a revision, in a folder of their own.
//!
//! The repository itself is not touched; the folder goes away when the value is dropped.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use testyard_sys::tool;

use crate::scene::ask_git;

/// Settings that keep a checkout free of the repository's own programs: hooks, and filters such as that of LFS.
const QUIET: [&str; 10] = [
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "filter.lfs.smudge=cat",
    "-c",
    "filter.lfs.process=",
    "-c",
    "filter.lfs.required=false",
];

/// Why there is no fresh clone.
#[derive(Debug, thiserror::Error)]
pub enum CloneError {
    /// The folder is in no git repository, or git is not installed.
    #[error("{0} is in no git repository")]
    NoRepository(PathBuf),
    /// There is no such revision.
    #[error("there is no revision '{0}'")]
    NoRevision(String),
    /// Git or the disk refused.
    #[error("the files of the index cannot be written out: {0}")]
    Failed(String),
}

/// A folder with what a fresh clone would hold.
#[derive(Debug)]
pub struct FreshClone {
    _folder: TempDir,
    root: PathBuf,
}

impl FreshClone {
    /// The index of the repository that a folder lies in.
    ///
    /// # Errors
    /// When there is no repository, or it cannot be written out.
    pub fn of_index(root: &Path) -> Result<FreshClone, CloneError> {
        Source::of(root)?.write_out(None)
    }

    /// A revision of the repository that a folder lies in.
    ///
    /// # Errors
    /// When there is no repository or no such revision, or it cannot be written out.
    pub fn of_revision(root: &Path, revision: &str) -> Result<FreshClone, CloneError> {
        let wanted = format!("{revision}^{{tree}}");
        let tree = ask_git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        let source = Source::of(root)?;
        let tree = tree.ok_or_else(|| CloneError::NoRevision(revision.to_owned()))?;
        source.write_out(Some(tree.trim()))
    }

    /// The folder that stands for the one the clone was made of.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// A repository and the folder in it that is inspected.
struct Source {
    top: PathBuf,
    prefix: String,
}

impl Source {
    fn of(root: &Path) -> Result<Source, CloneError> {
        let none = || CloneError::NoRepository(root.to_owned());
        let line = |question: &str| {
            ask_git(root, &["rev-parse", question]).map(|text| text.trim_end_matches('\n').to_owned())
        };
        let top = line("--show-toplevel").filter(|top| !top.is_empty()).ok_or_else(none)?;
        Ok(Source { top: PathBuf::from(top), prefix: line("--show-prefix").ok_or_else(none)? })
    }

    fn write_out(&self, tree: Option<&str>) -> Result<FreshClone, CloneError> {
        let failed = |why: String| CloneError::Failed(why);
        let folder = tempfile::Builder::new().prefix("testyard-clone-").tempdir();
        let folder = folder.map_err(|error| failed(error.to_string()))?;
        let index = folder.path().join("index").display().to_string();
        let mut variables = vec![("GIT_OPTIONAL_LOCKS", "0"), ("GIT_LFS_SKIP_SMUDGE", "1")];
        if let Some(tree) = tree {
            variables.push(("GIT_INDEX_FILE", index.as_str()));
            self.git(&["read-tree", tree], &variables)?;
        }
        let files = folder.path().join("files");
        let prefix = format!("--prefix={}/", files.display());
        self.git(&["checkout-index", "--all", "--quiet", &prefix], &variables)?;
        let root = files.join(&self.prefix);
        std::fs::create_dir_all(&root).map_err(|error| failed(error.to_string()))?;
        let root = root.canonicalize().map_err(|error| failed(error.to_string()))?;
        Ok(FreshClone { _folder: folder, root })
    }

    fn git(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), CloneError> {
        let arguments: Vec<OsString> = QUIET.iter().chain(arguments).map(OsString::from).collect();
        let done = tool::output("git", &arguments, &self.top, variables)
            .map_err(|error| CloneError::Failed(error.to_string()))?;
        if done.status.success() {
            return Ok(());
        }
        Err(CloneError::Failed(String::from_utf8_lossy(&done.stderr).trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{folder, repository};

    use super::*;

    fn names(root: &Path) -> Vec<String> {
        let tree = crate::scene::Tree::of(root);
        tree.files()
            .iter()
            .map(|file| format!("{}{}", file.path, if file.executable { "*" } else { "" }))
            .collect()
    }

    #[test]
    fn a_clone_has_what_the_index_has() {
        let files = [("a/run.sh*", "true"), (".gitignore", "*.env"), ("b.txt", "old")];
        let Some(repository) = repository(&files, &[("x.env", ""), ("new.txt", "")]) else { return };
        let clone = FreshClone::of_index(repository.path()).unwrap();
        assert_eq!(names(clone.root()), [".gitignore", "a/run.sh*", "b.txt"]);
        let below = FreshClone::of_index(&repository.path().join("a")).unwrap();
        assert_eq!(names(below.root()), ["run.sh*"]);
        let revision = FreshClone::of_revision(repository.path(), "HEAD").unwrap();
        assert_eq!(names(revision.root()), [".gitignore", "a/run.sh*", "b.txt"]);
        let path = clone.root().to_owned();
        drop(clone);
        assert!(!path.exists());
    }

    #[test]
    fn what_cannot_be_cloned_says_why() {
        let plain = folder(&[("a", "")]);
        assert!(matches!(FreshClone::of_index(plain.path()), Err(CloneError::NoRepository(_))));
        let Some(repository) = repository(&[("a", "")], &[]) else { return };
        let wrong = FreshClone::of_revision(repository.path(), "nothing");
        assert!(matches!(wrong, Err(CloneError::NoRevision(_))));
        assert!(matches!(
            FreshClone::of_revision(repository.path(), "--help"),
            Err(CloneError::NoRevision(_))
        ));
    }
}

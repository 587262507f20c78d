//! The files of a project as they were last seen, and which of them nobody would run a test for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that tools made or manage.
const FOLDERS: [&str; 18] = [
    ".git",
    ".hg",
    ".svn",
    ".testyard",
    ".idea",
    ".vscode",
    "__pycache__",
    "node_modules",
    "venv",
    ".venv",
    ".tox",
    ".nox",
    ".eggs",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    "htmlcov",
];

/// Endings of files that editors and compilers leave beside what was saved.
const ENDINGS: [&str; 7] = ["~", ".swp", ".swx", ".swo", ".tmp", ".pyc", "___jb_old___"];

/// Beginnings of such files, and of what measures coverage.
const BEGINNINGS: [&str; 3] = [".#", "#", ".coverage"];

/// Whether a path lies in a folder that tools manage, or is a file that they leave.
pub(super) fn is_passed_over(root: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(root) else { return true };
    let names: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let Some(name) = names.last() else { return false };
    names.iter().any(|name| FOLDERS.contains(&name.as_ref()) || name.ends_with(".egg-info"))
        || ENDINGS.iter().any(|end| name.ends_with(end))
        || BEGINNINGS.iter().any(|start| name.starts_with(start))
        // What vim asks a folder with, whether it may write there.
        || name == "4913"
}

/// Whether a path is a folder to watch: no link, no environment of Python, nothing that calls itself a cache.
pub(super) fn is_folder(path: &Path) -> bool {
    let made = || path.join("pyvenv.cfg").exists() || path.join("CACHEDIR.TAG").exists();
    path.is_dir() && !path.is_symlink() && !made()
}

/// The files and the folders of a folder, those that are passed over left out. Links are files: what they lead to is not
/// watched.
pub(super) fn list(root: &Path, folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let entries = entries.filter(|path| !is_passed_over(root, path));
    let (files, folders): (Vec<PathBuf>, Vec<PathBuf>) =
        entries.partition(|path| !path.is_dir() || path.is_symlink());
    (files, folders.into_iter().filter(|folder| is_folder(folder)).collect())
}

/// The files that were seen.
#[derive(Debug)]
pub(super) struct Known {
    root: PathBuf,
    files: BTreeSet<String>,
}

impl Known {
    pub(super) fn new(root: &Path) -> Known {
        Known { root: root.to_owned(), files: BTreeSet::new() }
    }

    /// A file that was not seen before.
    pub(super) fn new_file(&mut self, path: &Path) -> Option<String> {
        let file = self.relative(path)?;
        self.files.insert(file.clone()).then_some(file)
    }

    /// What it means that something happened to a path which is no folder: the file was saved, or it is gone, or all that
    /// was below it is. What came and went between two looks means nothing.
    pub(super) fn changed(&mut self, path: &Path) -> Vec<String> {
        let Some(file) = self.relative(path) else { return Vec::new() };
        if path.symlink_metadata().is_ok() {
            self.files.insert(file.clone());
            return vec![file];
        }
        let inside = format!("{file}/");
        let gone: Vec<String> =
            self.files.iter().filter(|one| **one == file || one.starts_with(&inside)).cloned().collect();
        self.files.retain(|one| !gone.contains(one));
        gone
    }

    fn relative(&self, path: &Path) -> Option<String> {
        Some(path.strip_prefix(&self.root).ok()?.to_string_lossy().into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_leave_is_passed_over() {
        let check = |path: &str, expected: bool| {
            assert_eq!(is_passed_over(Path::new("/p"), &Path::new("/p").join(path)), expected, "{path}");
        };
        check("tests/test_a.py", false);
        check("compose.yaml", false);
        check(".env", false);
        check("", false);
        check("/elsewhere/a.py", true);
        check("a/__pycache__/b.py", true);
        check(".testyard/latest", true);
        check("a/.b.py.swp", true);
        check("a.py~", true);
        check("4913", true);
        check(".coverage.host.12", true);
    }
}

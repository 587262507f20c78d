//! Every file of a project, listed once: path, size, run bit, links. Nothing is opened.

use std::collections::HashSet;
use std::fs::{DirEntry, Metadata};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The most files that are listed. A larger tree is not listed to its end, see [`Tree::complete`].
const MOST: usize = 500_000;

/// Folders whose files others wrote or programs made. Also foreign are folders with a `pyvenv.cfg` (an environment of
/// Python) or a `CACHEDIR.TAG` (a cache by its own word).
const FOREIGN: [&str; 16] = [
    "node_modules",
    "site-packages",
    "bower_components",
    "vendor",
    "third_party",
    "__pycache__",
    "htmlcov",
    "venv",
    ".venv",
    ".tox",
    ".nox",
    ".testyard",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".terraform",
];

/// One file or link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path relative to the root, parts separated by `/`.
    pub path: String,
    /// Its size in bytes; that of the link itself for a link.
    pub bytes: u64,
    /// Whether somebody may execute it.
    pub executable: bool,
    /// Where it leads, when it is a link. Links are never followed while listing.
    pub link: Option<PathBuf>,
    /// Whether it lies in a folder whose files others wrote or programs made: `node_modules`, `.venv`, caches.
    pub foreign: bool,
}

impl File {
    /// Its name, without folders.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The folder it lies in; the empty text for the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// The files of a project, sorted by path. The contents of `.git` folders are left out.
#[derive(Debug, Default)]
pub struct Tree {
    files: Vec<File>,
    folders: HashSet<String>,
    complete: bool,
}

impl Tree {
    /// Lists a folder. What cannot be read is left out.
    pub(crate) fn of(root: &Path) -> Tree {
        let mut tree = Tree { complete: true, ..Tree::default() };
        let mut waiting = vec![(String::new(), false)];
        while let Some((folder, foreign)) = waiting.pop() {
            if tree.files.len() >= MOST {
                tree.complete = false;
                break;
            }
            tree.list(root, &folder, foreign, &mut waiting);
            if !folder.is_empty() {
                tree.folders.insert(folder);
            }
        }
        tree.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        tree
    }

    /// Lists one folder; the folders in it wait to be listed.
    fn list(&mut self, root: &Path, folder: &str, foreign: bool, waiting: &mut Vec<(String, bool)>) {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return };
        let entries: Vec<(String, DirEntry)> = entries
            .flatten()
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry))
            .collect();
        let marked = !folder.is_empty()
            && entries.iter().any(|(name, _)| name == "pyvenv.cfg" || name == "CACHEDIR.TAG");
        let foreign = foreign || marked;
        for (name, entry) in entries {
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && name == ".git" => {}
                Ok(kind) if kind.is_dir() => {
                    waiting.push((path, foreign || FOREIGN.contains(&name.as_str())));
                }
                Ok(_) => {
                    self.files.extend(entry.metadata().ok().map(|data| file(&entry, path, &data, foreign)));
                }
                Err(_) => {}
            }
        }
    }

    /// All files and links, sorted by path.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Whether everything was listed. Where not, a file that is not listed may still be there.
    pub fn complete(&self) -> bool {
        self.complete
    }

    /// The position of a file in [`Tree::files`].
    pub(crate) fn position(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()
    }

    /// A file or link by its path relative to the root.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.position(path).map(|at| &self.files[at])
    }

    /// Whether there is a folder of this path; the empty path is the root.
    pub fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || self.folders.contains(path)
    }

    /// All files below a folder, in its folders too; the empty path is the root.
    pub fn below(&self, folder: &str) -> &[File] {
        if folder.is_empty() {
            return &self.files;
        }
        // Everything that starts with `folder/` stands together, before what starts with `folder0`.
        let (start, end) = (format!("{folder}/"), format!("{folder}0"));
        let from = self.files.partition_point(|file| file.path < start);
        let to = self.files.partition_point(|file| file.path < end);
        &self.files[from..to]
    }

    /// All folders, in no order. The root is not among them.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.iter().map(String::as_str)
    }
}

fn file(entry: &DirEntry, path: String, data: &Metadata, foreign: bool) -> File {
    let link = data.is_symlink().then(|| std::fs::read_link(entry.path()).unwrap_or_default());
    let executable = data.is_file() && data.permissions().mode() & 0o111 != 0;
    File { path, bytes: data.len(), executable, link, foreign }
}

#[cfg(test)]
mod tests {
    use crate::fixture::folder;

    use super::*;

    #[test]
    fn files_are_listed_once_with_what_they_are() {
        let folder = folder(&[
            ("a/run.sh*", "true"),
            ("a/b/deep.txt", "12345"),
            ("a-b", ""),
            ("link@", "a/run.sh"),
            ("empty/", ""),
            (".git/config", ""),
            ("node_modules/x/y.js", ""),
            ("env/pyvenv.cfg", ""),
            ("env/lib/z.py", ""),
        ]);
        let tree = Tree::of(folder.path());
        let shown: Vec<String> = tree
            .files()
            .iter()
            .map(|file| {
                let run = if file.executable { "*" } else { "" };
                let link = file.link.as_ref().map_or(String::new(), |to| format!(" -> {}", to.display()));
                let foreign = if file.foreign { " foreign" } else { "" };
                format!("{}{run}{link}{foreign}", file.path)
            })
            .collect();
        let expected = [
            "a-b",
            "a/b/deep.txt",
            "a/run.sh*",
            "env/lib/z.py foreign",
            "env/pyvenv.cfg foreign",
            "link -> a/run.sh",
            "node_modules/x/y.js foreign",
        ];
        assert_eq!(shown, expected);
        assert!(tree.complete() && tree.is_folder("empty") && tree.is_folder("") && !tree.is_folder("a-b"));
        assert_eq!(
            tree.file("a/b/deep.txt").map(|file| (file.bytes, file.name(), file.folder())),
            Some((5, "deep.txt", "a/b"))
        );
        let below: Vec<&str> = tree.below("a").iter().map(|file| file.path.as_str()).collect();
        assert_eq!(below, ["a/b/deep.txt", "a/run.sh"]);
    }
}

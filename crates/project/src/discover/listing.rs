//! Which files a repository holds, as far down as discovery looks.
//!
//! Environments, build output and foreign code are passed over: what is configured there is not this project's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// How many folders deep files are listed. Test files of large packages lie deep: `src/app/core/tests/unit/api/`.
const DEPTH: usize = 7;
/// How many files are listed at most; a repository with more has its configuration near its root.
const MOST: usize = 200_000;
/// Folders that never hold what a project's people wrote.
const PASSED_OVER: [&str; 16] = [
    "node_modules",
    "site-packages",
    "__pycache__",
    "build",
    "dist",
    "target",
    "venv",
    "virtualenv",
    "env",
    "vendor",
    "third_party",
    "bower_components",
    "htmlcov",
    "eggs",
    "wheels",
    "sdist",
];
/// Folders with a dot that do.
const LOOKED_INTO: [&str; 3] = [".devcontainer", ".docker", ".ci"];

/// The files of a project, relative to its root: nearer ones first, then by name.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    files: Vec<PathBuf>,
    /// The places in `files` of what lies directly in each folder.
    folders: HashMap<PathBuf, Vec<usize>>,
}

impl Listing {
    /// Lists a project. What cannot be read is left out: it is no more there than a file that does not exist.
    pub(crate) fn of(root: &Path) -> Listing {
        let walk = WalkDir::new(root).max_depth(DEPTH).sort_by_file_name().into_iter();
        let mut files: Vec<PathBuf> = walk
            .filter_entry(|entry| entry.depth() == 0 || !entry.file_type().is_dir() || belongs(entry))
            .filter_map(Result::ok)
            .filter(|entry| !entry.file_type().is_dir())
            .filter_map(|entry| entry.path().strip_prefix(root).ok().map(Path::to_owned))
            .take(MOST)
            .collect();
        files.sort_by_key(|path| path.components().count());
        let mut folders: HashMap<PathBuf, Vec<usize>> = HashMap::new();
        for (at, file) in files.iter().enumerate() {
            let folder = file.parent().unwrap_or(Path::new(""));
            match folders.get_mut(folder) {
                Some(places) => places.push(at),
                None => _ = folders.insert(folder.to_owned(), vec![at]),
            }
        }
        Listing { files, folders }
    }

    /// All files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// The files directly in a folder; the empty path is the root.
    pub(crate) fn directly_in(&self, folder: &Path) -> impl Iterator<Item = &Path> + use<'_> {
        let places = self.folders.get(folder).map(Vec::as_slice).unwrap_or_default();
        places.iter().map(|at| self.files[*at].as_path())
    }

    /// The files anywhere below a folder.
    pub(crate) fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a Path> {
        self.files().filter(move |file| file.starts_with(folder))
    }

    /// Whether a file exists.
    pub(crate) fn has(&self, path: &Path) -> bool {
        path.parent().is_some_and(|folder| self.directly_in(folder).any(|file| file == path))
    }
}

/// Whether a folder may hold what the project's people wrote.
fn belongs(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    if name.starts_with('.') {
        return LOOKED_INTO.contains(&name.as_ref());
    }
    !PASSED_OVER.contains(&name.as_ref())
        && !name.ends_with(".egg-info")
        && !entry.path().join("pyvenv.cfg").exists()
}

/// Whether pytest takes a file for a test file by its default patterns.
pub(crate) fn is_test_file(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.strip_suffix(".py").is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test"))
}

/// How many folders deep a relative path's file lies; 0 in the root.
pub(crate) fn depth(path: &Path) -> usize {
    path.components().count().saturating_sub(1)
}

/// The file's name as text.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A folder and all above it up to the root, which is the empty path.
pub(crate) fn upwards(folder: &Path) -> impl Iterator<Item = &Path> {
    folder.ancestors()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn own_files_are_listed_and_foreign_ones_are_not() {
        let folder = testing::folder(&[
            ("b/deep/x.py", ""),
            ("pytest.ini", ""),
            (".devcontainer/docker-compose.yml", ""),
            (".git/config", ""),
            ("node_modules/a/pytest.ini", ""),
            ("my-env/pyvenv.cfg", ""),
            ("my-env/pytest.ini", ""),
            ("my-environment/pytest.ini", ""),
        ]);
        let listing = Listing::of(folder.path());
        let files: Vec<String> = listing.files().map(|file| file.display().to_string()).collect();
        assert_eq!(
            files,
            ["pytest.ini", ".devcontainer/docker-compose.yml", "my-environment/pytest.ini", "b/deep/x.py"]
        );
    }

    #[test]
    fn test_files_by_name() {
        for (path, expected) in [
            ("tests/test_a.py", true),
            ("a_test.py", true),
            ("tests/conftest.py", false),
            ("testing.py", false),
            ("test_a.pyc", false),
        ] {
            assert_eq!(is_test_file(Path::new(path)), expected, "{path}");
        }
    }
}

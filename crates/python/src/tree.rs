//! The project's folders. Each is listed once: looking for an import asks about many files that are not there.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use crate::cache::Witness;

/// What lies in a folder, in the order of names.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Each name, and whether it is a folder; nothing that is neither a file nor a folder.
    entries: Vec<(String, bool)>,
}

impl Listing {
    /// The names, and whether each is a folder.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, bool)> {
        self.entries.iter().map(|(name, is_folder)| (name.as_str(), *is_folder))
    }

    /// Whether a name is that of a folder; nothing when there is no such name.
    fn kind(&self, name: &str) -> Option<bool> {
        let at = self.entries.binary_search_by(|(other, _)| other.as_str().cmp(name)).ok()?;
        Some(self.entries[at].1)
    }
}

/// The folders below a root. Paths are relative to it, with `/` between their parts.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    witness: Arc<Witness>,
    listings: RwLock<HashMap<String, Arc<Listing>>>,
}

impl Tree {
    pub(crate) fn new(root: PathBuf, witness: Arc<Witness>) -> Tree {
        Tree { root, witness, listings: RwLock::default() }
    }

    pub(crate) fn is_file(&self, path: &str) -> bool {
        self.kind(path) == Some(false)
    }

    pub(crate) fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || self.kind(path) == Some(true)
    }

    fn kind(&self, path: &str) -> Option<bool> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.listing(folder).kind(name)
    }

    /// What lies in a folder; nothing in one that is not there.
    pub(crate) fn listing(&self, folder: &str) -> Arc<Listing> {
        let known = self.listings.read().unwrap_or_else(PoisonError::into_inner).get(folder).cloned();
        known.unwrap_or_else(|| {
            let listing = Arc::new(self.read(folder));
            let mut listings = self.listings.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(listings.entry(folder.to_owned()).or_insert(listing))
        })
    }

    fn read(&self, folder: &str) -> Listing {
        let whole = self.root.join(folder);
        self.witness.see(&whole);
        let each = fs::read_dir(whole).into_iter().flatten().flatten();
        let named = each.filter_map(|entry| {
            let kind = entry.file_type().ok()?;
            // A link is what it leads to.
            let (is_file, is_folder) = if kind.is_symlink() {
                self.witness.see(&entry.path());
                let target = fs::metadata(entry.path()).ok()?;
                (target.is_file(), target.is_dir())
            } else {
                (kind.is_file(), kind.is_dir())
            };
            (is_file || is_folder).then_some((entry.file_name().into_string().ok()?, is_folder))
        });
        let mut entries: Vec<(String, bool)> = named.collect();
        entries.sort();
        Listing { entries }
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn files_and_folders_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        testyard_sys::files::write(&folder.path().join("a/c.py"), "").unwrap();
        let tree = Tree::new(folder.path().to_owned(), std::sync::Arc::default());
        assert!(tree.is_folder("") && tree.is_folder("a") && tree.is_folder("a/b"));
        assert!(tree.is_file("a/c.py") && !tree.is_file("a/b") && !tree.is_folder("a/c.py"));
        assert!(!tree.is_file("a/d.py") && !tree.is_file("x/y/z.py") && !tree.is_folder("x"));
        assert_eq!(tree.listing("a").entries().collect::<Vec<_>>(), [("b", true), ("c.py", false)]);
    }
}

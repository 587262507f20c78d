//! Files that the tests themselves write. A run for each of them would be a run for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Saved;

/// Tells what people save while a run goes on from what the run writes.
///
/// A file that led to a run, and changes again during that run, is taken for the tests' own: from then on what happens to
/// it during runs does not count. Python files count as long as their text is another one: people write those.
#[derive(Debug)]
pub struct Noise {
    root: PathBuf,
    /// What led to the run that goes on, with what stood in it.
    causes: BTreeMap<String, Option<Vec<u8>>>,
    noisy: BTreeSet<String>,
}

impl Noise {
    /// Nothing is known yet.
    pub fn of(root: &Path) -> Noise {
        Noise { root: root.to_owned(), causes: BTreeMap::new(), noisy: BTreeSet::new() }
    }

    /// A run begins, for what was saved.
    pub fn begins(&mut self, saved: &Saved) {
        self.causes = saved.files.iter().map(|file| (file.clone(), self.text(file))).collect();
    }

    /// Takes out of what was saved during the run what the run itself wrote. Returns what was found out to be so only now.
    pub fn quieten(&mut self, saved: &mut Saved) -> Vec<String> {
        let mut found = Vec::new();
        saved.files.retain(|file| {
            if self.noisy.contains(file) {
                return false;
            }
            let Some(before) = self.causes.get(file) else { return true };
            if file.ends_with(".py") {
                return *before != self.text(file);
            }
            found.push(file.clone());
            false
        });
        self.noisy.extend(found.iter().cloned());
        found
    }

    /// A digest of what stands in a file; none when it is gone.
    fn text(&self, file: &str) -> Option<Vec<u8>> {
        fs::read(self.root.join(file)).ok().map(|text| Sha256::digest(text).to_vec())
    }
}

#[cfg(test)]
mod tests {
    use testyard_sys::files::write_atomic;

    use super::*;

    fn saved(files: &[&str]) -> Saved {
        Saved { files: files.iter().map(|file| (*file).to_owned()).collect(), anything: false }
    }

    #[test]
    fn what_the_tests_write_leads_to_one_run_at_most() {
        let folder = tempfile::tempdir().unwrap();
        let mut noise = Noise::of(folder.path());
        noise.begins(&saved(&[]));
        let mut first = saved(&["out.json"]);
        assert!(noise.quieten(&mut first).is_empty() && !first.is_empty());
        noise.begins(&first);
        let mut second = saved(&["out.json", "config.toml"]);
        assert_eq!(noise.quieten(&mut second), ["out.json"]);
        assert_eq!(second, saved(&["config.toml"]));
        noise.begins(&second);
        let mut third = saved(&["out.json"]);
        assert!(noise.quieten(&mut third).is_empty() && third.is_empty());
    }

    #[test]
    fn python_that_was_edited_meanwhile_counts() {
        let folder = tempfile::tempdir().unwrap();
        let mut noise = Noise::of(folder.path());
        write_atomic(&folder.path().join("a.py"), b"1").unwrap();
        noise.begins(&saved(&["a.py"]));
        let mut same = saved(&["a.py"]);
        noise.quieten(&mut same);
        assert!(same.is_empty(), "it was written again as it was");
        write_atomic(&folder.path().join("a.py"), b"2").unwrap();
        let mut other = saved(&["a.py"]);
        noise.quieten(&mut other);
        assert_eq!(other, saved(&["a.py"]));
    }
}

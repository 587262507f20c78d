//! What was read of files is kept, by the hash of their contents: a file that did not change is not read again.
//!
//! One file for each project. It is only a shortcut: whatever is wrong with it, files are read as if it were not there.

mod whole;
mod witness;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub(crate) use whole::Whole;
pub(crate) use witness::Witness;

use witness::{Stamp, stamp};

use crate::read::Read;

/// Raised whenever what is kept, or how files are read, changes.
const FORMAT: u32 = 10;
/// What was read of a file: what stands in it, or the line and what is wrong there.
pub(crate) type Outcome = Result<Read, (u32, String)>;

type Hash = [u8; 32];

/// One file, in the index.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    path: String,
    stamp: Option<Stamp>,
    hash: Hash,
    /// How many bytes of the rest are its own.
    length: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct Index {
    /// What the files were read for.
    tag: String,
    entries: Vec<Entry>,
}

/// A file that is known from before.
#[derive(Debug)]
struct Known {
    entry: Entry,
    place: Range<usize>,
}

/// What was read of the files of one project.
#[derive(Debug)]
pub(crate) struct Cache {
    file: PathBuf,
    root: PathBuf,
    tag: String,
    data: Vec<u8>,
    known: HashMap<String, Known>,
    witness: Arc<Witness>,
    /// What is to be written: entries that are new or no longer as they were.
    fresh: Mutex<BTreeMap<String, (Entry, Vec<u8>)>>,
}

impl Cache {
    /// What is kept for a project in a folder of caches. The version of Python decides how files are read.
    pub(crate) fn open(
        folder: &Path,
        root: &Path,
        version: Option<(u32, u32)>,
        witness: Arc<Witness>,
    ) -> Cache {
        let tag = format!("{FORMAT} {} {version:?} {}", env!("CARGO_PKG_VERSION"), root.display());
        let file = folder.join(format!("{}.bin", name(root)));
        let data = fs::read(&file).unwrap_or_default();
        let known = index(&data, &tag).unwrap_or_default();
        Cache { file, root: root.to_owned(), tag, data, known, witness, fresh: Mutex::default() }
    }

    /// What stands in a file, from before when it is still the same; nothing when it cannot be read.
    pub(crate) fn read(&self, path: &str, read: impl FnOnce(Vec<u8>) -> Outcome) -> Option<Outcome> {
        let whole = self.root.join(path);
        self.witness.see(&whole);
        let stamp = stamp(&fs::metadata(&whole).ok()?);
        let known = self.known.get(path);
        if let Some(known) = known.filter(|known| stamp.is_some() && known.entry.stamp == stamp)
            && let Some(outcome) = self.decoded(known)
        {
            return Some(outcome);
        }
        let bytes = fs::read(&whole).ok()?;
        let hash: Hash = Sha256::digest(&bytes).into();
        let same = known.filter(|known| known.entry.hash == hash);
        let outcome = match same.and_then(|known| self.decoded(known)) {
            Some(outcome) => outcome,
            None => read(bytes),
        };
        if same.is_none() || stamp.is_some() {
            self.keep(Entry { path: path.to_owned(), stamp, hash, length: 0 }, &outcome);
        }
        Some(outcome)
    }

    fn decoded(&self, known: &Known) -> Option<Outcome> {
        postcard::from_bytes(self.data.get(known.place.clone())?).ok()
    }

    fn keep(&self, mut entry: Entry, outcome: &Outcome) {
        let Ok(bytes) = postcard::to_stdvec(outcome) else { return };
        entry.length = bytes.len();
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.insert(entry.path.clone(), (entry, bytes));
    }

    /// Writes what is new beside what is still true. A cache that cannot be written is none, and costs only time.
    pub(crate) fn save(self) {
        let fresh = self.fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
        if fresh.is_empty() {
            return;
        }
        let old = self.known.values().filter(|known| !fresh.contains_key(&known.entry.path));
        let old = old.filter(|known| self.root.join(&known.entry.path).is_file());
        let mut all: Vec<(&Entry, &[u8])> =
            old.map(|known| (&known.entry, &self.data[known.place.clone()])).collect();
        all.extend(fresh.values().map(|(entry, bytes)| (entry, bytes.as_slice())));
        let index = Index { tag: self.tag, entries: all.iter().map(|(entry, _)| (*entry).clone()).collect() };
        let Ok(mut body) = postcard::to_stdvec(&index) else { return };
        all.iter().for_each(|(_, bytes)| body.extend_from_slice(bytes));
        if let Some(folder) = self.file.parent() {
            let _ = fs::create_dir_all(folder)
                .and_then(|()| testyard_sys::files::write_atomic(&self.file, wrapped(body)));
        }
    }
}

/// The entries of a cache, when it is whole and was written for the same.
fn index(data: &[u8], tag: &str) -> Option<HashMap<String, Known>> {
    let (index, rest) = postcard::take_from_bytes::<Index>(unwrapped(data)?).ok()?;
    if index.tag != tag {
        return None;
    }
    let mut at = data.len() - rest.len();
    let each = index.entries.into_iter().map(|entry| {
        let place = at..at.saturating_add(entry.length);
        at = place.end;
        (entry.path.clone(), Known { entry, place })
    });
    Some(each.collect())
}

/// Bytes behind their checksum.
fn wrapped(mut body: Vec<u8>) -> Vec<u8> {
    let mut file = crc32fast::hash(&body).to_le_bytes().to_vec();
    file.append(&mut body);
    file
}

/// The bytes behind a checksum, when it is theirs.
fn unwrapped(data: &[u8]) -> Option<&[u8]> {
    let (sum, body) = data.split_first_chunk::<4>()?;
    (crc32fast::hash(body).to_le_bytes() == *sum).then_some(body)
}

/// What a project's files are called by.
fn name(root: &Path) -> String {
    let hash = Sha256::digest(root.as_os_str().as_encoded_bytes());
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::read;

    /// Reads a file of a project through its cache; tells whether it came from there.
    fn is_kept(folder: &Path, path: &str, version: Option<(u32, u32)>) -> bool {
        let cache = Cache::open(&folder.join("cache"), folder, version, Arc::default());
        let was_read = Cell::new(false);
        let outcome = cache.read(path, |bytes| {
            was_read.set(true);
            read::read(&String::from_utf8(bytes).unwrap(), version)
        });
        let expected = read::read(&fs::read_to_string(folder.join(path)).unwrap(), version);
        assert_eq!(outcome, Some(expected));
        cache.save();
        !was_read.get()
    }

    #[test]
    fn what_did_not_change_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        testyard_sys::files::write(&folder.join("a.py"), "VALUES = [1, 2.5, 'x', {'a': None}]\nimport os\n")
            .unwrap();
        testyard_sys::files::write(&folder.join("b.py"), "this is no Python\n").unwrap();
        for path in ["a.py", "b.py"] {
            assert!(!is_kept(folder, path, None));
            assert!(is_kept(folder, path, None), "the contents are the same");
        }
        testyard_sys::files::write(&folder.join("a.py"), "VALUES = [1, 2.5, 'y', {'a': None}]\nimport os\n")
            .unwrap();
        assert!(!is_kept(folder, "a.py", None), "a change of the same length is seen at once");
        assert!(is_kept(folder, "b.py", None), "what is asked for later stays");
        assert!(!is_kept(folder, "b.py", Some((3, 9))), "another Python reads files in another way");
    }

    #[test]
    fn a_damaged_cache_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        testyard_sys::files::write(&folder.join("a.py"), "import os\n").unwrap();
        is_kept(folder, "a.py", None);
        let file = fs::read_dir(folder.join("cache")).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            testyard_sys::files::write(&file, &damaged).unwrap();
            assert!(!is_kept(folder, "a.py", None), "byte {at}");
        }
        testyard_sys::files::write(&file, &whole[..whole.len() / 2]).unwrap();
        assert!(!is_kept(folder, "a.py", None));
    }
}

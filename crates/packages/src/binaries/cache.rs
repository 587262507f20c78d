//! Programs that were unpacked before: one folder each, with a manifest of every file in it.
//!
//! An entry is made in a temporary folder beside the others ([`Draft`]) and renamed when it is whole; what is under
//! its final name is complete. Before each use the presence and size of every file are compared with the manifest;
//! [`verify`] compares the contents as well.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use testyard_model::product::Source;
use testyard_model::{Product, Provision};
use testyard_sys::files;
use walkdir::WalkDir;

/// The version of the manifest's format; entries of another one are not used.
const FORMAT: u32 = 1;

const MANIFEST: &str = "manifest.json";

/// The folder in an entry that the program's own paths lie under.
const ROOT: &str = "root";

/// Beginnings of the names of folders that are still being filled.
const DRAFT: &str = ".draft-";

/// What an entry holds, as its manifest says.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    product: Product,
    version: String,
    source: Source,
    /// Which wheel or packages it came from.
    origin: String,
    /// The folders of executables, relative to the root.
    bin: Vec<PathBuf>,
    /// The folders of libraries, relative to the root.
    libraries: Vec<PathBuf>,
    files: Vec<FileRecord>,
}

/// One file or symbolic link.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FileRecord {
    path: PathBuf,
    /// Its size; a symbolic link's is the length of what it names.
    bytes: u64,
    /// The SHA-256 of its contents, in hexadecimal; of what a symbolic link names.
    sha256: String,
}

/// A program in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its folder.
    pub path: PathBuf,
    /// Which wheel or packages it came from.
    pub origin: String,
    /// What it provides. Extensions are not looked at: nothing is said to be missing.
    pub provision: Provision,
    /// The size of its files together.
    pub bytes: u64,
}

/// Every program in the cache whose files are there in their sizes.
pub fn entries(cache: &Path) -> Vec<Entry> {
    whole(children(&binaries(cache)))
}

/// The programs of these products in the cache whose files are there in their sizes.
pub(super) fn of(cache: &Path, products: &[Product]) -> Vec<Entry> {
    let mine = |folder: &PathBuf| products.iter().any(|product| belongs(&name(folder), *product));
    whole(children(&binaries(cache)).into_iter().filter(mine).collect())
}

fn whole(folders: Vec<PathBuf>) -> Vec<Entry> {
    let read = |folder: PathBuf| read(&folder).ok().and_then(|manifest| entry(folder, &manifest));
    let mut found: Vec<Entry> = folders.into_iter().filter_map(read).collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The files of an entry that are not as they were unpacked: missing, of another size, or with other contents. Reads
/// every byte.
pub fn verify(entry: &Entry) -> io::Result<Vec<PathBuf>> {
    let manifest = read(&entry.path)?;
    let root = entry.path.join(ROOT);
    Ok(manifest
        .files
        .into_iter()
        .filter(|known| record(&root, &known.path).ok().as_ref() != Some(known))
        .map(|known| root.join(known.path))
        .collect())
}

/// Removes what was left half made, and entries of a product that have been damaged. Only for the holder of the
/// product's lock.
pub(super) fn sweep(cache: &Path, product: Product) -> io::Result<()> {
    for folder in children(&binaries(cache)) {
        let name = name(&folder);
        let draft = name.starts_with(&format!("{DRAFT}{}-", product.word()));
        if draft
            || (belongs(&name, product)
                && read(&folder).ok().and_then(|m| entry(folder.clone(), &m)).is_none())
        {
            files::remove_tree(&folder)?;
        }
    }
    Ok(())
}

/// The folder of all entries.
pub(super) fn binaries(cache: &Path) -> PathBuf {
    cache.join("binaries")
}

fn belongs(name: &str, product: Product) -> bool {
    name.strip_prefix(product.word()).is_some_and(|rest| rest.starts_with('-'))
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect()
}

fn read(folder: &Path) -> io::Result<Manifest> {
    let manifest: Manifest = serde_json::from_slice(&std::fs::read(folder.join(MANIFEST))?)?;
    if manifest.format == FORMAT {
        Ok(manifest)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "the manifest is of another format"))
    }
}

fn entry(path: PathBuf, manifest: &Manifest) -> Option<Entry> {
    let root = path.join(ROOT);
    let whole = manifest
        .files
        .iter()
        .all(|file| root.join(&file.path).symlink_metadata().is_ok_and(|meta| meta.len() == file.bytes));
    whole.then(|| Entry {
        origin: manifest.origin.clone(),
        bytes: manifest.files.iter().map(|file| file.bytes).sum(),
        provision: Provision {
            product: manifest.product,
            version: manifest.version.clone(),
            source: manifest.source,
            bin: manifest.bin.iter().map(|folder| root.join(folder)).collect(),
            libraries: manifest.libraries.iter().map(|folder| root.join(folder)).collect(),
            environment: BTreeMap::new(),
            missing_extensions: Vec::new(),
            root,
        },
        path,
    })
}

/// An entry in the making. Dropped before it is finished, it vanishes.
pub(super) struct Draft {
    folder: PathBuf,
}

impl Draft {
    /// An empty folder for a program. Only for the holder of the product's lock.
    pub(super) fn new(cache: &Path, product: Product) -> io::Result<Draft> {
        let folder = binaries(cache).join(format!("{DRAFT}{}-{}", product.word(), std::process::id()));
        let draft = Draft { folder };
        std::fs::create_dir_all(draft.root())?;
        Ok(draft)
    }

    /// Where to unpack the program.
    pub(super) fn root(&self) -> PathBuf {
        self.folder.join(ROOT)
    }

    /// A folder for what is not kept.
    pub(super) fn scrap(&self) -> PathBuf {
        self.folder.join("scrap")
    }

    /// Writes the manifest and gives the entry its final name. Takes over what `provision` says; its paths must lie
    /// under [`Draft::root`].
    pub(super) fn finish(self, cache: &Path, provision: &Provision, origin: &str) -> io::Result<Entry> {
        if self.scrap().exists() {
            files::remove_tree(&self.scrap())?;
        }
        let root = self.root();
        let relative = |folders: &[PathBuf]| -> Vec<PathBuf> {
            folders.iter().filter_map(|folder| Some(folder.strip_prefix(&root).ok()?.to_owned())).collect()
        };
        let manifest = Manifest {
            format: FORMAT,
            product: provision.product,
            version: provision.version.clone(),
            source: provision.source,
            origin: origin.to_owned(),
            bin: relative(&provision.bin),
            libraries: relative(&provision.libraries),
            files: records(&root)?,
        };
        let text = serde_json::to_vec(&manifest)?;
        files::write_atomic(&self.folder.join(MANIFEST), &text)?;
        let place = binaries(cache).join(format!(
            "{}-{}-{}-{}",
            manifest.product.word(),
            manifest.version,
            word(manifest.source),
            &hex(&Sha256::digest(&text))[..12]
        ));
        // The very same entry may be there already, when it was damaged in a way that only its contents tell.
        if place.exists() {
            files::remove_tree(&place)?;
        }
        std::fs::rename(&self.folder, &place)?;
        entry(place, &manifest).ok_or_else(|| io::Error::other("the files changed while they were recorded"))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.folder.exists() {
            // What cannot be removed now is swept by the next one who fetches this product.
            let _ = files::remove_tree(&self.folder);
        }
    }
}

fn word(source: Source) -> &'static str {
    match source {
        Source::Host => "host",
        Source::Wheel => "wheel",
        Source::Debian => "debian",
    }
}

fn records(root: &Path) -> io::Result<Vec<FileRecord>> {
    let mut records = Vec::new();
    for found in WalkDir::new(root).sort_by_file_name() {
        let found = found?;
        if !found.file_type().is_dir() {
            let relative = found.path().strip_prefix(root).map_err(io::Error::other)?;
            records.push(record(root, relative)?);
        }
    }
    Ok(records)
}

fn record(root: &Path, relative: &Path) -> io::Result<FileRecord> {
    use std::os::unix::ffi::OsStrExt;
    let path = root.join(relative);
    let meta = path.symlink_metadata()?;
    let mut digest = Sha256::new();
    if meta.is_symlink() {
        digest.update(std::fs::read_link(&path)?.as_os_str().as_bytes());
    } else {
        io::copy(&mut File::open(&path)?, &mut Sink(&mut digest))?;
    }
    Ok(FileRecord { path: relative.to_owned(), bytes: meta.len(), sha256: hex(&digest.finalize()) })
}

struct Sink<'a>(&'a mut Sha256);

impl io::Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(cache: &Path, contents: &str) -> Entry {
        let draft = Draft::new(cache, Product::Redis).unwrap();
        let bin = draft.root().join("usr/bin");
        std::fs::create_dir_all(&bin).unwrap();
        files::write(&bin.join("redis-server"), contents.as_bytes()).unwrap();
        std::os::unix::fs::symlink("redis-server", bin.join("redis")).unwrap();
        let provision = Provision {
            product: Product::Redis,
            version: "7.0.15".to_owned(),
            source: Source::Debian,
            root: draft.root(),
            bin: vec![bin],
            libraries: Vec::new(),
            environment: BTreeMap::new(),
            missing_extensions: Vec::new(),
        };
        draft.finish(cache, &provision, "redis-server").unwrap()
    }

    #[test]
    fn what_was_finished_is_found_again() {
        let cache = tempfile::tempdir().unwrap();
        let made = sample(cache.path(), "abc");
        assert_eq!(entries(cache.path()), std::slice::from_ref(&made));
        assert!(made.provision.bin[0].join("redis-server").is_file());
        assert_eq!(verify(&made).unwrap(), Vec::<PathBuf>::new());
        assert_eq!(sample(cache.path(), "abc").path, made.path, "the same contents get the same name");
    }

    #[test]
    fn damage_is_seen_and_swept() {
        let cache = tempfile::tempdir().unwrap();
        let made = sample(cache.path(), "abc");
        let server = made.provision.bin[0].join("redis-server");
        files::write(&server, b"abd").unwrap();
        assert_eq!(entries(cache.path()).len(), 1, "the size is the same");
        assert_eq!(verify(&made).unwrap(), std::slice::from_ref(&server));
        files::write(&server, b"abcd").unwrap();
        assert_eq!(entries(cache.path()), []);
        sweep(cache.path(), Product::Valkey).unwrap();
        assert!(made.path.exists(), "it belongs to another product");
        sweep(cache.path(), Product::Redis).unwrap();
        assert!(!made.path.exists());
    }

    #[test]
    fn drafts_vanish() {
        let cache = tempfile::tempdir().unwrap();
        let draft = Draft::new(cache.path(), Product::Redis).unwrap();
        let folder = draft.folder.clone();
        assert!(folder.is_dir());
        drop(draft);
        assert!(!folder.exists());
        std::fs::create_dir_all(binaries(cache.path()).join(".draft-redis-1/root")).unwrap();
        sweep(cache.path(), Product::Redis).unwrap();
        assert_eq!(children(&binaries(cache.path())), Vec::<PathBuf>::new());
    }
}

//! What an environment of Python can import: its standard library and the packages that are installed in it.

mod metadata;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub(crate) use metadata::Metadata;

use crate::cache::Witness;

/// Modules that are part of the interpreter itself and have no file. Source: `sys.builtin_module_names` of CPython 3.9 to 3.13.
const BUILT_IN: [&str; 36] = [
    "_abc",
    "_ast",
    "_bisect",
    "_codecs",
    "_collections",
    "_datetime",
    "_functools",
    "_heapq",
    "_imp",
    "_io",
    "_locale",
    "_operator",
    "_random",
    "_signal",
    "_sre",
    "_stat",
    "_statistics",
    "_string",
    "_struct",
    "_symtable",
    "_thread",
    "_tracemalloc",
    "_typing",
    "_warnings",
    "_weakref",
    "atexit",
    "builtins",
    "errno",
    "faulthandler",
    "gc",
    "itertools",
    "marshal",
    "posix",
    "pwd",
    "sys",
    "time",
];

/// An environment of Python.
#[derive(Debug)]
pub(crate) struct World {
    /// The folders to search, in order.
    folders: Vec<PathBuf>,
    witness: Arc<Witness>,
    /// Where packages are installed.
    site: PathBuf,
    metadata: OnceLock<Metadata>,
    /// Packages that an editable installation maps elsewhere.
    mapped: HashMap<String, PathBuf>,
    /// Its version.
    pub(crate) version: Option<(u32, u32)>,
    known: Mutex<HashMap<String, Found>>,
    listings: Mutex<HashMap<PathBuf, Arc<HashSet<String>>>>,
}

/// Where a module is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// It has this source.
    Source(PathBuf),
    /// It is there without a source that can be read: native, built in, or a namespace.
    Opaque,
    /// It is not there; its parent, up to this many parts, is.
    Missing(usize),
}

impl World {
    /// The environment in a folder; nothing when there is none.
    pub(crate) fn of(environment: &Path, witness: &Arc<Witness>) -> Option<World> {
        witness.see(&environment.join("lib"));
        witness.see(&environment.join("pyvenv.cfg"));
        let lib = fs::read_dir(environment.join("lib")).ok()?.flatten();
        let (version, lib) = lib
            .filter_map(|entry| Some((version_of(&entry.file_name().to_string_lossy())?, entry.path())))
            .max_by_key(|(version, _)| *version)?;
        let site = lib.join("site-packages");
        let base = base(environment, version).unwrap_or_else(|| lib.clone());
        let mut folders = vec![base.clone(), base.join("lib-dynload"), site.clone()];
        let mut mapped = HashMap::new();
        witness.see(&site);
        let names = fs::read_dir(&site).into_iter().flatten().flatten();
        let mut names: Vec<PathBuf> = names.map(|entry| entry.path()).collect();
        names.sort();
        for path in names {
            witness.see(&path);
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(".pth") {
                folders.extend(paths_of(&path, &site, witness));
            } else if name.starts_with("__editable__") && name.ends_with("_finder.py") {
                mapped.extend(mapping_of(&path));
            }
        }
        Some(World {
            folders,
            witness: Arc::clone(witness),
            site,
            metadata: OnceLock::new(),
            mapped,
            version: Some(version),
            known: Mutex::default(),
            listings: Mutex::default(),
        })
    }

    /// What the installed packages say of themselves.
    pub(crate) fn metadata(&self) -> &Metadata {
        self.metadata.get_or_init(|| Metadata::of(&self.site, &self.witness))
    }

    /// The folder of an installed package.
    pub(crate) fn folder(&self, package: &str) -> Option<PathBuf> {
        let folder = self.site.join(package);
        folder.is_dir().then_some(folder)
    }

    /// Where a dotted module is.
    pub(crate) fn find(&self, module: &str) -> Found {
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(module) {
            return known.clone();
        }
        let found = self.search(module);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(module.to_owned(), found.clone());
        found
    }

    fn search(&self, module: &str) -> Found {
        let parts: Vec<&str> = module.split('.').collect();
        if BUILT_IN.contains(&parts[0]) {
            return Found::Opaque;
        }
        let mut places: Vec<PathBuf> = self.folders.clone();
        if let Some(package) = self.mapped.get(parts[0]) {
            places.extend(package.parent().map(Path::to_owned));
        }
        for (number, part) in parts.iter().enumerate() {
            let last = number + 1 == parts.len();
            match self.step(&places, part) {
                Step::Package(init, _) if last => return init.map_or(Found::Opaque, Found::Source),
                Step::Package(_, folder) => places = vec![folder],
                Step::Module(source) if last => return Found::Source(source),
                Step::Native if last => return Found::Opaque,
                Step::Namespace(_) if last => return Found::Opaque,
                Step::Namespace(folders) => places = folders,
                // A package that makes its modules as it runs, such as `six.moves`.
                Step::Module(source) if self.is_dynamic(&source) => return Found::Opaque,
                Step::Native => return Found::Opaque,
                Step::Module(_) => return Found::Missing(number + 1),
                Step::Nothing
                    if places.iter().any(|place| self.is_dynamic(&place.join("__init__.py")))
                        && number > 0 =>
                {
                    return Found::Opaque;
                }
                Step::Nothing => return Found::Missing(number),
            }
        }
        Found::Opaque
    }

    /// One part of a dotted name in some folders. A package comes before a module, a folder without `__init__.py` last.
    fn step(&self, places: &[PathBuf], part: &str) -> Step {
        let mut namespaces = Vec::new();
        for place in places {
            let names = self.listing(place);
            let source = format!("{part}.py");
            if names.contains(part) {
                let folder = place.join(part);
                let inner = self.listing(&folder);
                if inner.contains("__init__.py") {
                    return Step::Package(Some(folder.join("__init__.py")), folder);
                }
                if is_native(&inner, "__init__") {
                    return Step::Package(None, folder);
                }
                if folder.is_dir() {
                    namespaces.push(folder);
                }
            }
            if names.contains(&source) {
                return Step::Module(place.join(source));
            }
            if is_native(&names, part) {
                return Step::Native;
            }
        }
        if namespaces.is_empty() { Step::Nothing } else { Step::Namespace(namespaces) }
    }

    /// Takes note that something is looked at.
    pub(crate) fn see(&self, path: &Path) {
        self.witness.see(path);
    }

    /// The text of a file of the environment.
    pub(crate) fn text(&self, source: &Path) -> Option<String> {
        self.witness.see(source);
        fs::read_to_string(source).ok()
    }

    /// Whether a package puts modules in place as it runs.
    fn is_dynamic(&self, source: &Path) -> bool {
        self.text(source).is_some_and(|text| text.contains("sys.modules") || text.contains("__path__"))
    }

    /// The names in a folder, read once; none of what is no folder.
    fn listing(&self, folder: &Path) -> Arc<HashSet<String>> {
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = listings.get(folder) {
            return Arc::clone(known);
        }
        self.witness.see(folder);
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let names = Arc::new(names.collect::<HashSet<String>>());
        listings.insert(folder.to_owned(), Arc::clone(&names));
        names
    }
}

/// Whether a compiled module of this name is among those of a folder.
fn is_native(names: &HashSet<String>, name: &str) -> bool {
    let compiled = [".so", ".pyd", ".pyc"];
    names.iter().any(|file| {
        let rest = file.strip_prefix(name).filter(|rest| rest.starts_with('.'));
        rest.is_some_and(|rest| compiled.iter().any(|end| rest.ends_with(end)))
    })
}

enum Step {
    Package(Option<PathBuf>, PathBuf),
    Namespace(Vec<PathBuf>),
    Module(PathBuf),
    Native,
    Nothing,
}

fn version_of(folder: &str) -> Option<(u32, u32)> {
    let (major, minor) = folder.strip_prefix("python")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The standard library of the interpreter that an environment was made with.
fn base(environment: &Path, version: (u32, u32)) -> Option<PathBuf> {
    let text = fs::read_to_string(environment.join("pyvenv.cfg")).ok()?;
    let home =
        text.lines().find_map(|line| line.split_once('=').filter(|(key, _)| key.trim() == "home"))?.1.trim();
    let name = format!("python{}.{}", version.0, version.1);
    let home = Path::new(home).canonicalize().ok()?;
    let found = home.parent()?.join("lib").join(name);
    found.is_dir().then_some(found)
}

/// The folders that a `.pth` file adds.
fn paths_of(file: &Path, site: &Path, witness: &Witness) -> Vec<PathBuf> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().map(str::trim);
    let paths =
        lines.filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("import "));
    let paths = paths.map(|line| site.join(line)).inspect(|path| witness.see(path));
    paths.filter(|path| path.is_dir()).collect()
}

/// What the finder of an editable installation maps: `MAPPING = {'package': '/its/folder'}`.
fn mapping_of(file: &Path) -> Vec<(String, PathBuf)> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("MAPPING")).unwrap_or_default();
    let Some((_, dictionary)) = line.split_once("= {") else { return Vec::new() };
    let words: Vec<&str> = dictionary.split('\'').skip(1).step_by(2).collect();
    words.chunks_exact(2).map(|pair| (pair[0].to_owned(), PathBuf::from(pair[1]))).collect()
}

//! The modules of a project: read once each, and found by the names they are imported by.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use testyard_model::collection::FoundStub;

use crate::cache::{Cache, Witness};
use crate::read::{self, Body, Bound, Doctest, From, Read, Step, Stub, Uses};
use crate::settings::Settings;
use crate::tree::Tree;

/// How many names are followed from one to the next; a circle ends there.
pub(crate) const HOPS: usize = 16;

/// One module of the project.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its file, relative to the root.
    pub(crate) path: String,
    /// What stands in it; empty when it cannot be read.
    pub(crate) body: Body,
    /// What happens when it is imported.
    pub(crate) steps: Vec<Step>,
    /// Whether it may have names that are written nowhere.
    pub(crate) dynamic: bool,
    /// Whether, as a package, it may have modules that lie nowhere in it.
    pub(crate) makes_modules: bool,
    /// What it uses anywhere in it.
    pub(crate) uses: Uses,
    /// What in it is a stub.
    pub(crate) stubs: Vec<Stub>,
    /// Its doctests.
    pub(crate) doctests: Vec<Doctest>,
    /// Why it cannot be read, and on which line.
    pub(crate) error: Option<(u32, String)>,
}

impl Module {
    /// Whether it may have names that are written nowhere, once it has come to a line, or in the end.
    pub(crate) fn is_open(&self, come_to: Option<u32>) -> bool {
        let answers = self.body.line("__getattr__");
        self.dynamic
            || !self.body.stars.is_empty()
            || answers.is_some_and(|line| come_to.is_none_or(|come_to| line < come_to))
    }

    /// A module with nothing in it.
    pub(crate) fn nothing(path: &str) -> Module {
        Module::of(path, Read::default(), None)
    }

    fn of(path: &str, read: Read, error: Option<(u32, String)>) -> Module {
        let Read { body, steps, dynamic, makes_modules, uses, stubs, doctests } = read;
        Module { path: path.to_owned(), body, steps, dynamic, makes_modules, uses, stubs, doctests, error }
    }
}

/// All modules that were asked for.
pub(crate) struct Project<'s> {
    pub(crate) settings: &'s Settings,
    pub(crate) tree: Tree,
    cache: Option<Cache>,
    modules: Mutex<HashMap<String, Option<Arc<Module>>>>,
    /// What absolute imports lead to, by the folder of the file that imports: asked for nearly every name.
    imported: RwLock<HashMap<String, ByName>>,
}

/// What names lead to in the project.
type ByName = HashMap<String, Option<Arc<Module>>>;

/// Something that stands in a module: the module, and the way there through classes.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) module: Arc<Module>,
    pub(crate) way: Vec<String>,
}

impl Place {
    /// What is bound there.
    pub(crate) fn bound(&self) -> Option<&Bound> {
        let (last, classes) = self.way.split_last()?;
        let mut body = &self.module.body;
        for name in classes {
            match body.last(name)? {
                Bound::Class(class) => body = &class.body,
                _ => return None,
            }
        }
        body.last(last)
    }

    /// The place of a name in the class that stands here.
    pub(crate) fn inside(&self, name: &str) -> Place {
        let mut way = self.way.clone();
        way.push(name.to_owned());
        Place { module: Arc::clone(&self.module), way }
    }
}

/// What a name leads to.
#[derive(Debug, Clone)]
pub(crate) enum Lead {
    /// Something that the project defines.
    Here(Place),
    /// A module of the project.
    Module(Arc<Module>),
    /// Something outside, by its full dotted name.
    Outside(String),
}

impl<'s> Project<'s> {
    pub(crate) fn new(settings: &'s Settings, witness: &Arc<Witness>) -> Project<'s> {
        let cache = settings.cache.as_deref();
        Project {
            settings,
            tree: Tree::new(settings.root.clone(), Arc::clone(witness)),
            cache: cache
                .map(|folder| Cache::open(folder, &settings.root, settings.version, Arc::clone(witness))),
            modules: Mutex::default(),
            imported: RwLock::default(),
        }
    }

    /// Keeps what was read for the next time.
    pub(crate) fn keep(self) {
        if let Some(cache) = self.cache {
            cache.save();
        }
    }

    /// The module of a file, relative to the root; nothing when there is no such file.
    pub(crate) fn module(&self, path: &str) -> Option<Arc<Module>> {
        let known = self.modules.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(known) = known {
            return known;
        }
        let found = self.read(path).map(Arc::new);
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        modules.entry(path.to_owned()).or_insert(found).clone()
    }

    fn read(&self, path: &str) -> Option<Module> {
        let parse = |bytes: Vec<u8>| {
            // Nearly every file is UTF-8, and asking so first is several times faster.
            let text = String::from_utf8(bytes)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            // pytest collects text files as well: each is one doctest.
            if !path.ends_with(".py") {
                return Ok(Read { doctests: read::of_text(&text), ..Read::default() });
            }
            read::read(text.strip_prefix('\u{feff}').unwrap_or(&text), self.settings.version)
        };
        let outcome = match &self.cache {
            Some(cache) => cache.read(path, parse)?,
            None => parse(std::fs::read(self.settings.root.join(path)).ok()?),
        };
        Some(match outcome {
            Ok(read) => Module::of(path, read, None),
            Err(error) => Module::of(path, Read::default(), Some(error)),
        })
    }

    /// What of all that was read is a stub: file, line and name.
    pub(crate) fn stubs(&self) -> Vec<FoundStub> {
        let modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let each = modules.values().flatten().flat_map(|module| {
            let path = self.shown(&module.path);
            module.stubs.iter().map(move |stub| FoundStub {
                path: path.clone(),
                line: stub.line,
                name: stub.name.clone(),
            })
        });
        let mut stubs: Vec<FoundStub> = each.collect();
        stubs.sort();
        stubs
    }

    /// A path as it is seen from the project.
    pub(crate) fn shown(&self, path: &str) -> PathBuf {
        self.settings.folder.join(path)
    }

    /// The module that a file takes names from; nothing when it is not the project's.
    pub(crate) fn imported(&self, by: &Module, from: &From) -> Option<Arc<Module>> {
        if from.level > 0 {
            let mut folder = Path::new(&by.path).parent()?;
            for _ in 1..from.level {
                folder = folder.parent()?;
            }
            return self.at(&join(&folder.to_string_lossy(), &from.module.replace('.', "/")));
        }
        let (folder, _) = by.path.rsplit_once('/').unwrap_or(("", &by.path));
        let known = self.imported.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(folder).and_then(|known| known.get(&from.module)).cloned();
        drop(known);
        found.unwrap_or_else(|| {
            let found = self.absolute(&by.path, &from.module);
            let mut known = self.imported.write().unwrap_or_else(PoisonError::into_inner);
            known.entry(folder.to_owned()).or_default().insert(from.module.clone(), found.clone());
            found
        })
    }

    /// The module of the project that a dotted name leads to from a file.
    fn absolute(&self, by: &str, dotted: &str) -> Option<Arc<Module>> {
        let inner = dotted.replace('.', "/");
        let first = self.search_folder(by);
        let more = self.settings.python_path.iter().map(String::as_str).chain(["", "src"]);
        std::iter::once(first.as_str()).chain(more).find_map(|folder| self.at(&join(folder, &inner)))
    }

    /// The module or package at a path without its ending.
    pub(crate) fn at(&self, path: &str) -> Option<Arc<Module>> {
        self.source(path).and_then(|source| self.module(&source))
    }

    /// Whether there is a module or package at a path without its ending.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.source(path).is_some()
    }

    fn source(&self, path: &str) -> Option<String> {
        let path = path.trim_end_matches('/');
        let names = [join(path, "__init__.py"), format!("{path}.py")];
        names.into_iter().find(|name| self.tree.is_file(name))
    }

    /// The folder that pytest puts before all others when it imports a file: the first above it without `__init__.py`.
    pub(crate) fn search_folder(&self, path: &str) -> String {
        let mut folder = Path::new(path).parent().unwrap_or(Path::new(""));
        while folder != Path::new("") && self.tree.is_file(&join(&folder.to_string_lossy(), "__init__.py")) {
            folder = folder.parent().unwrap_or(Path::new(""));
        }
        folder.to_string_lossy().into_owned()
    }

    /// The packages that a file lies in, the outermost first: they are imported before it.
    pub(crate) fn packages(&self, path: &str) -> Vec<String> {
        let home = self.search_folder(path);
        let mut folder = path;
        let mut found = Vec::new();
        while let Some((above, _)) = folder.rsplit_once('/').filter(|(above, _)| *above != home) {
            folder = above;
            found.push(join(folder, "__init__.py"));
        }
        found.reverse();
        found
    }

    /// What a dotted name leads to, seen from a module.
    pub(crate) fn lead(&self, module: &Arc<Module>, dotted: &str) -> Lead {
        self.follow(module, dotted, HOPS)
    }

    fn follow(&self, module: &Arc<Module>, dotted: &str, hops: usize) -> Lead {
        let outside = || Lead::Outside(dotted.to_owned());
        let Some(hops) = hops.checked_sub(1) else { return outside() };
        let (first, rest) =
            dotted.split_once('.').map_or((dotted, None), |(first, rest)| (first, Some(rest)));
        let lead = match module.body.last(first) {
            Some(Bound::Module(name)) => self.module_named(module, &From { level: 0, module: name.clone() }),
            Some(Bound::From(from, name)) => self.taken(module, from, name, hops),
            Some(Bound::Value(read::Value::Name(other))) if other != first => {
                self.follow(module, other, hops)
            }
            Some(_) => Lead::Here(Place { module: Arc::clone(module), way: vec![first.to_owned()] }),
            None => match self.starred(module, first, hops) {
                Some(lead) => lead,
                None => return outside(),
            },
        };
        match rest {
            Some(rest) => self.deeper(lead, rest, hops),
            None => lead,
        }
    }

    fn module_named(&self, by: &Module, from: &From) -> Lead {
        self.imported(by, from).map_or_else(|| Lead::Outside(from.module.clone()), Lead::Module)
    }

    fn taken(&self, by: &Arc<Module>, from: &From, name: &str, hops: usize) -> Lead {
        match self.imported(by, from) {
            Some(module) if Arc::ptr_eq(&module, by) => Lead::Outside(name.to_owned()),
            Some(module) if module.body.last(name).is_some() || !module.body.stars.is_empty() => {
                self.follow(&module, name, hops)
            }
            found => {
                let inner = From { level: from.level, module: joined(&from.module, name) };
                match self.imported(by, &inner) {
                    Some(module) => Lead::Module(module),
                    None if found.is_some() => Lead::Outside(name.to_owned()),
                    None => Lead::Outside(inner.module),
                }
            }
        }
    }

    /// A name that `from x import *` brings.
    fn starred(&self, module: &Arc<Module>, name: &str, hops: usize) -> Option<Lead> {
        let mut sources = module.body.stars.iter().filter_map(|from| self.imported(module, from));
        sources.find(|source| source.body.last(name).is_some()).map(|source| self.follow(&source, name, hops))
    }

    /// What a dotted name inside of a lead leads to.
    fn deeper(&self, lead: Lead, rest: &str, hops: usize) -> Lead {
        match lead {
            Lead::Outside(name) => Lead::Outside(format!("{name}.{rest}")),
            Lead::Module(module) if module.body.last(rest.split('.').next().unwrap_or(rest)).is_some() => {
                self.follow(&module, rest, hops)
            }
            Lead::Module(module) => {
                let (first, more) =
                    rest.split_once('.').map_or((rest, None), |(first, rest)| (first, Some(rest)));
                let inside = From { level: 1, module: first.to_owned() };
                let package = module.path.ends_with("__init__.py");
                match self.imported(&module, &inside).filter(|_| package) {
                    Some(inner) => match more {
                        Some(more) => self.deeper(Lead::Module(inner), more, hops),
                        None => Lead::Module(inner),
                    },
                    None => Lead::Outside(rest.to_owned()),
                }
            }
            Lead::Here(place) => {
                let way = rest.split('.').fold(place, |place, name| place.inside(name));
                Lead::Here(way)
            }
        }
    }
}

/// A path inside of a folder; the folder may be the root, which is empty.
pub(crate) fn join(folder: &str, inside: &str) -> String {
    if folder.is_empty() { inside.to_owned() } else { format!("{folder}/{inside}") }
}

fn joined(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") }
}

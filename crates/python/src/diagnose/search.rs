//! Where imports lead: to the project, to the environment, or nowhere.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use strsim::levenshtein;
use testyard_model::collection::CauseKind;

use super::{Trouble, written};
use super::{distribution, elsewhere};
use crate::project::{Module, Project, join};
use crate::read::{self, From, Import};
use crate::repair::Repair;
use crate::world::{Found, World};

/// Where an import leads.
pub(crate) enum Place {
    /// A module of the project, with the packages that are imported before it.
    Project(Vec<Arc<Module>>, Arc<Module>),
    /// A folder of the project without `__init__.py`.
    Folder(String),
    /// The environment has it.
    World,
    /// Nowhere.
    Missing(Box<Trouble>),
    /// Nobody can tell: there is no environment.
    Unknown,
}

impl Place {
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Place::Missing(_))
    }
}

pub(crate) struct Search<'p, 's> {
    project: &'p Project<'s>,
    world: Option<&'p World>,
    /// The folders of the project on the search path, relative to the root.
    folders: Vec<String>,
    /// Where first parts of names were found: the path may have hundreds of folders.
    homes: RefCell<HashMap<String, Rc<Home>>>,
    /// Modules of the environment that were read for their names.
    outside: RefCell<HashMap<PathBuf, Option<Rc<Outside>>>>,
}

/// The first folders of the search path that have a name.
struct Home {
    /// As a module, or as a package with `__init__.py`.
    of_module: Option<String>,
    /// As a folder, which is a package only where no module is.
    of_folder: Option<String>,
}

/// A module of the environment.
struct Outside {
    text: String,
    names: BTreeSet<String>,
    /// Whether it may have names that are written nowhere.
    open: bool,
}

impl<'p, 's> Search<'p, 's> {
    pub(crate) fn new(
        project: &'p Project<'s>,
        world: Option<&'p World>,
        files: &[String],
    ) -> Search<'p, 's> {
        let mut folders: Vec<String> = project.settings.python_path.clone();
        folders
            .iter_mut()
            .for_each(|folder| *folder = folder.trim_end_matches('/').trim_start_matches("./").to_owned());
        folders.iter_mut().filter(|folder| *folder == ".").for_each(String::clear);
        let mut seen: HashSet<String> = folders.iter().cloned().collect();
        let mut add = |folder: String| {
            if seen.insert(folder.clone()) {
                folders.push(folder);
            }
        };
        files.iter().for_each(|file| add(project.search_folder(file)));
        // Conftest files are imported as test files are.
        let conftests = files.iter().flat_map(|file| super::conftests(file));
        let mut conftests: Vec<String> = conftests.collect();
        conftests.sort();
        conftests.dedup();
        let there = conftests.iter().filter(|path| project.tree.is_file(path));
        there.for_each(|path| add(project.search_folder(path)));
        add(String::new());
        // Without an environment nobody knows whether `src` is installed; with one, it says so itself.
        if world.is_none() {
            add("src".to_owned());
        }
        Search { project, world, folders, homes: RefCell::default(), outside: RefCell::default() }
    }

    /// Where an import of a module leads.
    pub(crate) fn find(&self, by: &Module, from: &From) -> Place {
        if from.level == 0 {
            return self.absolute(&from.module);
        }
        let mut folder = Path::new(&by.path).parent().map(Path::to_owned).unwrap_or_default();
        for _ in 1..from.level {
            // Above the topmost package relative imports fail; where that is depends on how the file is imported.
            let Some(parent) = folder.parent() else { return Place::Unknown };
            folder = parent.to_owned();
        }
        let folder = folder.to_string_lossy().into_owned();
        if from.module.is_empty() {
            return match self.at(&folder) {
                Some(module) if !folder.is_empty() => Place::Project(Vec::new(), module),
                _ => Place::Folder(folder),
            };
        }
        self.below(&folder, &from.module, written(from))
    }

    /// Where an absolute import leads.
    pub(super) fn absolute(&self, module: &str) -> Place {
        let first = module.split('.').next().unwrap_or(module);
        let home = self.home(first);
        if let Some(folder) = &home.of_module {
            return self.below(folder, module, module.to_owned());
        }
        let in_world = self.world.map(|world| world.find(module));
        match in_world {
            Some(Found::Source(_) | Found::Opaque) => return Place::World,
            Some(Found::Missing(parts)) if parts > 0 => {
                return Place::Missing(Box::new(self.missing_inside(module, parts)));
            }
            Some(Found::Missing(_)) | None => {}
        }
        // A folder without `__init__.py` comes last of all.
        match &home.of_folder {
            Some(folder) => self.below(folder, module, module.to_owned()),
            None if self.world.is_none() => Place::Unknown,
            None => Place::Missing(Box::new(self.missing_package(first))),
        }
    }

    /// Where on the project's part of the search path the first part of a dotted name is.
    fn home(&self, first: &str) -> Rc<Home> {
        if let Some(known) = self.homes.borrow().get(first) {
            return Rc::clone(known);
        }
        let find = |is_there: &dyn Fn(&str) -> bool| {
            self.folders.iter().find(|folder| is_there(&join(folder, first))).cloned()
        };
        let home = Rc::new(Home {
            of_module: find(&|path| self.project.has(path)).or_else(|| self.installed_in_place(first)),
            of_folder: find(&|path| self.project.tree.is_folder(path)),
        });
        self.homes.borrow_mut().insert(first.to_owned(), Rc::clone(&home));
        home
    }

    /// The folder of the project that an editable installation takes a package from.
    fn installed_in_place(&self, first: &str) -> Option<String> {
        let settings = self.project.settings;
        let Found::Source(source) = self.world?.find(first) else { return None };
        let is_environments = settings.environment.as_ref().is_some_and(|folder| source.starts_with(folder));
        let own = source.strip_prefix(&settings.root).ok();
        let own = own.or_else(|| source.strip_prefix(settings.stands_for.as_ref()?).ok());
        let inner = own.filter(|_| !is_environments)?;
        let package = if inner.ends_with("__init__.py") { inner.parent()? } else { inner };
        Some(package.parent()?.to_str()?.to_owned())
    }

    /// A dotted module below a folder of the project.
    fn below(&self, folder: &str, dotted: &str, written: String) -> Place {
        let mut path = folder.to_owned();
        let mut packages = Vec::new();
        let parts: Vec<&str> = dotted.split('.').collect();
        for (number, part) in parts.iter().enumerate() {
            path = join(&path, part);
            let last = number + 1 == parts.len();
            match self.at(&path) {
                Some(module) if last => return Place::Project(packages, module),
                Some(module) if module.path.ends_with("__init__.py") => packages.push(module),
                Some(module) if module.makes_modules => return Place::Unknown,
                None if self.project.tree.is_folder(&path) && last => return Place::Folder(path),
                None if self.project.tree.is_folder(&path) => {}
                None if packages.last().is_some_and(|package| package.makes_modules)
                    || self.is_native(&path) =>
                {
                    return Place::Unknown;
                }
                Some(_) | None => return Place::Missing(Box::new(self.missing_module(&path, &written))),
            }
        }
        Place::Unknown
    }

    /// The module or package of the project at a path without its ending.
    pub(crate) fn at(&self, path: &str) -> Option<Arc<Module>> {
        self.project.at(path)
    }

    /// A module in the package that a module is.
    pub(crate) fn beside(&self, module: &Module, name: &str) -> Option<Arc<Module>> {
        let folder = module.path.strip_suffix("/__init__.py")?;
        self.at(&join(folder, name))
    }

    /// Whether a package has a folder or a compiled module of this name.
    pub(super) fn is_folder(&self, module: &Module, name: &str) -> bool {
        let folder = module.path.strip_suffix("/__init__.py");
        folder.is_some_and(|folder| {
            self.project.tree.is_folder(&join(folder, name)) || self.is_native(&join(folder, name))
        })
    }

    /// Whether a compiled module, or the source of one, lies at a path.
    fn is_native(&self, path: &str) -> bool {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let ends = [".so", ".pyd", ".pyx", ".c", ".pyi"];
        self.project.tree.listing(folder).entries().any(|(file, _)| {
            let rest = file.strip_prefix(name).filter(|rest| rest.starts_with('.'));
            rest.is_some_and(|rest| ends.iter().any(|end| rest.ends_with(end)))
        })
    }

    /// The first name of an import that a package of the environment does not have.
    pub(super) fn outside_names(&self, import: &Import) -> Option<Trouble> {
        let world = self.world?;
        if import.names.is_empty() {
            return None;
        }
        let Found::Source(source) = world.find(&import.from.module) else { return None };
        let found = self.outside(source).filter(|found| !found.open)?;
        let module = &import.from.module;
        let missing = import.names.iter().find(|name| {
            !found.names.contains(name.as_str())
                && !super::is_of_every_module(name)
                && !may_bind(&found.text, name)
                && matches!(world.find(&format!("{module}.{name}")), Found::Missing(_))
        })?;
        let package = module.split('.').next().unwrap_or(module);
        let nearest = nearest(missing, found.names.iter().map(String::as_str));
        let distribution = world.metadata().providing(package);
        let moved = world
            .folder(package)
            .and_then(|folder| elsewhere::module_with(self.project, &folder.to_string_lossy(), missing, ""));
        let (hint, fix) = match moved {
            Some(moved) => (format!("; `{moved}` has it"), format!("import `{missing}` from `{moved}`")),
            None => {
                let named = distribution.map_or_else(|| distribution::of(package), |one| one.name.clone());
                (
                    meant(nearest),
                    format!("install a version of {named} that has it, or import what this one has"),
                )
            }
        };
        let version = distribution.map_or_else(String::new, |one| format!(" {}", one.version));
        Some(Trouble {
            kind: CauseKind::MissingName,
            name: format!("{module}.{missing}"),
            message: format!("`{module}`{version} as it is installed has no `{missing}`{hint}"),
            fix,
            chain: Vec::new(),
            repair: None,
        })
    }

    fn outside(&self, source: PathBuf) -> Option<Rc<Outside>> {
        if let Some(known) = self.outside.borrow().get(&source) {
            return known.clone();
        }
        let read = std::fs::read_to_string(&source).ok().and_then(|text| {
            let read = read::read(&text, self.project.settings.version).ok()?;
            let open = read.dynamic || !read.body.stars.is_empty() || read.body.last("__getattr__").is_some();
            let names = read.body.names.into_iter().map(|(name, _)| name).collect();
            Some(Rc::new(Outside { text, names, open }))
        });
        self.outside.borrow_mut().insert(source, read.clone());
        read
    }

    /// Whether a plugin is one of pytest's own, or one that an installed package has by this name.
    pub(super) fn is_own_plugin(&self, name: &str) -> bool {
        let is_there = |world: &World| {
            !matches!(world.find(&format!("_pytest.{name}")), Found::Missing(_))
                || world.metadata().plugins().any(|(plugin, _)| plugin == name)
        };
        self.world.is_none_or(is_there)
    }

    /// The sources of an installed module and of the packages it is in, when its distribution lacks something it needs.
    pub(super) fn doubtful(&self, module: &str) -> Vec<String> {
        let Some(world) = self.world else { return Vec::new() };
        let top = module.split('.').next().unwrap_or(module);
        let distribution = world.metadata().providing(top);
        if distribution.is_none_or(|one| world.metadata().lacking(one).next().is_none()) {
            return Vec::new();
        }
        let ends = module.match_indices('.').map(|(at, _)| at).chain([module.len()]);
        let sources = ends.filter_map(|end| match world.find(&module[..end]) {
            Found::Source(source) => source.into_os_string().into_string().ok(),
            Found::Opaque | Found::Missing(_) => None,
        });
        sources.collect()
    }

    pub(super) fn missing_name(&self, module: &Module, name: &str) -> Trouble {
        let top = module.path.split_once('/').map_or("", |(top, _)| top);
        let moved = elsewhere::module_with(self.project, top, name, &module.path);
        let nearest = nearest(name, module.body.names.iter().map(|(name, _)| name.as_str()));
        let (hint, fix) = match &moved {
            Some(moved) => (format!("; `{moved}` has it"), format!("import `{name}` from `{moved}`")),
            None => (meant(nearest), format!("define `{name}` there, or correct the import")),
        };
        let repair = match moved {
            Some(to) => Repair::Import { name: Some(name.to_owned()), to },
            None => Repair::StubName { path: module.path.clone(), name: name.to_owned() },
        };
        Trouble {
            kind: CauseKind::MissingName,
            name: format!("{}:{name}", module.path),
            message: format!("{} has no `{name}`{hint}", module.path),
            fix,
            chain: Vec::new(),
            repair: Some(repair),
        }
    }

    fn missing_module(&self, path: &str, written: &str) -> Trouble {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let names = self.names_in(folder);
        let nearest = nearest(name, names.iter().map(String::as_str));
        let top = path.split_once('/').map_or("", |(top, _)| top);
        let moved = match nearest {
            Some(_) => None,
            None => elsewhere::module_called(self.project, top, name),
        };
        let (hint, fix) = match &moved {
            Some(moved) => (format!("; there is `{moved}`"), format!("import `{moved}` instead")),
            None => (meant(nearest), "add the module, or correct the import".to_owned()),
        };
        Trouble {
            kind: CauseKind::MissingModule,
            name: written.to_owned(),
            message: format!("the project has no module `{written}`: neither {path}.py nor {path}/{hint}"),
            fix,
            chain: Vec::new(),
            repair: Some(match moved {
                Some(to) => Repair::Import { name: None, to },
                None => Repair::StubModule { path: format!("{path}.py") },
            }),
        }
    }

    /// The modules and packages in a folder of the project.
    fn names_in(&self, folder: &str) -> Vec<String> {
        let listing = self.project.tree.listing(folder);
        let names = listing
            .entries()
            .filter_map(|(name, is_folder)| name.strip_suffix(".py").or(is_folder.then_some(name)));
        names.filter(|name| !name.starts_with(['.', '_'])).map(str::to_owned).collect()
    }

    fn missing_inside(&self, module: &str, parts: usize) -> Trouble {
        let there: Vec<&str> = module.split('.').take(parts).collect();
        let there = there.join(".");
        Trouble {
            kind: CauseKind::MissingModule,
            name: module.to_owned(),
            message: format!("`{there}` as it is installed has no module `{module}`"),
            fix: format!(
                "install a version of {} that has it",
                distribution::of(module.split('.').next().unwrap_or(module))
            ),
            chain: Vec::new(),
            repair: None,
        }
    }

    fn missing_package(&self, package: &str) -> Trouble {
        let distribution = distribution::of(package);
        let file = self.project.settings.requirements.as_deref();
        let wanting = self.world.and_then(|world| world.metadata().wanting(&distribution));
        let wanted = wanting.map_or_else(String::new, |by| format!("; {} {} needs it", by.name, by.version));
        Trouble {
            kind: CauseKind::MissingPackage,
            name: package.to_owned(),
            message: format!("`{package}` is not installed{wanted}"),
            fix: match file {
                Some(file) => format!("add `{distribution}` to {file}"),
                None => format!("install `{distribution}`"),
            },
            chain: Vec::new(),
            repair: file.map(|file| Repair::Require { file: file.to_owned(), distribution }),
        }
    }
}

/// Whether a text may bind a name in a way that is not read: by `global`, by `:=`, or as a text.
fn may_bind(text: &str, name: &str) -> bool {
    let is_global =
        |line: &str| line.trim_start().starts_with("global ") && words(line).any(|word| word == name);
    text.lines().any(is_global)
        || [format!("{name} :="), format!("\"{name}\""), format!("'{name}'")]
            .iter()
            .any(|sign| text.contains(sign))
}

/// The words of a text: what may be a name.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '_')
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// The name that differs least from what was written, when it differs little.
pub(crate) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let close = |name: &&str| *name != wanted && levenshtein(wanted, name) <= (wanted.len() / 3).min(3);
    names.filter(close).min_by_key(|name| levenshtein(wanted, name))
}

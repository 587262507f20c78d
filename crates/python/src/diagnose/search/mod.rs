//! Where imports lead: to the project, to the environment, or nowhere.

mod declared;
pub(crate) mod missing;
mod outside;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use outside::Outside;

use super::{Trouble, written};
use crate::project::{Module, Project, join};
use crate::read::From;
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
    /// No requirement file names it, and another package may bring it.
    Undeclared(Box<Trouble>),
    /// Nobody can tell: there is no environment.
    Unknown,
}

impl Place {
    pub(in crate::diagnose) fn is_missing(&self) -> bool {
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
        files.iter().filter(|file| file.ends_with(".py")).for_each(|file| add(project.search_folder(file)));
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
    pub(in crate::diagnose) fn absolute(&self, module: &str) -> Place {
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
            None if self.world.is_none() => self.declared(first),
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
    pub(in crate::diagnose) fn is_folder(&self, module: &Module, name: &str) -> bool {
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

    /// Whether a plugin is one of pytest's own, or one that an installed package has by this name.
    pub(in crate::diagnose) fn is_own_plugin(&self, name: &str) -> bool {
        let is_there = |world: &World| {
            !matches!(world.find(&format!("_pytest.{name}")), Found::Missing(_))
                || world.metadata().plugins().any(|(plugin, _)| plugin == name)
        };
        self.world.is_none_or(is_there)
    }

    /// The sources of an installed module and of the packages it is in, when its distribution lacks something it needs.
    pub(in crate::diagnose) fn doubtful(&self, module: &str) -> Vec<String> {
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
}

/// The words of a text: what may be a name.
pub(in crate::diagnose) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '_')
}

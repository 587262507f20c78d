//! Which modules of the project a module may use: everything it imports anywhere, in functions and under conditions as
//! well, and modules that it names in texts, as frameworks do.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::diagnose::conftests;
use crate::diagnose::search::{Place, Search};
use crate::project::{Module, Project, join};
use crate::read::From;

/// The modules of a project, from its test files on.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// What uses each module.
    users: HashMap<String, BTreeSet<String>>,
    /// All modules.
    pub(crate) modules: HashSet<String>,
}

impl Graph {
    /// Follows everything from some test files. `more` are modules that all tests use, by their dotted names.
    pub(crate) fn of(
        project: &Project<'_>,
        search: &Search<'_, '_>,
        files: &[String],
        more: &[String],
    ) -> Graph {
        let mut graph = Graph::default();
        let mut open: Vec<String> = Vec::new();
        for file in files {
            graph.add(file, &mut open);
            let before = conftests(file).into_iter().filter(|path| project.tree.is_file(path));
            for used in before.chain(project.packages(file)) {
                graph.add(&used, &mut open);
                graph.uses(file, &used);
            }
        }
        let root = Arc::new(Module::nothing("conftest.py"));
        for name in more {
            for used in named(project, search, &root, name) {
                graph.add(&used, &mut open);
                files.iter().for_each(|file| graph.uses(file, &used));
            }
        }
        while let Some(path) = open.pop() {
            let Some(module) = project.module(&path) else { continue };
            for used in used(project, search, &module) {
                graph.uses(&path, &used);
                graph.add(&used, &mut open);
            }
        }
        graph
    }

    fn add(&mut self, path: &str, open: &mut Vec<String>) {
        if self.modules.insert(path.to_owned()) {
            open.push(path.to_owned());
        }
    }

    fn uses(&mut self, user: &str, used: &str) {
        self.users.entry(used.to_owned()).or_default().insert(user.to_owned());
    }

    /// All modules that use some modules, directly or not, those among them; each with the one it uses.
    pub(crate) fn users_of(&self, modules: impl IntoIterator<Item = String>) -> HashMap<String, String> {
        let mut found: HashMap<String, String> = HashMap::new();
        let mut open: Vec<(String, String)> = modules.into_iter().map(|one| (one.clone(), one)).collect();
        while let Some((path, first)) = open.pop() {
            if found.contains_key(&path) {
                continue;
            }
            let users = self.users.get(&path).into_iter().flatten();
            open.extend(users.map(|user| (user.clone(), first.clone())));
            found.insert(path, first);
        }
        found
    }
}

/// The modules that a module uses.
fn used(project: &Project<'_>, search: &Search<'_, '_>, module: &Arc<Module>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (from, names) in &module.uses.imports {
        match search.find(module, from) {
            Place::Project(packages, inner) => {
                let beside = names.iter().filter_map(|name| search.beside(&inner, name));
                found.extend(beside.map(|one| one.path.clone()));
                found.extend(packages.iter().map(|one| one.path.clone()));
                found.insert(inner.path.clone());
            }
            Place::Folder(folder) => {
                let inside = names.iter().filter_map(|name| search.at(&join(&folder, name)));
                found.extend(inside.map(|one| one.path.clone()));
            }
            Place::World | Place::Missing(_) | Place::Undeclared(_) | Place::Unknown => {}
        }
    }
    for name in &module.uses.names {
        found.extend(named(project, search, module, name));
    }
    found.remove(&module.path);
    found
}

/// The modules that a dotted text names. Of a package all that lies directly in it may be meant, as in Django's
/// `INSTALLED_APPS`; of `app.views.index` it is `app.views`.
fn named(project: &Project<'_>, search: &Search<'_, '_>, by: &Module, name: &str) -> Vec<String> {
    if name.contains('/') || name.ends_with(".py") {
        return Vec::new();
    }
    let mut dotted = name;
    loop {
        let from = From { level: 0, module: dotted.to_owned() };
        if let Place::Project(packages, inner) = search.find(by, &from) {
            let mut found: Vec<String> = packages.iter().map(|one| one.path.clone()).collect();
            if let Some(folder) = inner.path.strip_suffix("/__init__.py") {
                let listing = project.tree.listing(folder);
                let inside =
                    listing.entries().filter(|(name, is_folder)| !is_folder && name.ends_with(".py"));
                found.extend(inside.map(|(name, _)| join(folder, name)));
            }
            found.push(inner.path.clone());
            return found;
        }
        match dotted.rsplit_once('.') {
            Some((outer, _)) => dotted = outer,
            None => return Vec::new(),
        }
    }
}

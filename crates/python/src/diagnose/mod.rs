//! Why test files cannot be imported: every import that follows from a file is looked up, in the project and in the
//! environment, and the first one that fails is the file's cause.

mod causes;
mod distribution;
mod doubled;
mod effects;
mod elsewhere;
mod fixtures;
pub(crate) mod search;
mod start;

use std::collections::HashMap;
use std::sync::Arc;

use testyard_model::collection::{CauseKind, Link};

use crate::collect::OfFile;
use crate::project::{Module, Project, join};
use crate::read::{Bound, Failure, From, Import, Step, Value};
use crate::repair::Repair;
use crate::world::World;

pub(crate) use causes::{Troubles, settle};
pub(crate) use search::missing::nearest;
pub use start::plugin_of;

use effects::Edges;
use search::{Place, Search};

/// How deep imports are followed; what is deeper is taken for fine.
const DEPTH: usize = 200;

/// Why an import fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    kind: CauseKind,
    /// What is missing: a module, or `module.name`.
    name: String,
    pub(crate) message: String,
    fix: String,
    /// The imports that lead there, from the module that was asked for.
    chain: Vec<Link>,
    /// What would put it right, where that is certain or only a stub.
    repair: Option<Repair>,
}

/// What comes of importing a module.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// It is being imported: the circle closes here, and what is there by then is there.
    Open,
    Fine,
    /// It says itself that it is to be skipped.
    Skipped,
    Broken(Trouble),
}

/// Looks through the imports of a project.
pub(crate) struct Diagnosis<'p, 's> {
    project: &'p Project<'s>,
    world: Option<&'p World>,
    search: Search<'p, 's>,
    states: HashMap<String, State>,
    /// The line that each module which is being imported has come to.
    at: HashMap<String, u32>,
    edges: Edges,
    /// Modules that import what may not be there.
    risks: HashMap<String, Trouble>,
    /// What keeps pytest from starting.
    refusal: Option<Trouble>,
}

impl<'p, 's> Diagnosis<'p, 's> {
    /// `files` are the test files: pytest puts their folders on the search path.
    pub(crate) fn new(
        project: &'p Project<'s>,
        world: Option<&'p World>,
        files: &[String],
    ) -> Diagnosis<'p, 's> {
        Diagnosis {
            project,
            world,
            search: Search::new(project, world, files),
            states: HashMap::new(),
            at: HashMap::new(),
            edges: Edges::new(),
            risks: HashMap::new(),
            refusal: start::refusal(project.settings, world),
        }
    }

    /// What is wrong with test files, each with the number of its tests.
    pub(crate) fn of_files(mut self, files: &[String], tests: &[OfFile]) -> Troubles {
        let mut found: Vec<Option<Trouble>> = files.iter().map(|file| self.of_file(file)).collect();
        for (number, trouble) in doubled::doubled(self.project, files, |number| found[number].is_none()) {
            found[number] = Some(trouble);
        }
        let fine = files.iter().zip(tests).zip(&found).filter(|(_, trouble)| trouble.is_none());
        let unmet =
            fine.flat_map(|((file, tests), _)| tests.unmet.iter().map(move |one| (file.as_str(), one)));
        let unrunnable = fixtures::missing(self.project, self.world, unmet);
        let at_risk = effects::reached(self.project, files, &self.edges, &self.risks);
        let at_risk = at_risk.into_iter().filter(|(number, _)| found[*number].is_none());
        let counted = |number: usize, trouble| (files[number].clone(), tests[number].tests.len(), trouble);
        Troubles {
            at_risk: at_risk.map(|(number, trouble)| counted(number, trouble)).collect(),
            broken: found
                .into_iter()
                .enumerate()
                .filter_map(|(number, trouble)| Some(counted(number, trouble?)))
                .collect(),
            unrunnable,
        }
    }

    /// Why a test file cannot be imported; nothing when it can, as far as that follows from the files.
    fn of_file(&mut self, path: &str) -> Option<Trouble> {
        if let Some(refusal) = &self.refusal {
            return Some(refusal.clone());
        }
        let mut before = conftests(path);
        before.extend(self.project.packages(path));
        for module in before.iter().filter_map(|path| self.project.module(path)) {
            match self.module(&module, DEPTH) {
                State::Broken(trouble) => return Some(trouble),
                // A package that is skipped skips what lies in it.
                State::Skipped if !module.path.ends_with("conftest.py") => return None,
                State::Skipped | State::Open | State::Fine => {}
            }
        }
        let module = self.project.module(path)?;
        match self.module(&module, DEPTH) {
            State::Broken(trouble) => Some(trouble),
            State::Open | State::Fine | State::Skipped => None,
        }
    }

    fn module(&mut self, module: &Arc<Module>, depth: usize) -> State {
        if let Some(state) = self.states.get(&module.path) {
            return state.clone();
        }
        let Some(depth) = depth.checked_sub(1) else { return State::Fine };
        self.states.insert(module.path.clone(), State::Open);
        let state = self.examine(module, depth);
        match &state {
            // Whether a circle breaks depends on where it is entered: the next file may enter it elsewhere.
            State::Broken(trouble) if trouble.kind == CauseKind::ImportCycle => {
                self.states.remove(&module.path);
            }
            state => _ = self.states.insert(module.path.clone(), state.clone()),
        }
        state
    }

    fn examine(&mut self, module: &Arc<Module>, depth: usize) -> State {
        let link = |line: u32| Link { path: self.project.shown(&module.path), line };
        if let Some((line, message)) = &module.error {
            return State::Broken(Trouble {
                kind: CauseKind::Syntax,
                name: module.path.clone(),
                message: format!("{} is no Python: {message}", module.path),
                fix: "correct the syntax".to_owned(),
                chain: vec![link(*line)],
                repair: None,
            });
        }
        if module.stubs.iter().any(|stub| stub.name == "*") {
            return State::Skipped;
        }
        for step in &module.steps {
            match step {
                Step::Import(import) if import.failure != Failure::Harmless => {
                    match self.at.get_mut(&module.path) {
                        Some(line) => *line = import.line,
                        None => _ = self.at.insert(module.path.clone(), import.line),
                    }
                    match self.import(module, import, depth) {
                        State::Open | State::Fine => {}
                        State::Skipped => return State::Skipped,
                        State::Broken(trouble) => return self.failed(module, import, trouble),
                    }
                }
                Step::Import(_) => {}
                Step::Skip => return State::Skipped,
                Step::SkipWithout(name) => {
                    if self.search.absolute(name).is_missing() {
                        return State::Skipped;
                    }
                }
                Step::Effect(..) => {}
                Step::Exit(call, line) => return State::Broken(exits(module, call, link(*line))),
            }
        }
        self.plugins(module, depth)
    }

    /// Imports the plugins that a module names.
    fn plugins(&mut self, module: &Arc<Module>, depth: usize) -> State {
        let names = match module.body.last("pytest_plugins") {
            Some(Bound::Value(Value::Text(name))) => vec![name.clone()],
            Some(Bound::Value(Value::List(list))) => list.iter().filter_map(Value::text).collect(),
            _ => return State::Fine,
        };
        let line = module.body.line("pytest_plugins").unwrap_or(1);
        for name in names {
            if self.search.is_own_plugin(&name) {
                continue;
            }
            let from = From { level: 0, module: name };
            let import = Import { from, names: Vec::new(), line, failure: Failure::Spreads };
            if let State::Broken(trouble) = self.import(module, &import, depth) {
                return self.failed(module, &import, trouble);
            }
        }
        State::Fine
    }

    /// What a failed import does to its module.
    fn failed(&self, module: &Module, import: &Import, mut trouble: Trouble) -> State {
        let link = |line| Link { path: self.project.shown(&module.path), line };
        match import.failure {
            Failure::Skips => State::Skipped,
            Failure::Exits(line) => {
                let mut exit = exits(module, "sys.exit", link(line));
                exit.message = format!("{}, because {}", exit.message, trouble.message);
                exit.fix = trouble.fix;
                State::Broken(exit)
            }
            Failure::Spreads | Failure::Harmless => {
                // What lies in an installed package is told by its name alone.
                if !module.path.starts_with('/') {
                    trouble.chain.insert(0, link(import.line));
                }
                State::Broken(trouble)
            }
        }
    }

    fn import(&mut self, by: &Arc<Module>, import: &Import, depth: usize) -> State {
        match self.search.find(by, &import.from) {
            Place::Project(packages, module) => {
                for package in packages {
                    self.edge(by, &package);
                    match self.module(&package, depth) {
                        State::Open | State::Fine => {}
                        state => return state,
                    }
                }
                self.edge(by, &module);
                match self.module(&module, depth) {
                    State::Open => match self.unfinished(&module, import) {
                        Some(trouble) => State::Broken(trouble),
                        None => self.names(&module, import, self.at.get(&module.path).copied(), depth),
                    },
                    State::Fine => self.names(&module, import, None, depth),
                    state => state,
                }
            }
            Place::Folder(folder) => self.inside_folder(&folder, import, depth),
            Place::World => match self.outside(import, depth) {
                State::Broken(trouble) => State::Broken(trouble),
                _ => self.search.outside_names(import).map_or(State::Fine, State::Broken),
            },
            Place::Missing(trouble) => State::Broken(*trouble),
            Place::Undeclared(mut trouble) => {
                if import.failure == Failure::Spreads {
                    trouble.chain.push(Link { path: self.project.shown(&by.path), line: import.line });
                    self.risks.entry(by.path.clone()).or_insert(*trouble);
                }
                State::Fine
            }
            Place::Unknown => State::Fine,
        }
    }

    fn edge(&mut self, by: &Module, to: &Module) {
        self.edges.entry(by.path.clone()).or_default().push(to.path.clone());
    }

    /// What is wrong when names are taken from a module that is still being imported: it has only those that it has
    /// bound before the line it has come to.
    fn unfinished(&self, module: &Module, import: &Import) -> Option<Trouble> {
        let come_to = *self.at.get(&module.path)?;
        if module.is_open(Some(come_to)) {
            return None;
        }
        let is_late = |name: &&String| {
            module.body.line(name).is_some_and(|line| line >= come_to)
                && self.search.beside(module, name).is_none()
                && !self.search.is_folder(module, name)
        };
        let name = import.names.iter().find(is_late)?;
        let line = module.body.line(name)?;
        Some(Trouble {
            kind: CauseKind::ImportCycle,
            name: format!("{}:{name}", module.path),
            message: format!(
                "`{name}` is taken from {} while that is still being imported: it has come to line {come_to}, and `{name}` \
                 stands on line {line}",
                module.path
            ),
            fix: format!("import the module instead of `{name}`, or import it where it is used"),
            chain: Vec::new(),
            repair: None,
        })
    }

    /// What importing an installed package leads to, where that package lacks something that it needs.
    fn outside(&mut self, import: &Import, depth: usize) -> State {
        for source in self.search.doubtful(&import.from.module) {
            let Some(module) = self.project.module(&source) else { continue };
            if let State::Broken(trouble) = self.module(&module, depth)
                && trouble.kind == CauseKind::MissingPackage
            {
                return State::Broken(trouble);
            }
        }
        State::Fine
    }

    /// The names that are taken from a module of the project, which may only have come to a line.
    fn names(&mut self, module: &Arc<Module>, import: &Import, come_to: Option<u32>, depth: usize) -> State {
        for name in &import.names {
            if module.body.last(name).is_some() || is_of_every_module(name) {
                continue;
            }
            if module.stubs.iter().any(|stub| stub.name == *name) {
                return State::Skipped;
            }
            match self.search.beside(module, name) {
                Some(inner) => match self.module(&inner, depth) {
                    State::Open | State::Fine => {}
                    state => return state,
                },
                None if module.is_open(come_to) || self.search.is_folder(module, name) => {}
                None => return State::Broken(self.search.missing_name(module, name)),
            }
        }
        State::Fine
    }

    /// What is taken from a folder without `__init__.py`: only modules can be.
    fn inside_folder(&mut self, folder: &str, import: &Import, depth: usize) -> State {
        for name in &import.names {
            if let Some(inner) = self.search.at(&join(folder, name))
                && let state @ (State::Broken(_) | State::Skipped) = self.module(&inner, depth)
            {
                return state;
            }
        }
        State::Fine
    }
}

/// Names that every module has.
fn is_of_every_module(name: &str) -> bool {
    matches!(
        name,
        "__name__" | "__file__" | "__doc__" | "__path__" | "__package__" | "__spec__" | "__loader__"
    )
}

fn exits(module: &Module, call: &str, link: Link) -> Trouble {
    Trouble {
        kind: CauseKind::Exit,
        name: module.path.clone(),
        message: format!(
            "{} calls `{call}` when it is imported, which ends the whole collection",
            module.path
        ),
        fix: "skip instead: `pytest.skip(reason, allow_module_level=True)`".to_owned(),
        repair: Some(Repair::Skip { line: link.line }),
        chain: vec![link],
    }
}

/// The conftest files that are imported before a file, the topmost first.
pub(crate) fn conftests(path: &str) -> Vec<String> {
    let mut found = vec!["conftest.py".to_owned()];
    let mut folder = String::new();
    let parts: Vec<&str> = path.split('/').collect();
    for part in &parts[..parts.len().saturating_sub(1)] {
        folder = join(&folder, part);
        found.push(join(&folder, "conftest.py"));
    }
    found
}

/// The module that a relative import starts from, as words for messages.
fn written(from: &From) -> String {
    format!("{}{}", ".".repeat(from.level as usize), from.module)
}

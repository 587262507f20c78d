//! Why test files cannot be imported: every import that follows from a file is looked up, in the project and in the
//! environment, and the first one that fails is the file's cause.

mod distribution;
mod search;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use testyard_model::collection::{BrokenFile, CauseKind, CollectionCause, Link};

use crate::project::{Module, Project, join};
use crate::read::{Failure, From, Import, Step};
use crate::world::World;

use search::{Place, Search};

/// How deep imports are followed; what is deeper is taken for fine.
const DEPTH: usize = 200;

/// Why an import fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    kind: CauseKind,
    /// What is missing: a module, or `module.name`.
    name: String,
    message: String,
    fix: String,
    /// The imports that lead there, from the module that was asked for.
    chain: Vec<Link>,
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
    search: Search<'p, 's>,
    states: HashMap<String, State>,
}

impl<'p, 's> Diagnosis<'p, 's> {
    /// `files` are the test files: pytest puts their folders on the search path.
    pub(crate) fn new(
        project: &'p Project<'s>,
        world: Option<&'p World>,
        files: &[String],
    ) -> Diagnosis<'p, 's> {
        Diagnosis { project, search: Search::new(project, world, files), states: HashMap::new() }
    }

    /// Why a test file cannot be imported; nothing when it can, as far as that follows from the files.
    pub(crate) fn of_file(&mut self, path: &str) -> Option<Trouble> {
        let conftests = conftests(path);
        for conftest in conftests.iter().filter_map(|path| self.project.module(path)) {
            if let State::Broken(trouble) = self.module(&conftest, DEPTH) {
                return Some(trouble);
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
        self.states.insert(module.path.clone(), state.clone());
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
            });
        }
        for step in &module.steps {
            match step {
                Step::Import(import) if import.failure != Failure::Harmless => {
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
                Step::Exit(call, line) => return State::Broken(exits(module, call, link(*line))),
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
                trouble.chain.insert(0, link(import.line));
                State::Broken(trouble)
            }
        }
    }

    fn import(&mut self, by: &Arc<Module>, import: &Import, depth: usize) -> State {
        match self.search.find(by, &import.from) {
            Place::Project(packages, module) => {
                for package in packages {
                    match self.module(&package, depth) {
                        State::Open | State::Fine => {}
                        state => return state,
                    }
                }
                match self.module(&module, depth) {
                    // Of a module that is still being imported, names are not judged.
                    State::Open => State::Fine,
                    State::Fine => self.names(&module, import, depth),
                    state => state,
                }
            }
            Place::Folder(folder) => self.inside_folder(&folder, import, depth),
            Place::World => self.search.outside_names(import).map_or(State::Fine, State::Broken),
            Place::Missing(trouble) => State::Broken(*trouble),
            Place::Unknown => State::Fine,
        }
    }

    /// The names that are taken from a module of the project.
    fn names(&mut self, module: &Arc<Module>, import: &Import, depth: usize) -> State {
        for name in &import.names {
            if module.body.last(name).is_some() || is_of_every_module(name) {
                continue;
            }
            match self.search.beside(module, name) {
                Some(inner) => match self.module(&inner, depth) {
                    State::Open | State::Fine => {}
                    state => return state,
                },
                None if module.dynamic
                    || !module.body.stars.is_empty()
                    || self.search.is_folder(module, name) => {}
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
        chain: vec![link],
    }
}

/// The conftest files that are imported before a file, the topmost first.
fn conftests(path: &str) -> Vec<String> {
    let mut found = vec!["conftest.py".to_owned()];
    let mut folder = String::new();
    let parts: Vec<&str> = path.split('/').collect();
    for part in &parts[..parts.len().saturating_sub(1)] {
        folder = join(&folder, part);
        found.push(join(&folder, "conftest.py"));
    }
    found
}

/// The troubles of files as causes, those that would free the most tests first. `tests` counts a file's tests.
pub(crate) fn causes(
    project: &Project<'_>,
    troubles: Vec<(String, usize, Trouble)>,
) -> (Vec<BrokenFile>, Vec<CollectionCause>) {
    let mut broken = Vec::new();
    let mut causes: BTreeMap<String, CollectionCause> = BTreeMap::new();
    for (path, tests, trouble) in troubles {
        let id = format!("{}:{}", trouble.kind.word(), trouble.name);
        let cause = causes.entry(id.clone()).or_insert_with(|| CollectionCause {
            id: id.clone(),
            kind: trouble.kind,
            name: trouble.name,
            message: trouble.message.clone(),
            files: 0,
            tests: 0,
            fix: trouble.fix,
        });
        cause.files += 1;
        cause.tests += tests;
        broken.push(BrokenFile {
            path: project.shown(&path),
            cause: id,
            message: trouble.message,
            chain: trouble.chain,
        });
    }
    let mut causes: Vec<CollectionCause> = causes.into_values().collect();
    causes.sort_by(|a, b| (b.tests, b.files, &a.id).cmp(&(a.tests, a.files, &b.id)));
    (broken, causes)
}

/// The module that a relative import starts from, as words for messages.
fn written(from: &From) -> String {
    format!("{}{}", ".".repeat(from.level as usize), from.module)
}

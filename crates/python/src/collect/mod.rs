//! The tests of a project.

mod class;
mod doctests;
mod fixtures;
mod id;
mod marks;
mod parametrize;
mod unmet;

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use testyard_model::collection::PackagesFrom;
use testyard_model::{CollectedTest, Collection};

use crate::cache::Whole;
use crate::diagnose::search::Search;
use crate::diagnose::{self, Diagnosis, Troubles};
use crate::files;
use crate::impact;
use crate::pattern::name_matches;
use crate::project::{Lead, Module, Place, Project};
use crate::read::{Body, Bound, Function, Value};
use crate::repair;
use crate::settings::Settings;
use crate::stand_ins;
use crate::world::World;

use fixtures::{Fixtures, Shared};
use marks::Marks;
pub(crate) use unmet::Unmet;

/// How large the stack of a thread that reads is: the tree of a long sum is as deep as the sum is long.
const STACK: usize = 256 << 20;

/// Collects the tests of a project, without running anything of it.
pub fn collect(settings: &Settings) -> Collection {
    let started = Instant::now();
    let whole = Whole::of(settings);
    if let Some(mut known) = whole.as_ref().and_then(Whole::known) {
        known.elapsed_ms = elapsed(started);
        return known;
    }
    let witness = Arc::default();
    let world = settings.environment.as_deref().and_then(|folder| World::of(folder, &witness));
    let mut settings = settings.clone();
    settings.version = world.as_ref().and_then(|world| world.version).or(settings.version);
    let project = Project::new(&settings, &witness);
    let mut files = files::files(&project);
    let mut collection =
        Collection { packages: packages(&settings, world.as_ref()), ..Collection::default() };
    if let Some(changes) = &settings.changes {
        let impact =
            impact::impact(&project, &Search::new(&project, world.as_ref(), &files), &files, changes);
        let affected: HashSet<&Path> = impact.affected.iter().map(|one| one.path.as_path()).collect();
        files.retain(|file| affected.contains(project.shown(file).as_path()));
        collection.impact = Some(impact);
    }
    let shared = Shared::new(&project, world.as_ref());
    let of_files = each_file(&project, &files, &shared);
    let troubles = troubles(&project, world.as_ref(), &files, &of_files);
    let broken: HashSet<&str> = troubles.broken.iter().map(|(path, ..)| path.as_str()).collect();
    let fine = files.iter().zip(of_files).filter(|(path, _)| !broken.contains(path.as_str()));
    collection.tests = fine.flat_map(|(_, of_file)| of_file.tests).collect();
    if settings.repair {
        collection.changes = repair::changes(&project, &files, &troubles, settings.scaffold);
    }
    diagnose::settle(&project, troubles, &mut collection);
    collection.files = files.iter().map(|file| project.shown(file)).collect();
    collection.stand_ins = stand_ins::found(&project, &files);
    collection.stubs = project.stubs();
    project.keep();
    drop(world);
    if let Some(whole) = whole {
        whole.keep(&collection, witness);
    }
    collection.elapsed_ms = elapsed(started);
    collection
}

/// What packages can be held against.
fn packages(settings: &Settings, world: Option<&World>) -> PackagesFrom {
    match (world, &settings.declared) {
        (Some(_), _) => PackagesFrom::Environment,
        (None, Some(declared)) if declared.locked => PackagesFrom::Lock,
        (None, Some(_)) => PackagesFrom::Requirements,
        (None, None) => PackagesFrom::Nothing,
    }
}

fn elapsed(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// What is wrong with the files.
fn troubles(project: &Project<'_>, world: Option<&World>, files: &[String], tests: &[OfFile]) -> Troubles {
    let work = || Diagnosis::new(project, world, files).of_files(files, tests);
    // Imports are followed one into the other: that needs the same room as what is read.
    std::thread::scope(|scope| {
        let spawned = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        match spawned {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => work(),
        }
    })
}

/// What a file has.
#[derive(Debug, Default)]
pub(crate) struct OfFile {
    /// Its tests.
    pub(crate) tests: Vec<CollectedTest>,
    /// What they ask for that the project does not define.
    pub(crate) unmet: Vec<Unmet>,
}

/// What each file has, read on a few threads and put in the files' order.
fn each_file(project: &Project<'_>, files: &[String], shared: &Shared) -> Vec<OfFile> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<OfFile>> = files.iter().map(|_| Mutex::default()).collect();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(path), Some(result)) = (files.get(at), results.get(at)) else { return };
            let found = of_file(project, path, shared);
            *result.lock().unwrap_or_else(PoisonError::into_inner) = found;
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let spawned = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            // Without another thread the ones that are there do its work.
            drop(spawned);
        }
    });
    results.into_iter().map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn of_file(project: &Project<'_>, path: &str, shared: &Shared) -> OfFile {
    let Some(module) = project.module(path) else { return OfFile::default() };
    let doctests = doctests::of_file(project, &module);
    // Files that are there for their doctests alone have no other tests.
    if !files::is_test_file(project.settings, path) || says_test(&module.body) == Some(false) {
        return OfFile { tests: doctests, unmet: Vec::new() };
    }
    let fixtures = Fixtures::of_file(project, &module, shared);
    let mut collector =
        Collector { project, file: &module, fixtures: &fixtures, tests: doctests, unmet: Vec::new() };
    collector.module();
    OfFile { tests: collector.tests, unmet: collector.unmet }
}

/// What `__test__` says in a body.
fn says_test(body: &Body) -> Option<bool> {
    match body.last("__test__") {
        Some(Bound::Value(Value::Bool(says))) => Some(*says),
        _ => None,
    }
}

/// Collects the tests of one file.
struct Collector<'p, 's> {
    project: &'p Project<'s>,
    file: &'p Arc<Module>,
    /// What tests outside of classes see.
    fixtures: &'p Fixtures,
    tests: Vec<CollectedTest>,
    unmet: Vec<Unmet>,
}

impl Collector<'_, '_> {
    fn module(&mut self) {
        let file = self.file;
        let marks = Marks::default().of_body(self.project, file, &file.body);
        for from in &file.body.stars {
            let Some(source) = self.project.imported(file, from) else { continue };
            for (name, _) in source.body.each() {
                if !name.starts_with('_') && file.body.last(name).is_none() {
                    let lead = self.project.lead(&source, name);
                    self.name(name, lead, &marks);
                }
            }
        }
        for (name, _) in file.body.each() {
            let lead = self.project.lead(file, name);
            self.name(name, lead, &marks);
        }
    }

    /// Something that a module has under a name.
    fn name(&mut self, name: &str, lead: Lead, marks: &Marks) {
        let Lead::Here(place) = lead else { return };
        let attribute = format!("{name}.__test__");
        let says = match self.file.body.last(&attribute) {
            Some(Bound::Value(Value::Bool(says))) => Some(*says),
            _ => None,
        };
        if says == Some(false) {
            return;
        }
        match place.bound() {
            Some(Bound::Function(function)) => {
                let wanted = name_matches(name, &self.project.settings.functions) || says == Some(true);
                if wanted && !marks::is_fixture(self.project, &place.module, function) {
                    self.function(&[], name, &place, function, marks, self.fixtures);
                }
            }
            Some(Bound::Class(_)) => self.class(&[], name, &place, marks),
            _ => {}
        }
    }

    /// A test function, once for each of its parameters.
    fn function(
        &mut self,
        classes: &[&str],
        name: &str,
        place: &Place,
        function: &Function,
        marks: &Marks,
        fixtures: &Fixtures,
    ) {
        let own = marks.of_function(self.project, &place.module, function);
        let in_class = !classes.is_empty();
        let filled = marks::filled(self.project, &place.module, function, usize::from(in_class));
        let used = fixtures.used(function, in_class, &own, &filled);
        let base = self.id(classes, name);
        if !used.unmet.is_empty() && unmet::is_certain(self.project, self.file, place, function, &own) {
            let found = used.unmet.iter().map(|name| Unmet::new(&base, function.line, name, fixtures));
            self.unmet.extend(found);
        }
        match parametrize::expand(self.project, &own, &used.with_params) {
            Ok(ids) => ids.into_iter().for_each(|id| {
                let id = id.map_or_else(|| base.clone(), |id| format!("{base}[{id}]"));
                self.push(id, function.line, None, &own);
            }),
            Err(why) => self.push(base, function.line, Some(why), &own),
        }
    }

    fn id(&self, classes: &[&str], name: &str) -> String {
        let mut id = self.file.path.clone();
        for part in classes.iter().chain(&[name]) {
            id.push_str("::");
            id.push_str(part);
        }
        id
    }

    fn push(&mut self, id: String, line: u32, unexpanded: Option<String>, marks: &Marks) {
        self.tests.push(CollectedTest {
            id,
            path: self.project.shown(&self.file.path),
            line,
            unexpanded,
            marks: marks.names.clone(),
            skip: marks.skip.clone(),
            xfail: marks.xfail.clone(),
        });
    }
}

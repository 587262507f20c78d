//! Fixtures with parameters: every test that uses one, directly or through others, exists once for each parameter.
//! Source: pytest 8 and 9, `FixtureManager`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::marks::{self, Marks};
use crate::project::{Lead, Module, Place, Project, join};
use crate::read::{Body, Bound, Call, Function, Value};
use crate::world::{Found, World};

/// A fixture, with the module in which its values are to be understood.
#[derive(Debug, Clone)]
pub(super) struct Fixture {
    pub(super) module: Arc<Module>,
    /// What it is called by tests.
    pub(super) name: String,
    /// `params`, where there are any.
    pub(super) params: Option<Value>,
    /// `ids`, where there are any.
    pub(super) ids: Option<Value>,
    /// What it asks for itself.
    parameters: Vec<String>,
    autouse: bool,
    /// How long it lives: the longest first.
    scope: usize,
}

/// What a test uses.
pub(super) struct Used<'f> {
    /// The fixtures with parameters, in the order in which pytest puts their ids together.
    pub(super) with_params: Vec<&'f Fixture>,
    /// What it asks for that the project does not define.
    pub(super) unmet: Vec<String>,
}

/// The scopes, the longest first.
const SCOPES: [&str; 5] = ["session", "package", "module", "class", "function"];

/// Fixtures by where they are looked for, the nearest place first: classes, the module, conftest files.
#[derive(Debug, Clone, Default)]
pub(super) struct Fixtures {
    places: Vec<Arc<Vec<Fixture>>>,
}

impl Fixtures {
    /// Those that a file's tests see: the module's own and those of the conftest files above it.
    pub(super) fn of_file(project: &Project<'_>, file: &Arc<Module>, shared: &Shared) -> Fixtures {
        let mut places = vec![Arc::new(of_module(project, file))];
        let mut folder = std::path::Path::new(&file.path).parent();
        while let Some(above) = folder {
            if let Some(conftest) = project.module(&join(&above.to_string_lossy(), "conftest.py")) {
                places.push(shared.of_conftest(project, &conftest));
            }
            folder = above.parent();
        }
        places.push(Arc::clone(&shared.plugins));
        Fixtures { places }
    }

    /// With those of a class and what it inherits from, the class itself first.
    pub(super) fn of_classes<'a>(
        &self,
        project: &Project<'_>,
        classes: impl Iterator<Item = (&'a Place, &'a Body)>,
    ) -> Fixtures {
        let mut own: Vec<Fixture> = Vec::new();
        for (place, body) in classes {
            let found = of_body(project, &place.module, body, true);
            own.extend(
                found
                    .into_iter()
                    .filter(|one| own.iter().all(|other| other.name != one.name))
                    .collect::<Vec<_>>(),
            );
        }
        let mut places = vec![Arc::new(own)];
        places.extend(self.places.iter().cloned());
        Fixtures { places }
    }

    /// The fixtures that a test uses, directly or through others.
    pub(super) fn used(
        &self,
        function: &Function,
        in_class: bool,
        marks: &Marks,
        filled: &[String],
    ) -> Used<'_> {
        let places = self.places.iter().rev();
        let autouse =
            places.flat_map(|place| place.iter().filter(|one| one.autouse)).map(|one| one.name.clone());
        let mut direct = marks.direct();
        direct.extend(filled.iter().cloned());
        let mut names: Vec<String> = Vec::new();
        let add = |name: String, names: &mut Vec<String>| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        autouse.for_each(|name| add(name, &mut names));
        marks.used.iter().for_each(|name| add(name.clone(), &mut names));
        let own = function.parameters.iter().skip(usize::from(in_class));
        own.filter(|(_, default)| !default).for_each(|(name, _)| add(name.clone(), &mut names));
        // The plugin of anyio asks for its backends in the name of every test it runs.
        let runs_in_anyio = marks.names.iter().any(|name| name == "anyio")
            || names.iter().any(|name| name.starts_with("anyio_backend"));
        if function.is_async && runs_in_anyio && self.called("anyio_backend").next().is_some() {
            add("anyio_backend".to_owned(), &mut names);
        }
        let mut at = 0;
        while let Some(name) = names.get(at).cloned() {
            at += 1;
            if direct.contains(&name) {
                continue;
            }
            let found = self.called(&name);
            // A fixture that asks for its own name takes the one that it stands before.
            for fixture in found {
                fixture
                    .parameters
                    .iter()
                    .filter(|one| **one != name)
                    .for_each(|one| add(one.clone(), &mut names));
                if !fixture.parameters.contains(&name) {
                    break;
                }
            }
        }
        names.retain(|name| !direct.contains(name));
        let mut used: Vec<(usize, &Fixture)> = Vec::new();
        for name in &names {
            let scope = self.called(name).next().map_or(SCOPES.len() - 1, |one| one.scope);
            let found = self.called(name);
            for fixture in found {
                if fixture.params.is_some() {
                    used.push((scope, fixture));
                    break;
                }
                if !fixture.parameters.contains(name) {
                    break;
                }
            }
        }
        used.sort_by_key(|(scope, _)| *scope);
        names.retain(|name| self.called(name).next().is_none());
        Used { with_params: used.into_iter().map(|(_, fixture)| fixture).collect(), unmet: names }
    }

    /// The names of all fixtures that are to be seen.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.iter().flat_map(|place| place.iter().map(|one| one.name.as_str()))
    }

    /// The fixtures of a name, the nearest first.
    fn called<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f Fixture> + use<'f> {
        let name = name.to_owned();
        self.places.iter().filter_map(move |place| place.iter().find(|one| one.name == name))
    }
}

/// The fixtures that many files see.
pub(super) struct Shared {
    plugins: Arc<Vec<Fixture>>,
    conftests: Mutex<HashMap<String, Arc<Vec<Fixture>>>>,
}

impl Shared {
    pub(super) fn new(project: &Project<'_>, world: Option<&World>) -> Shared {
        Shared { plugins: Arc::new(of_plugins(project, world)), conftests: Mutex::default() }
    }

    /// The fixtures of a conftest file, found once.
    fn of_conftest(&self, project: &Project<'_>, conftest: &Arc<Module>) -> Arc<Vec<Fixture>> {
        let known = || self.conftests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&conftest.path) {
            return Arc::clone(found);
        }
        let found = Arc::new(of_module(project, conftest));
        Arc::clone(known().entry(conftest.path.clone()).or_insert(found))
    }
}

/// The fixtures of the plugins that are installed.
fn of_plugins(project: &Project<'_>, world: Option<&World>) -> Vec<Fixture> {
    let Some(world) = world else { return Vec::new() };
    let modules = world.metadata().plugins().filter_map(|(_, module)| match world.find(module) {
        Found::Source(source) => project.module(source.to_str()?),
        Found::Opaque | Found::Missing(_) => None,
    });
    modules.flat_map(|module| of_module(project, &module)).collect()
}

/// The fixtures of a module: those it defines and those it imports.
fn of_module(project: &Project<'_>, module: &Arc<Module>) -> Vec<Fixture> {
    let mut found = of_body(project, module, &module.body, false);
    let imported = module.body.each().into_iter().filter(|(_, bound)| matches!(bound, Bound::From(..)));
    for (name, _) in imported {
        if let Lead::Here(place) = project.lead(module, name)
            && let Some(Bound::Function(function)) = place.bound()
        {
            found.extend(fixture(project, &place.module, name, function, false));
        }
    }
    for from in &module.body.stars {
        let Some(source) = project.imported(module, from).filter(|source| !Arc::ptr_eq(source, module))
        else {
            continue;
        };
        found.extend(of_body(project, &source, &source.body, false));
    }
    found
}

fn of_body(project: &Project<'_>, module: &Arc<Module>, body: &Body, in_class: bool) -> Vec<Fixture> {
    let each = body.each().into_iter().filter_map(|(name, bound)| match bound {
        Bound::Function(function) => fixture(project, module, name, function, in_class),
        _ => None,
    });
    each.collect()
}

fn fixture(
    project: &Project<'_>,
    module: &Arc<Module>,
    name: &str,
    function: &Function,
    in_class: bool,
) -> Option<Fixture> {
    if !marks::is_fixture(project, module, function) {
        return None;
    }
    let call = function.decorators.iter().find_map(|one| match one {
        Value::Call(call) if call.name.contains("fixture") => Some(&**call),
        _ => None,
    });
    let keyword = |name: &str| call.and_then(|call: &Call| call.keyword(name));
    let text = |value: Option<&Value>| match value {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let scope = text(call.and_then(|call| call.argument(0, "scope")));
    let scope = scope.and_then(|scope| SCOPES.iter().position(|known| *known == scope));
    let parameters = function.parameters.iter().skip(usize::from(in_class)).filter(|(_, default)| !default);
    Some(Fixture {
        module: Arc::clone(module),
        name: text(keyword("name")).unwrap_or_else(|| name.to_owned()),
        params: keyword("params").filter(|value| **value != Value::Nothing).cloned(),
        ids: keyword("ids").cloned(),
        parameters: parameters.map(|(name, _)| name.clone()).collect(),
        autouse: keyword("autouse") == Some(&Value::Bool(true)),
        scope: scope.unwrap_or(SCOPES.len() - 1),
    })
}

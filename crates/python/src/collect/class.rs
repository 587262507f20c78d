//! Test classes: pytest's own and those of unittest, with what they inherit.

use std::collections::{BTreeSet, HashSet};

use super::marks::{self, Marks};
use super::{Collector, says_test};
use crate::pattern::name_matches;
use crate::project::{HOPS, Lead, Place};
use crate::read::{Bound, Class, Function, Value};

/// A class with what it inherits from, in the order in which Python looks names up.
struct Lineage {
    /// The classes of the project, the class itself first.
    classes: Vec<Place>,
    /// Bases from elsewhere, by their full names.
    outside: Vec<String>,
}

impl Lineage {
    fn each(&self) -> impl DoubleEndedIterator<Item = (&Place, &Class)> {
        self.classes.iter().filter_map(|place| match place.bound() {
            Some(Bound::Class(class)) => Some((place, &**class)),
            _ => None,
        })
    }

    /// Whether it derives from unittest's `TestCase`, perhaps by a framework's.
    fn is_unittest(&self) -> bool {
        self.outside.iter().any(|name| name.rsplit('.').next().unwrap_or(name).ends_with("TestCase"))
    }

    /// Whether pytest cannot make an instance without arguments.
    fn has_constructor(&self) -> bool {
        let own = self.each().any(|(_, class)| {
            let defines = |name: &str| matches!(class.body.last(name), Some(Bound::Function(_)));
            defines("__init__") || defines("__new__") || is_dataclass(class)
        });
        own || self.outside.iter().any(|name| brings_constructor(name))
    }
}

fn is_dataclass(class: &Class) -> bool {
    class.decorators.iter().any(|one| match one {
        Value::Name(name) => name.ends_with("dataclass"),
        Value::Call(call) => call.name.ends_with("dataclass") || call.name.ends_with("define"),
        _ => false,
    })
}

/// Whether a base from elsewhere has a constructor of its own, as errors, models and tuples have.
fn brings_constructor(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let ends = [
        "Error",
        "Exception",
        "Warning",
        "Model",
        "Enum",
        "Tuple",
        "TypedDict",
        "Schema",
        "Client",
        "Settings",
    ];
    let plain = ["dict", "list", "str", "int", "tuple", "set", "float", "bytes"];
    ends.iter().any(|end| last.ends_with(end)) || plain.contains(&last)
}

impl Collector<'_, '_> {
    /// A class under a name, if it is one of tests.
    pub(super) fn class(&mut self, outer: &[&str], name: &str, place: &Place, marks: &Marks) {
        let mut lineage = Lineage { classes: Vec::new(), outside: Vec::new() };
        self.lineage(place, &mut lineage, HOPS);
        let says = lineage.each().find_map(|(_, class)| says_test(&class.body));
        if says == Some(false) {
            return;
        }
        let mut classes = outer.to_vec();
        classes.push(name);
        let mut all = marks.clone();
        for (place, class) in lineage.each() {
            all = all.of_class(self.project, &place.module, class);
        }
        if lineage.is_unittest() {
            self.unittest(&classes, &lineage, &all);
        } else if (name_matches(name, &self.project.settings.classes) || says == Some(true))
            && !lineage.has_constructor()
        {
            self.methods(&classes, &lineage, &all);
        }
    }

    /// Depth first and from the left, each class once, where it is met last: Python's order in all but odd cases.
    fn lineage(&self, place: &Place, lineage: &mut Lineage, hops: usize) {
        let Some(hops) = hops.checked_sub(1) else { return };
        let same =
            |other: &Place| std::sync::Arc::ptr_eq(&other.module, &place.module) && other.way == place.way;
        lineage.classes.retain(|other| !same(other));
        lineage.classes.push(place.clone());
        let Some(Bound::Class(class)) = place.bound() else { return };
        for base in &class.bases {
            let name = match base {
                Value::Name(name) => name,
                Value::Call(call) => &call.name,
                _ => continue,
            };
            match self.project.lead(&place.module, name) {
                Lead::Here(inner) if !same(&inner) => self.lineage(&inner, lineage, hops),
                Lead::Here(_) | Lead::Module(_) => {}
                Lead::Outside(name) => lineage.outside.push(name),
            }
        }
    }

    /// What a class of unittest has: its loader sorts by name.
    fn unittest(&mut self, classes: &[&str], lineage: &Lineage, marks: &Marks) {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (_, class) in lineage.each() {
            names.extend(
                class
                    .body
                    .names
                    .iter()
                    .map(|(name, _)| name.as_str())
                    .filter(|name| name.starts_with("test")),
            );
        }
        for name in names {
            let found = lineage.each().find_map(|(place, class)| Some((place, class.body.last(name)?)));
            if let Some((place, Bound::Function(function))) = found {
                let id = self.id(classes, name);
                let own = marks.of_function(self.project, &place.module, function);
                self.push(id, function.line, None, &own);
            }
        }
    }

    /// What a class of pytest has: inherited tests come first, a name that is defined again stands with its class.
    fn methods(&mut self, classes: &[&str], lineage: &Lineage, marks: &Marks) {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut dictionaries = Vec::new();
        for (place, class) in lineage.each() {
            let own = class.body.each().into_iter().filter(|(name, _)| seen.insert(name));
            dictionaries.push((place, class, own.collect::<Vec<_>>()));
        }
        let bodies = lineage.each().map(|(place, class)| (place, &class.body));
        let fixtures = self.fixtures.of_classes(self.project, bodies);
        for (place, class, own) in dictionaries.into_iter().rev() {
            for (name, bound) in own {
                let attribute = format!("{name}.__test__");
                if class.body.last(&attribute) == Some(&Bound::Value(Value::Bool(false))) {
                    continue;
                }
                match bound {
                    Bound::Function(function) if self.is_test(name, place, function) => {
                        self.function(classes, name, place, function, marks, &fixtures);
                    }
                    Bound::Class(_) => self.class(classes, name, &place.inside(name), marks),
                    _ => {}
                }
            }
        }
    }

    fn is_test(&self, name: &str, place: &Place, function: &Function) -> bool {
        let property = |one: &Value| matches!(one, Value::Name(name) if name == "property");
        name_matches(name, &self.project.settings.functions)
            && !marks::is_fixture(self.project, &place.module, function)
            && !function.decorators.iter().any(property)
    }
}

//! Marks on tests: those of the function, its classes and its module.

use std::sync::Arc;

use crate::project::{Lead, Module, Project};
use crate::read::{Body, Bound, Call, Class, Function, Value};

/// A mark, with the module in which its values are to be understood.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) module: Arc<Module>,
    pub(super) call: Call,
}

/// Marks of `parametrize`, the closest to the test first. `unknown` is set when some mark is not known.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    pub(super) parametrize: Vec<Mark>,
    /// Fixtures that `usefixtures` names.
    pub(super) used: Vec<String>,
    pub(super) unknown: bool,
    /// The names of all others.
    pub(super) names: Vec<String>,
    /// Why the test is always skipped.
    pub(super) skip: Option<String>,
    /// Why it is expected to fail.
    pub(super) xfail: Option<String>,
}

/// How often a name that stands for another is replaced.
const HOPS: usize = 8;

impl Marks {
    /// With what `pytestmark` of a body says, before what is known already.
    pub(super) fn of_body(&self, project: &Project<'_>, module: &Arc<Module>, body: &Body) -> Marks {
        let mut own = Marks::default();
        match body.last("pytestmark") {
            Some(Bound::Value(Value::List(list))) => {
                list.iter().for_each(|one| own.add(project, module, one));
            }
            Some(Bound::Value(one)) => own.add(project, module, one),
            _ => {}
        }
        own.before(self)
    }

    /// With the marks of a class, before what is known already.
    pub(super) fn of_class(&self, project: &Project<'_>, module: &Arc<Module>, class: &Class) -> Marks {
        let mut own = Marks::default().of_body(project, module, &class.body);
        class.decorators.iter().rev().for_each(|one| own.add(project, module, one));
        own.before(self)
    }

    /// With the marks of a function, before what is known already.
    pub(super) fn of_function(
        &self,
        project: &Project<'_>,
        module: &Arc<Module>,
        function: &Function,
    ) -> Marks {
        let mut own = Marks::default();
        function.decorators.iter().rev().for_each(|one| own.add(project, module, one));
        own.before(self)
    }

    /// The names of arguments that marks give values to.
    pub(super) fn direct(&self) -> Vec<String> {
        let names = self.parametrize.iter().filter_map(|mark| mark.call.argument(0, "argnames"));
        names.filter_map(super::parametrize::argument_names).flatten().collect()
    }

    fn before(mut self, outer: &Marks) -> Marks {
        self.parametrize.extend(outer.parametrize.iter().cloned());
        self.used.extend(outer.used.iter().cloned());
        self.unknown |= outer.unknown;
        let more = outer.names.iter().filter(|name| !self.names.contains(name)).cloned();
        self.names.extend(more.collect::<Vec<String>>());
        self.skip = self.skip.or_else(|| outer.skip.clone());
        self.xfail = self.xfail.or_else(|| outer.xfail.clone());
        self
    }

    fn add(&mut self, project: &Project<'_>, module: &Arc<Module>, decorator: &Value) {
        let Some((module, call)) = resolved(project, module, decorator, HOPS) else {
            if let Value::Name(name) = decorator {
                self.named(&canonical(project, module, name), None);
                self.unknown |= may_parametrize(project, module, name);
            }
            return;
        };
        match canonical(project, &module, &call.name).as_str() {
            "pytest.mark.parametrize" => self.parametrize.push(Mark { module, call }),
            "pytest.mark.usefixtures" => {
                self.used.extend(call.arguments.iter().filter_map(|one| match one {
                    Value::Text(name) => Some(name.clone()),
                    _ => None,
                }));
            }
            name => {
                self.named(name, Some(&call));
                self.unknown |= may_parametrize(project, &module, &call.name);
            }
        }
    }

    /// A mark by its full name.
    fn named(&mut self, name: &str, call: Option<&Call>) {
        let reason = |place| call.and_then(|call| call.argument(place, "reason")?.text()).unwrap_or_default();
        match name {
            "unittest.skip" | "pytest.mark.skip" => self.skip = Some(reason(0)),
            "unittest.expectedFailure" => self.xfail = Some(String::new()),
            // With a condition only a run knows whether it holds.
            "pytest.mark.xfail" if call.is_none_or(|call| call.arguments.is_empty()) => {
                self.xfail = Some(reason(usize::MAX));
            }
            _ => {}
        }
        if let Some(name) = name.strip_prefix("pytest.mark.") {
            self.names.push(name.to_owned());
        }
    }
}

/// Whether a decorator of the project's own may give parameters.
fn may_parametrize(project: &Project<'_>, module: &Arc<Module>, name: &str) -> bool {
    let Lead::Here(place) = project.lead(module, name) else { return false };
    matches!(place.bound(), Some(Bound::Function(function)) if function.parametrizes)
}

/// The names of parameters that decorators fill, so that no fixture does: those of `hypothesis.given` by name or from the
/// right, those of `mock.patch` from the left. `skip` parameters come before them.
pub(super) fn filled(
    project: &Project<'_>,
    module: &Arc<Module>,
    function: &Function,
    skip: usize,
) -> Vec<String> {
    let parameters: Vec<&str> =
        function.parameters.iter().skip(skip).map(|(name, _)| name.as_str()).collect();
    let mut filled: Vec<String> = Vec::new();
    let mut patches = 0;
    for decorator in &function.decorators {
        let Value::Call(call) = decorator else { continue };
        let name = canonical(project, module, &call.name);
        if name.ends_with("hypothesis.given") {
            let right = parameters.len().saturating_sub(call.arguments.len());
            filled.extend(parameters[right..].iter().map(|name| (*name).to_owned()));
            filled.extend(call.keywords.iter().map(|(name, _)| name.clone()));
        } else if name.starts_with("unittest.mock.patch") || name.starts_with("mock.patch") {
            let object = usize::from(name.ends_with(".object"));
            let given = call.arguments.len() > object + 1 || call.keyword("new").is_some();
            patches += usize::from(!given && !name.ends_with(".dict"));
        }
    }
    filled.extend(parameters.iter().take(patches).map(|name| (*name).to_owned()));
    filled
}

/// A decorator as a call, with the module it stands in; nothing when it is none.
fn resolved(
    project: &Project<'_>,
    module: &Arc<Module>,
    value: &Value,
    hops: usize,
) -> Option<(Arc<Module>, Call)> {
    match value {
        Value::Call(call) => Some((Arc::clone(module), (**call).clone())),
        Value::Name(name) => {
            let hops = hops.checked_sub(1)?;
            let Lead::Here(place) = project.lead(module, name) else { return None };
            match place.bound()? {
                Bound::Value(value) => resolved(project, &place.module, value, hops),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The full name of what a dotted name leads to: its own where the project defines it.
pub(super) fn canonical(project: &Project<'_>, module: &Arc<Module>, name: &str) -> String {
    match project.lead(module, name) {
        Lead::Outside(name) => name,
        Lead::Here(place) => place.way.join("."),
        Lead::Module(module) => module.path.clone(),
    }
}

/// Whether a function is a fixture, which is no test whatever its name.
pub(super) fn is_fixture(project: &Project<'_>, module: &Arc<Module>, function: &Function) -> bool {
    function.decorators.iter().any(|decorator| {
        let name = match decorator {
            Value::Name(name) => name,
            Value::Call(call) => &call.name,
            _ => return false,
        };
        let name = canonical(project, module, name);
        name == "fixture" || name.ends_with(".fixture") || name.ends_with(".yield_fixture")
    })
}

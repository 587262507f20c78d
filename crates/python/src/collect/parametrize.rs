//! What stands in brackets: the parameters of a test, put together as pytest does. Source: pytest 8 and 9,
//! `Metafunc.parametrize` and `IdMaker`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::fixtures::Fixture;
use super::id::{self, Id};
use super::marks::{Mark, Marks, canonical};
use crate::project::{Module, Project};
use crate::read::{Bound, Call, Value};

/// So many characters of an id are written out by every version of pytest.
const LONG: usize = 100;
/// More than so many tests of one function are counted, not listed.
const MOST: usize = 50_000;

/// The ids of a test: `None` alone for a test without parameters.
///
/// # Errors
/// Why they are not known.
pub(super) fn expand(
    project: &Project<'_>,
    marks: &Marks,
    fixtures: &[&Fixture],
) -> Result<Vec<Option<String>>, String> {
    if marks.unknown {
        return Err("a decorator of the project may add parameters".to_owned());
    }
    // pytest asks fixtures for their parameters before it asks the marks.
    let of_fixtures = fixtures.iter().map(|fixture| of_fixture(project, fixture));
    let of_marks = marks.parametrize.iter().map(|mark| of_mark(project, mark));
    let mut all: Vec<Option<String>> = vec![None];
    for ids in of_fixtures.chain(of_marks) {
        let ids = ids?;
        if all.len().saturating_mul(ids.len()) > MOST {
            return Err(format!("more than {MOST} combinations"));
        }
        let joined = |one: &Option<String>, id: &String| match one {
            Some(one) => Some(format!("{one}-{id}")),
            None => Some(id.clone()),
        };
        all = all.iter().flat_map(|one| ids.iter().map(move |id| joined(one, id))).collect();
    }
    Ok(all)
}

fn of_mark(project: &Project<'_>, mark: &Mark) -> Result<Vec<String>, String> {
    let value = |place, name| mark.call.argument(place, name).map(|one| settled(project, &mark.module, one));
    let names = value(0, "argnames").and_then(|(_, names)| argument_names(&names));
    let names = names.ok_or("the list of names of `parametrize` is not written out")?;
    of_values(project, &names, value(1, "argvalues"), value(3, "ids"), "`parametrize`")
}

fn of_fixture(project: &Project<'_>, fixture: &Fixture) -> Result<Vec<String>, String> {
    let value = |one: &Option<Value>| one.as_ref().map(|one| settled(project, &fixture.module, one));
    let what = format!("the fixture `{}`", fixture.name);
    of_values(
        project,
        std::slice::from_ref(&fixture.name),
        value(&fixture.params),
        value(&fixture.ids),
        &what,
    )
}

/// A value and the module it is written in.
type Written = (Arc<Module>, Value);

/// The ids of a list of sets of values; `what` has the list.
fn of_values(
    project: &Project<'_>,
    names: &[String],
    sets: Option<Written>,
    ids: Option<Written>,
    what: &str,
) -> Result<Vec<String>, String> {
    let Some((home, Value::List(sets))) = sets else {
        return Err(format!("the list of values of {what} is not written out"));
    };
    let ids = match ids {
        None | Some((_, Value::Nothing)) => None,
        Some((home, Value::List(list))) => Some((home, list)),
        Some(_) => return Err(format!("`ids` of {what} is a function or not written out")),
    };
    if sets.is_empty() {
        return Err(format!("the list of values of {what} is empty"));
    }
    let mut found = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        let given = ids.as_ref().and_then(|(home, list)| Some((home, list.get(index)?)));
        let id = of_set(project, &home, set, names, index, given);
        found.push(id.ok_or_else(|| format!("the value {index} of {what} is not known"))?);
    }
    Ok(unique(found))
}

/// The id of one set of values; nothing when it is not known.
fn of_set(
    project: &Project<'_>,
    module: &Arc<Module>,
    set: &Value,
    names: &[String],
    index: usize,
    given: Option<(&Arc<Module>, &Value)>,
) -> Option<String> {
    let param = param(project, module, set);
    let own = param.as_ref().and_then(|call| call.keyword("id")).map(|id| (module, id));
    let written = [own, given].into_iter().flatten().find(|(_, id)| **id != Value::Nothing);
    if let Some((home, id)) = written {
        return match id::of(project, home, id) {
            Id::Known(id) => Some(id),
            Id::Numbered | Id::Unknown => None,
        };
    }
    let values: Vec<Value> = match (param, names) {
        (Some(call), _) => call.arguments,
        (None, [_]) => vec![set.clone()],
        (None, _) => match settled(project, module, set) {
            (_, Value::List(list)) => list,
            _ => return None,
        },
    };
    if values.len() != names.len() {
        return None;
    }
    let each = values.iter().zip(names).map(|(value, name)| match id::of(project, module, value) {
        // What is longer is numbered since pytest 9.1, and was written out before.
        Id::Known(id) if id.chars().count() > LONG => None,
        Id::Known(id) => Some(id),
        Id::Numbered => Some(format!("{name}{index}")),
        Id::Unknown => None,
    });
    Some(each.collect::<Option<Vec<_>>>()?.join("-"))
}

/// A `pytest.param(…)`.
fn param(project: &Project<'_>, module: &Arc<Module>, set: &Value) -> Option<Call> {
    let Value::Call(call) = set else { return None };
    (canonical(project, module, &call.name) == "pytest.param").then(|| (**call).clone())
}

/// A value with names that stand for written ones replaced, and the module it is written in.
fn settled(project: &Project<'_>, module: &Arc<Module>, value: &Value) -> (Arc<Module>, Value) {
    if let Value::Name(name) = value
        && let crate::project::Lead::Here(place) = project.lead(module, name)
        && let Some(Bound::Value(inner)) = place.bound()
        // What is added to later is not what was written first.
        && place.module.body.names.iter().filter(|(other, _)| *other == place.way[0]).count() == 1
    {
        return (Arc::clone(&place.module), inner.clone());
    }
    (Arc::clone(module), value.clone())
}

/// The names: a list, or one text with commas.
pub(super) fn argument_names(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Text(text) => {
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
            Some(names.map(str::to_owned).collect())
        }
        Value::List(list) => list
            .iter()
            .map(|one| match one {
                Value::Text(name) => Some(name.clone()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// Ids made unique by numbers, as pytest numbers them.
fn unique(mut ids: Vec<String>) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    ids.iter().for_each(|id| *counts.entry(id.clone()).or_default() += 1);
    if counts.len() == ids.len() {
        return ids;
    }
    let mut taken: HashSet<String> = ids.iter().cloned().collect();
    let mut next: HashMap<String, usize> = HashMap::new();
    for place in &mut ids {
        let id = place.clone();
        if counts.get(&id).is_none_or(|count| *count < 2) {
            continue;
        }
        let sign = if id.ends_with(|last: char| last.is_ascii_digit()) { "_" } else { "" };
        let number = next.entry(id.clone()).or_default();
        while taken.contains(&format!("{id}{sign}{number}")) {
            *number += 1;
        }
        *place = format!("{id}{sign}{number}");
        *number += 1;
        taken.insert(place.clone());
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn doubled_ids_are_numbered() {
        let check = |ids: &[&str], expected: &[&str]| {
            assert_eq!(unique(ids.iter().map(|id| (*id).to_owned()).collect()), expected);
        };
        check(&["a", "b"], &["a", "b"]);
        check(&["a", "a", "b"], &["a0", "a1", "b"]);
        check(&["1", "1"], &["1_0", "1_1"]);
        check(&["a", "a", "a0"], &["a1", "a2", "a0"]);
    }
}

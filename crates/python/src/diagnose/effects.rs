//! What talks to the network or to a database when it is imported: it works where that is there, and nowhere else.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use testyard_model::collection::{CauseKind, Link};

use super::{Trouble, conftests};
use crate::project::{Lead, Module, Project};
use crate::read::{EFFECTS, Step};

/// What each module of the project imports when it is imported.
pub(super) type Edges = HashMap<String, Vec<String>>;

/// Each test file that reaches such a call, or another risk that is known of a module, by its imports, with the first of
/// them.
pub(super) fn reached(
    project: &Project<'_>,
    files: &[String],
    edges: &Edges,
    risks: &HashMap<String, Trouble>,
) -> Vec<(usize, Trouble)> {
    let with_conftests =
        files.iter().flat_map(|file| [conftests(file), project.packages(file), vec![file.clone()]].concat());
    let mut modules: BTreeSet<String> = with_conftests.collect();
    modules.extend(edges.values().flatten().cloned());
    let effects: Vec<(String, Trouble)> = modules
        .into_iter()
        .filter_map(|path| {
            let risk = risks.get(&path).cloned().or_else(|| effect(project, &path));
            risk.map(|trouble| (path, trouble))
        })
        .collect();
    if effects.is_empty() {
        return Vec::new();
    }
    let each = files.iter().enumerate().filter_map(|(number, file)| {
        let reach = reach(project, file, edges);
        let (_, trouble) = effects.iter().find(|(path, _)| reach.contains(path))?;
        Some((number, trouble.clone()))
    });
    each.collect()
}

/// All modules that are imported with a file.
fn reach(project: &Project<'_>, file: &str, edges: &Edges) -> HashSet<String> {
    let mut open = conftests(file);
    open.extend(project.packages(file));
    open.push(file.to_owned());
    let mut reach: HashSet<String> = open.iter().cloned().collect();
    while let Some(path) = open.pop() {
        for next in edges.get(&path).into_iter().flatten() {
            if reach.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    reach
}

/// The first such call of a module.
fn effect(project: &Project<'_>, path: &str) -> Option<Trouble> {
    let module = project.module(path)?;
    let found = module.steps.iter().find_map(|step| match step {
        Step::Effect(call, line) => Some((full_name(project, &module, call)?, *line)),
        _ => None,
    });
    let (call, line) = found?;
    Some(Trouble {
        kind: CauseKind::SideEffect,
        name: path.to_owned(),
        message: format!("{path} calls `{call}` when it is imported"),
        fix: "do it in a fixture or a function, so that importing needs nothing that runs".to_owned(),
        chain: vec![Link { path: project.shown(path), line }],
        repair: None,
    })
}

/// The full name of a call that is one of the effects.
fn full_name(project: &Project<'_>, module: &Arc<Module>, call: &str) -> Option<String> {
    match project.lead(module, call) {
        Lead::Outside(name) => EFFECTS.contains(&name.as_str()).then_some(name),
        Lead::Here(_) | Lead::Module(_) => None,
    }
}

//! Troubles put together by their causes, those that would free the most tests first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use testyard_model::Collection;
use testyard_model::collection::{BrokenFile, BrokenTest, CollectionCause, Link};

use super::Trouble;
use crate::project::Project;
use crate::repair::Repair;

/// What is wrong in a project: each trouble with where it is, and how many tests it is about.
#[derive(Debug, Default)]
pub(crate) struct Troubles {
    /// Files that cannot be imported.
    pub(crate) broken: Vec<(String, usize, Trouble)>,
    /// Files that can be, and do something then that may fail elsewhere.
    pub(crate) at_risk: Vec<(String, usize, Trouble)>,
    /// Tests that cannot run: file, id and line.
    pub(crate) unrunnable: Vec<(String, String, u32, Trouble)>,
}

/// Writes troubles into a collection, with their causes.
pub(crate) fn settle(project: &Project<'_>, troubles: Troubles, collection: &mut Collection) {
    let mut causes = Causes::default();
    for (path, tests, trouble) in troubles.broken {
        let cause = causes.add(&trouble, &path, tests);
        collection.broken.push(broken(project, &path, cause, trouble));
    }
    for (path, id, line, trouble) in troubles.unrunnable {
        let cause = causes.add(&trouble, &path, 1);
        collection.unrunnable.push(BrokenTest { id, path: project.shown(&path), line, cause });
    }
    for (path, tests, trouble) in troubles.at_risk {
        let cause = causes.add(&trouble, &path, tests);
        collection.at_risk.push(broken(project, &path, cause, trouble));
    }
    let mut all: Vec<CollectionCause> = causes.0.into_values().map(|(cause, _)| cause).collect();
    all.sort_by_key(|one| (Reverse((one.severity, one.tests, one.files)), one.id.clone()));
    collection.causes = all;
}

fn broken(project: &Project<'_>, path: &str, cause: String, trouble: Trouble) -> BrokenFile {
    BrokenFile { path: project.shown(path), cause, message: trouble.message, chain: trouble.chain }
}

impl Troubles {
    /// What would put the files right: each with the file and the line that fails.
    pub(crate) fn repairs(&self) -> impl Iterator<Item = (&Link, &Trouble, &Repair)> {
        let each = self.broken.iter().chain(&self.at_risk).map(|(_, _, trouble)| trouble);
        each.filter_map(|trouble| Some((trouble.chain.last()?, trouble, trouble.repair.as_ref()?)))
    }
}

/// Causes by their ids, each with the file that was counted last.
#[derive(Default)]
struct Causes(BTreeMap<String, (CollectionCause, String)>);

impl Causes {
    /// Counts a trouble with its cause. Gives the cause's id. Troubles of one file come one after the other.
    fn add(&mut self, trouble: &Trouble, path: &str, tests: usize) -> String {
        let id = format!("{}:{}", trouble.kind.word(), trouble.name);
        let cause = CollectionCause {
            id: id.clone(),
            kind: trouble.kind,
            severity: trouble.kind.severity(),
            name: trouble.name.clone(),
            message: trouble.message.clone(),
            files: 0,
            tests: 0,
            fix: trouble.fix.clone(),
        };
        let (cause, last) = self.0.entry(id.clone()).or_insert((cause, String::new()));
        cause.files += usize::from(last != path);
        cause.tests += tests;
        path.clone_into(last);
        id
    }
}

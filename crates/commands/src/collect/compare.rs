//! What was gained and lost since a revision.

use std::collections::BTreeSet;

use testyard_inspect::FreshClone;
use testyard_model::Collection;
use testyard_model::collection::Comparison;
use testyard_python::Settings;

use super::CollectRequest;
use super::settings::settings;
use crate::{CommandError, Context};

/// Holds a collection against that of a revision, read in the same way and with the same environment.
pub(super) fn compare(
    context: &Context,
    now: &Settings,
    collection: &Collection,
    revision: &str,
) -> Result<Comparison, CommandError> {
    let clone = FreshClone::of_revision(&context.root, revision)?;
    let root = clone.root().to_owned();
    let there = Context { folder: root.clone(), root, ..context.clone() };
    let request = CollectRequest { no_cache: true, ..CollectRequest::default() };
    let mut settings = settings(&there, &request)?;
    settings.environment.clone_from(&now.environment);
    settings.stands_for = Some(context.root.clone());
    if !now.paths.is_empty() {
        settings.paths.clone_from(&now.paths);
    }
    Ok(held(&testyard_python::collect(&settings), collection, revision))
}

fn held(before: &Collection, now: &Collection, revision: &str) -> Comparison {
    let tests = |of: &Collection| of.tests.iter().map(|test| test.id.clone()).collect::<BTreeSet<String>>();
    let causes =
        |of: &Collection| of.causes.iter().map(|cause| cause.message.clone()).collect::<BTreeSet<String>>();
    let only =
        |some: &BTreeSet<String>, others: &BTreeSet<String>| some.difference(others).cloned().collect();
    let (old_tests, new_tests) = (tests(before), tests(now));
    let (old_causes, new_causes) = (causes(before), causes(now));
    Comparison {
        since: revision.to_owned(),
        tests_before: before.tests.len(),
        gained: only(&new_tests, &old_tests),
        lost: only(&old_tests, &new_tests),
        cured: only(&old_causes, &new_causes),
        appeared: only(&new_causes, &old_causes),
    }
}

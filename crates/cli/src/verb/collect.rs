//! `testyard collect`.

use testyard_commands::CommandError;
use testyard_commands::collect::{self, Changed, CollectRequest};
use testyard_model::Collection;
use testyard_model::Exit;
use testyard_report::check::{Shown, github, sarif};
use testyard_report::collect as view;

use super::{Desk, End};
use crate::arguments::{self, Output};

/// Lists the tests that exist, and the files that cannot be imported.
pub(super) fn collect(desk: &Desk, typed: &arguments::Collect) -> Result<End, CommandError> {
    let request = CollectRequest {
        paths: typed.paths.clone(),
        python: typed.python.clone(),
        verify: typed.verify,
        compare: typed.compare.clone(),
        fix: typed.fix,
        scaffold: typed.scaffold,
        apply: typed.apply,
        changed: typed.changed.clone().map(Changed::Since),
        no_cache: typed.no_cache,
    };
    let collection = collect::collect(&desk.context, &request)?;
    show(desk, &collection);
    let too_many = typed.max_stand_ins.is_some_and(|most| collection.stand_ins.len() > most);
    Ok(End::Exit(if collection.is_broken() || too_many {
        Exit::Failed
    } else if collection.tests.is_empty() {
        Exit::Empty
    } else {
        Exit::Passed
    }))
}

fn show(desk: &Desk, collection: &Collection) {
    let inspection = view::findings(collection);
    let prefix = desk.context.prefix();
    let shown = Shown { inspection: &inspection, prefix: &prefix, known: 0 };
    match desk.output {
        Output::Human => desk.lines(&view::human(collection, desk.screen.style)),
        Output::Json => desk.result(&view::json(collection)),
        Output::Sarif => desk.result(&sarif(&shown, &view::described(), env!("CARGO_PKG_VERSION"))),
        Output::Github => desk.lines(&github(&shown)),
    }
}

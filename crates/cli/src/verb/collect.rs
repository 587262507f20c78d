//! `testyard collect`.

use testyard_commands::CommandError;
use testyard_commands::collect::{self, CollectRequest};
use testyard_model::Exit;
use testyard_report::collect as view;

use super::{Desk, End};
use crate::arguments::{self, Format};

/// Lists the tests that exist, and the files that cannot be imported.
pub(super) fn collect(desk: &Desk, typed: &arguments::Collect) -> Result<End, CommandError> {
    let request = CollectRequest {
        paths: typed.paths.clone(),
        python: typed.python.clone(),
        verify: typed.verify,
        changed: typed.changed.clone(),
        no_cache: typed.no_cache,
    };
    let collection = collect::collect(&desk.context, &request)?;
    match desk.format {
        Format::Json => desk.result(&view::json(&collection)),
        Format::Human => desk.lines(&view::human(&collection, desk.screen.style)),
    }
    Ok(End::Exit(if collection.is_broken() {
        Exit::Failed
    } else if collection.tests.is_empty() {
        Exit::Empty
    } else {
        Exit::Passed
    }))
}

//! `testyard plan` and `testyard init`.

use testyard_commands::{CommandError, init as write, plan as make};
use testyard_model::Exit;
use testyard_report::{json, plan as view};

use super::run::selection;
use super::{Desk, End};
use crate::arguments::{self, Format};
use crate::session;

/// Says what a run would do.
pub(super) fn plan(desk: &Desk, typed: &arguments::Selection) -> Result<End, CommandError> {
    let plan = make::plan(&desk.context, &selection(typed))?;
    let plan = plan.masked_by(&desk.context.masker(&plan));
    match desk.format {
        Format::Json => desk.result(&json::plan(&plan)),
        Format::Human => desk.lines(&view::lines(&plan, desk.screen.style, desk.screen.size().width)),
    }
    Ok(End::Exit(if plan.suites.is_empty() { Exit::Empty } else { Exit::Passed }))
}

/// Writes a `testyard.toml`.
pub(super) fn init(desk: &Desk, typed: &arguments::Init) -> Result<End, CommandError> {
    let path = write::init(&desk.context, typed.force)?;
    let shown = session::shown(&path, &desk.context);
    match desk.format {
        Format::Json => desk.result(&json::written(&[shown])),
        Format::Human => desk.lines(&[format!("wrote {}", shown.display())]),
    }
    Ok(End::Exit(Exit::Passed))
}

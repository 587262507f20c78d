//! `testyard plan` and `testyard init`.

use std::path::PathBuf;

use testyard_commands::init::{self as write, InitRequest, Target};
use testyard_commands::{CommandError, plan as make};
use testyard_model::Exit;
use testyard_report::{json, plan as view};

use super::run::selection;
use super::{Desk, End};
use crate::arguments::{self, Format, With};
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

/// Writes a `testyard.toml`, and files for others.
pub(super) fn init(desk: &Desk, typed: &arguments::Init) -> Result<End, CommandError> {
    let with = typed.with.iter().copied().map(target).collect();
    let written = write::init(&desk.context, &InitRequest { force: typed.force, with })?;
    let shown: Vec<PathBuf> = written.iter().map(|path| session::shown(path, &desk.context)).collect();
    match desk.format {
        Format::Json => desk.result(&json::written(&shown)),
        Format::Human => {
            let lines: Vec<String> = shown.iter().map(|path| format!("wrote {}", path.display())).collect();
            desk.lines(&lines);
        }
    }
    Ok(End::Exit(Exit::Passed))
}

fn target(typed: With) -> Target {
    match typed {
        With::Ci => Target::Ci,
        With::Gitlab => Target::Gitlab,
        With::Agent => Target::Agent,
    }
}

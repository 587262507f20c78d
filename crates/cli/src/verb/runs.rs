//! `testyard status`, `report` and `runs`: what happened so far.

use testyard_commands::base::base_run;
use testyard_commands::report::{junit, markdown, subject};
use testyard_commands::runs::{find, runs as all};
use testyard_commands::{CommandError, status as look};
use testyard_model::Exit;
use testyard_report::json::{self, RunsRow};
use testyard_report::{agent, failures, table, terminal};

use super::run::tell;
use super::{Desk, End};
use crate::arguments::{self, Format, ReportKind};

/// How much of the failures is shown where nobody says, in bytes: some screenfuls.
const BUDGET: usize = 32_768;

/// Says how a run stands.
pub(super) fn status(desk: &Desk, typed: &arguments::Status) -> Result<End, CommandError> {
    let told = look::status(&desk.context, typed.run.as_deref())?;
    tell(desk, &told);
    Ok(End::Exit(if typed.exit_code { told.exit() } else { Exit::Passed }))
}

/// Shows a run's report again.
pub(super) fn report(desk: &Desk, typed: &arguments::Report) -> Result<End, CommandError> {
    let told = find(&desk.context.runs(), typed.run.as_deref())?;
    match (desk.format, typed.kind) {
        (Format::Json, _) => desk.result(&json::run(&subject(&told, "."))),
        (_, ReportKind::Markdown) => desk.result(&markdown(&told)),
        (_, ReportKind::Junit) => desk.result(&junit(&told)?),
        (_, ReportKind::Summary) => {
            let folder = told.folder.path().display().to_string();
            let width = desk.screen.size().width;
            desk.lines(&terminal::summary(&subject(&told, &folder), desk.screen.style, width));
        }
    }
    Ok(End::Exit(Exit::Passed))
}

/// Says what failed, by what went wrong.
pub(super) fn failures(desk: &Desk, typed: &arguments::Failures) -> Result<End, CommandError> {
    let told = find(&desk.context.runs(), typed.run.as_deref())?;
    let before = base_run(&desk.context, &told, typed.base.as_deref())?;
    let groups = failures::groups(&told.state, before.as_ref().map(|before| &before.state));
    if desk.screen.agent {
        let budget = typed.budget.unwrap_or(agent::BUDGET);
        desk.lines(&agent::page(&groups, typed.cursor, budget, told.folder.run().as_str()));
        return Ok(End::Exit(Exit::Passed));
    }
    let page = failures::page(&groups, typed.cursor, typed.budget.unwrap_or(BUDGET));
    let before = before.as_ref().map(|before| before.folder.run().0);
    match desk.format {
        Format::Json => desk.result(&failures::json(&page, before.as_deref())),
        Format::Human => desk.lines(&failures::human(&page, before.as_deref(), desk.screen.style)),
    }
    Ok(End::Exit(Exit::Passed))
}

/// Lists the runs.
pub(super) fn runs(desk: &Desk) -> Result<End, CommandError> {
    let rows = all(&desk.context, |told| RunsRow::of(&subject(told, ".")))?;
    match desk.format {
        Format::Json => desk.result(&json::runs(&rows)),
        Format::Human => desk.lines(&table::runs(&rows, desk.screen.style)),
    }
    Ok(End::Exit(Exit::Passed))
}

//! `testyard up`, `down`, `ps`, `logs` and `exec`: the environment alone.

use testyard_commands::CommandError;
use testyard_commands::around::{AroundRequest, around as timeline_of};
use testyard_commands::environment::exec::{ExecRequest, exec as execute};
use testyard_commands::environment::logs::{Log, LogsRequest, logs as read};
use testyard_commands::environment::up::{UpRequest, up as bring_up};
use testyard_commands::environment::{down as take_down, ps as list};
use testyard_commands::runs::Told;
use testyard_model::Exit;
use testyard_report::json::{self, PsRow};
use testyard_report::{table, timeline};

use super::{Desk, End};
use crate::arguments::{self, Format};
use crate::session;
use crate::terminal::say;

/// Brings services up.
pub(super) fn up(desk: &Desk, typed: &arguments::Up) -> Result<End, CommandError> {
    let request = UpRequest { services: typed.services.clone(), offline: typed.offline };
    let told = session::block_on(async {
        let cancel = session::listen(|_, _| say("testyard: taking the services down again"))?;
        bring_up(&desk.context, &request, desk.screen.views(), cancel).await
    })?;
    show(desk, Some(&told));
    Ok(End::Exit(Exit::Passed))
}

/// Takes services down.
pub(super) fn down(desk: &Desk) -> Result<End, CommandError> {
    let folder = session::block_on(take_down::down(&desk.context))?;
    match folder {
        Some(folder) => say(format_args!("testyard: {} is down", folder.run())),
        None => say("testyard: nothing was up"),
    }
    Ok(End::Exit(Exit::Passed))
}

/// Lists services.
pub(super) fn ps(desk: &Desk) -> Result<End, CommandError> {
    show(desk, list::ps(&desk.context)?.as_ref());
    Ok(End::Exit(Exit::Passed))
}

fn show(desk: &Desk, told: Option<&Told>) {
    let services = told.map(|told| told.state.services.as_slice()).unwrap_or_default();
    let rows: Vec<PsRow> = services.iter().map(PsRow::of).collect();
    match desk.format {
        Format::Json => desk.result(&json::ps(&rows)),
        Format::Human if rows.is_empty() => say("testyard: nothing is up; `testyard up` brings services up"),
        Format::Human => desk.lines(&table::ps(&rows, desk.screen.style)),
    }
}

/// Shows what services and suites print.
pub(super) fn logs(desk: &Desk, typed: &arguments::Logs) -> Result<End, CommandError> {
    if let Some(test) = &typed.around {
        return around(desk, typed, test);
    }
    let request = LogsRequest { names: typed.names.clone(), tail: typed.tail, run: typed.run.clone() };
    let logs = read(&desk.context, &request)?;
    if desk.format == Format::Json {
        desk.result(&json::logs(logs.iter().map(Log::row)));
        return Ok(End::Exit(Exit::Passed));
    }
    // Several of them are told apart by their names; one alone is shown as it is.
    let named = logs.len() > 1;
    let width = logs.iter().map(|log| log.source.name().len()).max().unwrap_or_default();
    for log in &logs {
        let name = log.source.name();
        let line = |text: &String| if named { format!("{name:width$} | {text}") } else { text.clone() };
        desk.lines(&log.lines.iter().map(line).collect::<Vec<_>>());
    }
    Ok(End::Exit(Exit::Passed))
}

/// Shows what everybody said while a test ran.
fn around(desk: &Desk, typed: &arguments::Logs, test: &str) -> Result<End, CommandError> {
    let margin = typed.margin.as_deref().map(|text| session::time("--margin", text)).transpose()?;
    let request = AroundRequest {
        test: test.to_owned(),
        sources: typed.names.clone(),
        margin_ms: margin.map_or(0, |margin| u64::try_from(margin.as_millis()).unwrap_or(u64::MAX)),
        run: typed.run.clone(),
    };
    let found = timeline_of(&desk.context, &request)?;
    match desk.format {
        Format::Json => desk.result(&timeline::json(&found)),
        Format::Human => desk.lines(&timeline::human(&found, desk.screen.style)),
    }
    Ok(End::Exit(Exit::Passed))
}

/// Runs a command among the services, and ends as it does.
pub(super) fn exec(desk: &Desk, typed: &arguments::Exec) -> Result<End, CommandError> {
    let request = ExecRequest { service: typed.service.clone(), command: typed.command.clone() };
    let exit = session::block_on(execute(&desk.context, &request))?;
    match exit.shell_code() {
        Some(code) => Ok(End::Code(u8::try_from(code).unwrap_or(u8::MAX))),
        None => Err(CommandError::Blocked {
            message: "the environment was taken down while the command ran".to_owned(),
            help: "bring it up again with `testyard up`".to_owned(),
        }),
    }
}

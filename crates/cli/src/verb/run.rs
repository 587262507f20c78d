//! `testyard run`.

use testyard_commands::collect::Changed;
use testyard_commands::plan::Selection;
use testyard_commands::report::subject;
use testyard_commands::run::{RunRequest, run as run_project};
use testyard_commands::runs::Told;
use testyard_commands::{CommandError, ci};
use testyard_model::Standing;
use testyard_report::ci::{System, harmless_document};
use testyard_report::{agent, json, last_line, terminal};

use super::{Desk, End};
use crate::arguments::{self, Format};
use crate::session;
use crate::terminal::say;

/// Runs the project's tests, shows them as they go, and ends as the run did.
pub(super) fn run(desk: &Desk, arguments: &arguments::Run) -> Result<End, CommandError> {
    let request = request(arguments);
    let told = session::block_on(async {
        let cancel = session::listen(announce)?;
        run_project(&desk.context, &request, desk.screen.views(), cancel).await
    })?;
    if desk.screen.ci == Some(System::Github) {
        tell_github(desk, &told);
    }
    tell(desk, &told);
    Ok(End::Exit(told.exit()))
}

/// What GitHub shows beside a job's log: annotations, and the summary of the step. The verdict stays what it is when the
/// summary cannot be written.
fn tell_github(desk: &Desk, told: &Told) {
    ci::annotations(&desk.context, told).iter().for_each(say);
    if let Err(error) = ci::summarise(&desk.context, told) {
        desk.screen.print(&[format!("warning: the step's summary could not be written: {error}")]);
    }
}

/// What is asked for, in the words of the commands.
pub(crate) fn request(typed: &arguments::Run) -> RunRequest {
    RunRequest {
        selection: selection(&typed.selection),
        changed: typed.changed.clone().map(Changed::Since),
        offline: typed.offline,
    }
}

/// What was selected, in the words of the commands.
pub(super) fn selection(typed: &arguments::Selection) -> Selection {
    Selection { names: typed.selection.clone(), runner_arguments: typed.runner_arguments.clone(), only: None }
}

/// Says at once that a signal was heard: stopping may take some seconds.
pub(super) fn announce(heard: &str, level: u8) {
    let then = if level == 1 { "stopping; once more stops at once" } else { "stopping at once" };
    say(format_args!("testyard: {heard}: {then}"));
}

/// Prints what is told of a run: a summary or a document, and the last line.
pub(super) fn tell(desk: &Desk, told: &Told) {
    let folder = session::shown(told.folder.path(), &desk.context).display().to_string();
    let subject = subject(told, &folder);
    match desk.format {
        Format::Json if desk.screen.ci == Some(System::Github) => {
            desk.result(&harmless_document(&json::run(&subject)));
        }
        Format::Json => desk.result(&json::run(&subject)),
        Format::Human if desk.screen.agent => desk.screen.print(&agent::lines(&subject, agent::BUDGET)),
        Format::Human => {
            let (style, width) = (desk.screen.style, desk.screen.size().width);
            desk.screen.print(&match told.standing {
                Standing::Running => terminal::status(&subject, style, width),
                Standing::Final | Standing::Lost => terminal::summary(&subject, style, width),
            });
        }
    }
    let damage: Vec<String> = told.damage.iter().map(|damage| format!("warning: {damage}")).collect();
    desk.screen.print(&damage);
    say(last_line(Some(&told.state), told.standing, told.exit()));
}

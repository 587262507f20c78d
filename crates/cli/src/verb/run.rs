//! `testyard run`.

use testyard_commands::CommandError;
use testyard_commands::collect::Changed;
use testyard_commands::plan::Selection;
use testyard_commands::report::subject;
use testyard_commands::run::{RunRequest, run as run_project};
use testyard_commands::runs::Told;
use testyard_report::{json, last_line, terminal};

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
    tell(desk, &told);
    Ok(End::Exit(told.exit()))
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
        Format::Json => desk.result(&json::run(&subject)),
        Format::Human => {
            desk.screen.print(&terminal::summary(&subject, desk.screen.style, desk.screen.size().width));
        }
    }
    told.damage.iter().for_each(|damage| say(format_args!("warning: {damage}")));
    say(last_line(Some(&told.state), told.standing, told.exit()));
}

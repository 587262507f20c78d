//! `testyard run --detach`, `wait`, `tail` and `cancel`: runs that go on without the command that started them.

use testyard_commands::CommandError;
use testyard_commands::background::{self, Meeting, Started, Until};
use testyard_commands::runs::Told;
use testyard_model::{Exit, Record, RunState, Standing};
use testyard_report::json::{self, DetachedRow};
use testyard_report::last_line;
use testyard_report::plain::Plain;
use testyard_sys::durability::{Durability, durability};

use super::run::{request, tell};
use super::{Desk, End};
use crate::arguments::{self, Format};
use crate::session;
use crate::terminal::say;

/// Said where the background does not outlive the session.
const SESSION: &str = "durability: session: process 1 here ends with this session, and the run with it";

/// Starts a run in the background, and says where it is to be found.
pub(super) fn start(desk: &Desk, arguments: &arguments::Run) -> Result<End, CommandError> {
    let request = request(arguments);
    let started =
        session::block_on(background::start(&desk.context, &request, &typed(), meeting(arguments)))?;
    let (folder, attached, estimate_ms) = match started {
        Started::Run { folder, attached, estimate_ms } => (folder, attached, estimate_ms),
        Started::Refused { said, document, exit } => {
            desk.screen.print(&said);
            if desk.format == Format::Json {
                desk.result(&document);
            }
            say(last_line(None, Standing::Final, exit));
            return Ok(End::Exit(exit));
        }
    };
    let run = folder.run().to_string();
    // The shells of agents stop commands after two minutes.
    let limit = if desk.screen.agent { " --for 100s" } else { "" };
    let next = format!("testyard wait {run}{limit}");
    match desk.format {
        Format::Json => {
            desk.result(&json::detached(&DetachedRow {
                run,
                attached,
                estimate_ms,
                durability: durability().word(),
                next,
            }));
        }
        Format::Human => {
            let how = if attached { "goes on in the background already" } else { "runs in the background" };
            let about = estimate_ms.map_or_else(String::new, |took| {
                format!("; the newest one that ended took {:.0} s", took as f64 / 1000.0)
            });
            desk.lines(&[format!("{run} {how}{about}"), format!("next: {next}")]);
            if durability() == Durability::Session {
                desk.lines(&[SESSION.to_owned()]);
            }
        }
    }
    let told = Told::read(folder)?;
    say(last_line(Some(&told.state), told.standing, Exit::Passed));
    Ok(End::Exit(Exit::Passed))
}

fn meeting(typed: &arguments::Run) -> Meeting {
    match (typed.queue, typed.replace) {
        (true, _) => Meeting::Queue,
        (_, true) => Meeting::Replace,
        _ => Meeting::Refuse,
    }
}

/// What was typed, without what only this process is to do.
fn typed() -> Vec<String> {
    let mut runner = false;
    let words = std::env::args().skip(1).filter(|word| {
        // What follows is the test runner's.
        runner |= word == "--";
        runner || !matches!(word.as_str(), "--detach" | "--replace" | "--queue")
    });
    words.collect()
}

/// Waits for a run and says how it stands then.
pub(super) fn wait(desk: &Desk, typed: &arguments::Wait) -> Result<End, CommandError> {
    let limit = typed.limit.as_deref().map(|text| session::time("--for", text)).transpose()?;
    let until = match typed.until {
        arguments::Until::Done => Until::Done,
        arguments::Until::FirstFailure => Until::FirstFailure,
    };
    let told = session::block_on(background::wait(&desk.context, typed.run.as_deref(), limit, until))?;
    tell(desk, &told);
    Ok(End::Exit(told.exit()))
}

/// Shows what happens in a run.
pub(super) fn tail(desk: &Desk, typed: &arguments::Tail) -> Result<End, CommandError> {
    let mut plain = Plain::new(desk.screen.style);
    let show = |record: &Record, state: &RunState| {
        let lines = plain.lines(record, state);
        lines.is_empty() || desk.still_read(&lines)
    };
    session::block_on(background::tail(&desk.context, typed.run.as_deref(), typed.follow, show))?;
    Ok(End::Exit(Exit::Passed))
}

/// Cancels a run and says how it ended.
pub(super) fn cancel(desk: &Desk, typed: &arguments::Cancel) -> Result<End, CommandError> {
    let (told, went_on) = session::block_on(background::cancel(&desk.context, typed.run.as_deref()))?;
    if !went_on {
        say(format_args!("{} has ended already; nothing was changed", told.folder.run()));
    }
    tell(desk, &told);
    Ok(End::Exit(Exit::Passed))
}

//! `testyard watch`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use testyard_commands::CommandError;
use testyard_commands::background::{self, Until};
use testyard_commands::runs::Told;
use testyard_commands::watch::Watched;
use testyard_model::{Exit, Standing};
use testyard_report::last_line;

use super::run::tell;
use super::{Desk, End};
use crate::arguments::{self, Format};
use crate::session;
use crate::terminal::say;
use crate::watch::{Watch, no_terminal};

/// How often a run that is being stopped is looked at.
const POLL: Duration = Duration::from_millis(50);

/// How long a run that has its verdict may take to write it down.
const WRITTEN_WITHIN: Duration = Duration::from_secs(10);

/// Shows a run on the whole screen, and ends as `wait` would.
pub(super) fn watch(desk: &Desk, typed: &arguments::Watch) -> Result<End, CommandError> {
    if !desk.screen.moves {
        return Err(no_terminal("standard error is none, or CI is set"));
    }
    let mut watched = Watched::open(&desk.context, typed.run.as_deref())?;
    session::block_on(async {
        let ended = Arc::new(AtomicBool::new(false));
        let heard = ended.clone();
        let _cancel = session::listen(move |_, _| heard.store(true, Ordering::SeqCst))?;
        let stopping = Watch::new(&desk.context, &mut watched, desk.screen.style).show(&ended).await?;
        if let Some(stopping) = stopping {
            say(format_args!("testyard: {} was asked to stop; waiting for its end", watched.folder().run()));
            while !stopping.is_finished() && !ended.load(Ordering::SeqCst) {
                tokio::time::sleep(POLL).await;
            }
        }
        // Whoever sees the verdict and leaves at once is to be told of the end: only its writing down is left.
        if watched.state().verdict.is_some() {
            let run = watched.folder().run();
            background::wait(&desk.context, Some(run.as_str()), Some(WRITTEN_WITHIN), Until::Done).await?;
        }
        Ok(())
    })?;
    Ok(leave(desk, &Told::read(watched.folder().clone())?))
}

fn leave(desk: &Desk, told: &Told) -> End {
    if told.standing == Standing::Running {
        let run = told.folder.run();
        let context = &desk.context;
        let project = match context.root == context.folder {
            true => String::new(),
            false => format!(" --project {}", session::shown(&context.root, context).display()),
        };
        say(format_args!("testyard: {run} goes on; `testyard watch{project} {run}` comes back to it"));
        return End::Exit(Exit::Running);
    }
    if desk.format == Format::Json {
        tell(desk, told);
    } else {
        told.damage.iter().for_each(|damage| say(format_args!("warning: {damage}")));
        say(last_line(Some(&told.state), told.standing, told.exit()));
    }
    End::Exit(told.exit())
}

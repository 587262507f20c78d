//! `testyard run --watch`: run after run, each for what was saved.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use testyard_commands::collect::Changed;
use testyard_commands::run::{RunRequest, run as run_project, run_affected};
use testyard_commands::runs::Told;
use testyard_commands::saves::{Noise, ProjectSaves, Saved};
use testyard_commands::{Cancel, CommandError};
use testyard_model::{Exit, Standing};
use testyard_report::last_line;

use super::run::{announce, request, tell};
use super::{Desk, End};
use crate::arguments::{self, Format};
use crate::terminal::say;
use crate::{problem, session};

/// How many saved files are named.
const NAMED: usize = 3;

/// Runs once, then again whenever something is saved that tests depend on. Ends as the last run did.
pub(super) fn run_and_watch(desk: &Desk, typed: &arguments::Run) -> Result<End, CommandError> {
    if desk.format == Format::Json {
        return Err(CommandError::Usage {
            message: "--watch shows one run after another, which is not one document".to_owned(),
            help: "leave out --format json; `testyard status --format json` tells of the newest run"
                .to_owned(),
        });
    }
    let exit = session::block_on(async {
        let running = Arc::new(AtomicBool::new(false));
        let heard = running.clone();
        let cancel = session::listen(move |by, level| {
            if heard.load(Ordering::SeqCst) {
                announce(by, level);
            }
        })?;
        // Before the first run: what is saved while it goes on counts.
        let saves = ProjectSaves::watch(&desk.context)?;
        let noise = Noise::of(&desk.context.root);
        Runs { desk, request: request(typed), cancel, running, saves, noise }.go().await
    })?;
    Ok(End::Exit(exit))
}

struct Runs<'a> {
    desk: &'a Desk,
    request: RunRequest,
    cancel: Cancel,
    running: Arc<AtomicBool>,
    saves: ProjectSaves,
    noise: Noise,
}

/// How a run ended, and the last line that says so.
struct Ended {
    exit: Exit,
    line: String,
}

impl Runs<'_> {
    async fn go(mut self) -> Result<Exit, CommandError> {
        self.running.store(true, Ordering::SeqCst);
        let views = self.desk.screen.views();
        let told = run_project(&self.desk.context, &self.request, views, self.cancel.clone()).await?;
        let mut last = self.ended(&told);
        let mut ran = true;
        while self.cancel.by().is_none() {
            let saved = if ran { self.meanwhile().await? } else { Saved::default() };
            let Some(saved) = self.or_next(saved, ran).await? else {
                // What was said while nothing ran hides no verdict.
                say(&last.line);
                break;
            };
            let ended = self.again(&saved).await;
            ran = ended.is_some();
            last = ended.unwrap_or(last);
        }
        Ok(last.exit)
    }

    /// What people saved during the run.
    async fn meanwhile(&mut self) -> Result<Saved, CommandError> {
        let mut saved = self.saves.meanwhile().await?;
        for file in self.noise.quieten(&mut saved) {
            say(format_args!(
                "testyard: {file} is written by the tests; during runs it is not heeded any more"
            ));
        }
        Ok(saved)
    }

    /// What was saved, else what is saved next; none when Ctrl-C comes first.
    async fn or_next(&mut self, saved: Saved, ran: bool) -> Result<Option<Saved>, CommandError> {
        if !saved.is_empty() {
            return Ok(Some(saved));
        }
        if ran {
            say("testyard: watching; Ctrl-C ends");
        }
        self.running.store(false, Ordering::SeqCst);
        self.cancel.unless(self.saves.next()).await.transpose()
    }

    /// Runs what saved files can affect; nothing where that is no test.
    async fn again(&mut self, saved: &Saved) -> Option<Ended> {
        self.running.store(true, Ordering::SeqCst);
        let names = named(saved);
        // Where more was saved than could be told, all of it is run.
        let changed = (!saved.anything).then(|| Changed::Saved(saved.files.iter().cloned().collect()));
        let request = RunRequest { changed, ..self.request.clone() };
        self.noise.begins(saved);
        let screen = self.desk.screen;
        let views = || {
            say(format_args!("testyard: saved: {names}"));
            screen.views()
        };
        match run_affected(&self.desk.context, &request, views, self.cancel.clone()).await {
            Ok(Some(told)) => Some(self.ended(&told)),
            Ok(None) => {
                say(format_args!("testyard: saved: {names}; no test can be affected"));
                None
            }
            // What is wrong in a file now can be put right with the next save.
            Err(error) => {
                screen.print(&problem::lines(&error, screen.style));
                let line = last_line(None, Standing::Final, error.exit());
                say(&line);
                Some(Ended { exit: error.exit(), line })
            }
        }
    }

    fn ended(&self, told: &Told) -> Ended {
        tell(self.desk, told);
        let exit = told.exit();
        Ended { exit, line: last_line(Some(&told.state), told.standing, exit) }
    }
}

/// What was saved, in a few words.
fn named(saved: &Saved) -> String {
    let mut words: Vec<String> = saved.files.iter().take(NAMED).cloned().collect();
    if saved.files.len() > NAMED {
        words.push(format!("{} more", saved.files.len() - NAMED));
    }
    if saved.anything {
        words.push("more than could be told".to_owned());
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_files_are_named() {
        let check = |files: &[&str], anything, expected: &str| {
            let files = files.iter().map(|file| (*file).to_owned()).collect();
            assert_eq!(named(&Saved { files, anything }), expected);
        };
        check(&["a.py"], false, "a.py");
        check(&["a", "b", "c", "d", "e"], false, "a, b, c, 2 more");
        check(&[], true, "more than could be told");
    }
}

//! What is to be said of the tests nobody told about, and of the suite as a whole.

use std::time::Duration;

use testyard_model::{CheckId, Outcome, Phase};
use testyard_sys::process::Exit;

use super::{End, PytestWorker};
use crate::lookout::Alarm;

/// How many lines of a suite's log explain what broke.
const LOG_LINES: usize = 20;

impl PytestWorker {
    /// The running test took the process down.
    pub(super) fn blame(&mut self, exit: Exit) {
        let Some(number) = self.roll.running() else { return };
        self.settle_running(number, format!("the worker died while running it ({exit})"));
    }

    /// Gives an outcome to every test that has none, unless the run was cancelled.
    pub(super) fn settle(&mut self) {
        let Some(end) = self.end.clone() else { return };
        if let Some(by) = self.blocked_by(&end) {
            return self.roll.settle_rest(&Outcome::Blocked { by });
        }
        let (running, rest) = match &end {
            End::Stopped(Alarm::Cancelled(_)) => return,
            End::Stopped(Alarm::Late(limit)) => {
                let limit = seconds(*limit);
                (
                    format!("timed out after {limit}"),
                    error(format!("never ran: the suite timed out after {limit}")),
                )
            }
            End::Stopped(Alarm::Died(_)) => return,
            End::Broken(why) => (why.clone(), error(format!("never ran: {why}"))),
            End::Exited(exit) => self.of_exit(*exit),
        };
        if let Some(number) = self.roll.running() {
            self.settle_running(number, running);
        }
        self.roll.settle_rest(&rest);
    }

    /// Why the running test, and what the tests after it have as their outcome, when pytest ended by itself.
    fn of_exit(&self, exit: Exit) -> (String, Outcome) {
        let story = &self.story;
        let died = format!("the worker died while running it ({exit})");
        if let Some(why) = &story.internal {
            let why = last_line(why);
            return (
                format!("pytest itself broke: {why}"),
                error(format!("never ran: pytest itself broke: {why}")),
            );
        }
        if let Some(why) = &story.interrupted {
            return (
                format!("it ended the session: {why}"),
                error(format!("never ran: the session ended: {why}")),
            );
        }
        if story.collect_only {
            return (died, skipped("only collected: the suite's arguments say --collect-only"));
        }
        if let Some(why) = &story.stopped {
            return (died, skipped(format!("not run: {why}")));
        }
        if story.ended {
            let why = "collected but never reported";
            return (why.to_owned(), error(why));
        }
        if self.reached_maxfail() {
            return (died, skipped(format!("not run: stopped after {} failures", self.roll.failures())));
        }
        let rest = match self.restarts {
            0 => format!("never ran: the worker died ({exit})"),
            count => format!("never ran: the worker died again after {count} new starts ({exit})"),
        };
        (died, error(rest))
    }

    fn settle_running(&mut self, number: usize, why: String) {
        let from = self.session.as_ref().map_or(0, |session| session.log_from);
        let lines = self.log.last_lines(from, LOG_LINES * 2).join("\n");
        let (name, ran_ms) = (self.roll.name(number).to_owned(), self.roll.ran_ms(number));
        let evidence = self.shelf.keep(&name, &why, &lines);
        self.roll.settle(number, Outcome::Error { why }, ran_ms, evidence);
    }

    fn blocked_by(&self, end: &End) -> Option<CheckId> {
        match end {
            // The keeper holds everything the run started, so nothing of the environment is left either.
            End::Exited(Exit::Lost) => Some(CheckId::of(Phase::Services, "keeper")),
            End::Stopped(Alarm::Cancelled(_)) => None,
            _ => self.dead.clone(),
        }
    }

    /// The suite's outcome and evidence.
    pub(super) async fn conclude(&mut self) -> (Outcome, Vec<String>) {
        let end = self.end.clone().unwrap_or_else(|| End::Broken("pytest was never started".to_owned()));
        let trouble = self.trouble(&end);
        if trouble.is_some() {
            self.look_for_the_dead().await;
        }
        let mut evidence = self.notes();
        if trouble.is_some() {
            evidence.extend(self.log_lines());
        }
        let outcome = if let Some(by) = self.blocked_by(&end) {
            Outcome::Blocked { by }
        } else if let Some(why) = trouble {
            error(why)
        } else if self.roll.failures() + self.roll.broken_files() > 0 {
            Outcome::Failed
        } else if end_is_cancel(&end) {
            skipped("cancelled")
        } else if let Some(by) = self.missed.first().cloned() {
            Outcome::Blocked { by }
        } else {
            self.quiet_outcome()
        };
        (outcome, evidence)
    }

    /// The outcome of a suite in which nothing went wrong.
    fn quiet_outcome(&self) -> Outcome {
        let counts = self.roll.counts();
        match counts.total {
            0 => skipped("no tests were collected"),
            total if counts.skipped == total => skipped("every test was skipped"),
            _ => Outcome::Passed,
        }
    }

    /// What broke that belongs to no test.
    fn trouble(&self, end: &End) -> Option<String> {
        match end {
            End::Stopped(Alarm::Late(limit)) if self.story.ended => Some(format!(
                "pytest had told all its results and did not end within {}: a thread or a process that a test \
                 started goes on",
                seconds(*limit)
            )),
            End::Stopped(Alarm::Late(limit)) if self.story.ready || self.restarts > 0 => {
                Some(format!("timed out after {}", seconds(*limit)))
            }
            End::Stopped(Alarm::Late(limit)) => Some(format!("still collecting after {}", seconds(*limit))),
            End::Stopped(_) => None,
            End::Broken(why) => Some(why.clone()),
            End::Exited(exit) => self.exit_trouble(*exit),
        }
    }

    fn exit_trouble(&self, exit: Exit) -> Option<String> {
        let story = &self.story;
        if let Some(interpreter) = &story.no_pytest {
            if self.launch.blocked_by.is_some() {
                // What should have installed it is what blocks the suite: there is nothing to add anywhere.
                return Some(format!("its tests are not known: pytest is not installed for {interpreter}"));
            }
            return Some(format!(
                "pytest is not installed for {interpreter}; help: add it to the project's requirements"
            ));
        }
        if let Some(why) = &story.internal {
            return Some(format!("pytest itself broke: {}", last_line(why)));
        }
        let failures = self.roll.failures() + self.roll.broken_files();
        match exit {
            Exit::Code(0 | 5) => None,
            Exit::Code(1) if failures > 0 || !self.missed.is_empty() => None,
            Exit::Code(1) if story.ended => Some("pytest exited with 1 although no test failed".to_owned()),
            Exit::Code(2) if story.interrupted.is_some() || story.stopped.is_some() => {
                let why = story.interrupted.as_deref().or(story.stopped.as_deref()).unwrap_or_default();
                Some(format!("the session was interrupted: {why}"))
            }
            Exit::Code(4) => Some(format!("pytest did not start: {}", self.headline())),
            _ if !story.ready => Some(format!("pytest died while collecting ({exit}): {}", self.headline())),
            _ if !story.ended && failures > 0 && self.restarts < super::MOST_RESTARTS => None,
            _ if story.ended => Some(format!("pytest ended with {exit}")),
            _ => Some(format!("the worker died {} times, last with {exit}", self.restarts + 1)),
        }
    }

    /// The line of the log that says what is wrong, as far as lines tell.
    fn headline(&self) -> String {
        let lines = self.log_lines();
        // An exception may go on for lines after the one that names it.
        let raised = |line: &&String| {
            let kind = line.strip_prefix("E  ").and_then(|line| line.trim().split_once(": "));
            kind.is_some_and(|(kind, _)| !kind.contains(' '))
        };
        let named = lines.iter().rev().find(raised);
        let marked = named.or_else(|| lines.iter().rev().find(|line| line.starts_with("E  ")));
        let error = || {
            lines.iter().rev().find(|line| line.to_lowercase().contains("error:") && !line.contains("usage:"))
        };
        let line = marked.or_else(error).or(lines.last());
        line.map_or_else(|| "it printed nothing".to_owned(), |line| plain(line).to_owned())
    }

    fn log_lines(&self) -> Vec<String> {
        let from = self.session.as_ref().map_or(0, |session| session.log_from);
        self.shelf.mask_lines(self.log.last_lines(from, LOG_LINES))
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.story.lines();
        if self.restarts > 0 {
            notes.push(format!("the worker died and was started again, {} in all", times(self.restarts)));
        }
        if self.roll.late() > 0 {
            notes.push(format!("{} ran without having been collected", tests(self.roll.late())));
        }
        notes
    }

    /// How the collection went, for its own check.
    pub(super) fn collection_outcome(&self, took: Duration) -> (Outcome, Vec<String>) {
        let mut evidence =
            vec![format!("{} in {:.2} s", tests(self.roll.counts().total), took.as_secs_f64())];
        evidence.extend(self.story.lines());
        let broken = self.roll.broken_files();
        if broken > 0 {
            evidence.push(format!("{broken} files could not be collected"));
        }
        let blocked_by = self.launch.blocked_by.clone().or_else(|| self.dead.clone());
        let trouble = self.end.as_ref().and_then(|end| self.trouble(end));
        evidence.extend(trouble.clone());
        let outcome = match (blocked_by, trouble) {
            (Some(by), _) => Outcome::Blocked { by },
            (None, Some(why)) => error(why),
            (None, None) if broken > 0 => Outcome::Failed,
            (None, None) if matches!(self.end, Some(End::Stopped(_))) => skipped("cancelled"),
            (None, None) => Outcome::Passed,
        };
        (outcome, evidence)
    }
}

fn end_is_cancel(end: &End) -> bool {
    matches!(end, End::Stopped(Alarm::Cancelled(_)))
}

fn error(why: impl Into<String>) -> Outcome {
    Outcome::Error { why: why.into() }
}

fn skipped(why: impl Into<String>) -> Outcome {
    Outcome::Skipped { why: why.into() }
}

fn tests(count: u64) -> String {
    if count == 1 { "1 test".to_owned() } else { format!("{count} tests") }
}

fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}

/// A line of pytest's without the marks it puts before errors.
fn plain(line: &str) -> &str {
    let line = line.split_once(": error: ").map_or(line, |(_, what)| what);
    line.strip_prefix("ERROR: ").or_else(|| line.strip_prefix("E  ")).unwrap_or(line).trim()
}

fn last_line(text: &str) -> &str {
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

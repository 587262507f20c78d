//! Listening to a pytest process: messages become events, alarms become its end.

use std::time::{Duration, Instant};

use testyard_model::event::Evidence;
use testyard_model::{CheckId, Event, Outcome, Phase};

use super::message::{Ending, Finish, Message};
use super::session::Heard;
use super::{BLOCKED_COLLECTION, End, PytestWorker, Until};
use crate::lookout::Alarm;
use crate::{absence, room};

/// How often somebody who waits for a collection is told so.
const TELL: Duration = Duration::from_secs(5);

/// How often somebody who waits for a test is told which one it is: as often as plain views tell of progress.
const TELL_TEST: Duration = Duration::from_secs(10);

/// How long a pytest that has told how its session ended may take to go. Reports of coverage are written in that time;
/// a thread that a test left behind would keep the process for ever.
const LINGER: Duration = Duration::from_secs(120);

impl PytestWorker {
    /// Listens until the process is ready, or over. When it is over, `self.end` says how.
    pub(super) async fn listen(&mut self, until: Until) {
        let began = Instant::now();
        let mut ticks = tokio::time::interval(if until == Until::Ready { TELL } else { TELL_TEST });
        ticks.reset();
        while self.end.is_none() && !(until == Until::Ready && self.story.ready) {
            if let (Until::Over, Some(dead)) = (until, &self.dead) {
                let name = dead.as_str().trim_start_matches("services/").to_owned();
                return self.stop(Alarm::Died(name)).await;
            }
            let Some(session) = &mut self.session else { return };
            tokio::select! {
                heard = session.hear() => match heard {
                    Ok(Heard::Messages(messages)) => self.take(messages).await,
                    Ok(Heard::Ended(exit)) => self.end = Some(End::Exited(exit)),
                    Err(error) => self.end = Some(End::Broken(garbled(&error))),
                },
                alarm = self.lookout.alarm() => self.heed(alarm, until).await,
                _ = ticks.tick() => self.tell_waiting(until, began.elapsed()),
            }
        }
    }

    /// Does what an alarm asks for: the process is stopped, but for one that only collects. That its service is
    /// dead does not keep it from telling which tests are blocked by that.
    async fn heed(&mut self, alarm: Alarm, until: Until) {
        if let Alarm::Died(service) = &alarm {
            self.dead = Some(CheckId::of(Phase::Services, service));
            self.lookout.forget_services();
        }
        if until == Until::Ready && matches!(alarm, Alarm::Died(_)) {
            self.lookout.limit(Some(BLOCKED_COLLECTION));
        } else {
            self.stop(alarm).await;
        }
    }

    /// Stops the process, and takes in what it still said.
    async fn stop(&mut self, alarm: Alarm) {
        let Some(session) = &mut self.session else { return };
        match session.stop(&alarm, &mut self.lookout).await {
            Ok(messages) => {
                self.end = Some(End::Stopped(alarm));
                self.take(messages).await;
            }
            Err(error) => self.end = Some(End::Broken(garbled(&error))),
        }
    }

    async fn take(&mut self, messages: Vec<Message>) {
        let failing = |message: &Message| match message {
            Message::Finish(finish) => matches!(finish.o, Ending::Failed | Ending::Error | Ending::Flaky),
            Message::Broken { .. } => true,
            _ => false,
        };
        // Everything in one batch was said before this question, so that one question is enough for all of it.
        if messages.iter().any(failing) {
            self.look_for_the_dead().await;
        }
        messages.into_iter().for_each(|message| self.apply(message));
    }

    /// Asks the suite's services whether they still answer, before a failure is believed.
    pub(super) async fn look_for_the_dead(&mut self) {
        let services = &self.launch.suite.services;
        if services.is_empty() || self.dead.is_some() || self.launch.blocked_by.is_some() {
            return;
        }
        if let Some(service) = self.launch.vitals.verify(services).await {
            self.dead = Some(CheckId::of(Phase::Services, service));
        }
    }

    fn apply(&mut self, message: Message) {
        let story = &mut self.story;
        match message {
            Message::Hello { python, pytest } => {
                story.versions = Some(format!("Python {python}, pytest {pytest}"));
            }
            Message::NoPytest(interpreter) => story.no_pytest = Some(interpreter),
            Message::Ready { deselected, maxfail, collect_only } => {
                (story.ready, story.collect_only) = (true, collect_only);
                (story.deselected, story.maxfail) = (deselected, maxfail);
            }
            Message::Internal(text) => {
                self.internal(&text);
                self.story.internal = Some(text);
            }
            Message::Interrupted(text) => story.interrupted = Some(text),
            Message::End { warnings, stopped } => {
                (story.ended, story.warnings, story.stopped) = (true, warnings, stopped);
                self.lookout.limit_at_most(LINGER);
            }
            Message::Collected(ids) => self.collected(ids),
            Message::Also(id) => {
                let number = self.roll.add_late(id);
                self.names.push(number);
            }
            Message::Start(at) => {
                if let Some(number) = self.number(at) {
                    self.roll.started(number);
                }
            }
            Message::Finish(finish) => self.finished(&finish),
            // A second process tells again what the first one told.
            Message::Broken { .. } | Message::SkippedFile { .. } if self.restarts > 0 => {}
            Message::Broken { path, message, text } => self.broken(path, &message, &text),
            Message::SkippedFile { path, why } => {
                for number in self.roll.add(vec![path]) {
                    let outcome = Outcome::Skipped { why: why.clone() };
                    self.roll.settle(number, outcome, 0.0, Evidence::default());
                }
            }
        }
    }

    fn collected(&mut self, ids: Vec<String>) {
        if self.restarts == 0 {
            self.names.extend(self.roll.add(ids).into_iter().map(Some));
        } else {
            self.names.extend(ids.iter().map(|id| self.roll.number(id)));
        }
    }

    fn number(&self, at: usize) -> Option<usize> {
        self.names.get(at).copied().flatten()
    }

    fn broken(&mut self, path: String, message: &str, text: &str) {
        let known = self.launch.blocked_by.clone().or_else(|| self.dead.clone());
        let blocked_by = known.or_else(|| self.missed(text)).or_else(|| self.without_room(text));
        let outcome = blocked_by.map_or(Outcome::Failed, |by| Outcome::Blocked { by });
        let evidence = self.shelf.keep(&path, message, text);
        self.roll.broken_file(path, outcome, evidence);
    }

    fn finished(&mut self, finish: &Finish) {
        let Some(number) = self.number(finish.i) else { return };
        if self.roll.is_settled(number) {
            return;
        }
        let outcome = self.outcome_of(finish);
        let name = self.roll.name(number).to_owned();
        let evidence = self.shelf.keep(&name, &finish.message, &finish.detail);
        self.roll.settle(number, outcome, finish.ms, evidence);
    }

    fn outcome_of(&mut self, finish: &Finish) -> Outcome {
        match finish.o {
            Ending::Passed => Outcome::Passed,
            Ending::Skipped => Outcome::Skipped { why: finish.why.clone() },
            Ending::Flaky => Outcome::Flaky,
            // That a test failed without its service says nothing about the project.
            Ending::Failed | Ending::Error => {
                let dead = self.dead.clone().or_else(|| self.missed(&finish.detail));
                match dead.or_else(|| self.without_room(&finish.detail)) {
                    Some(by) => Outcome::Blocked { by },
                    None if finish.o == Ending::Failed => Outcome::Failed,
                    None => Outcome::Error { why: finish.why.clone() },
                }
            }
        }
    }

    /// The check of a service that the run does without and that this failure missed. It is told once.
    fn missed(&mut self, said: &str) -> Option<CheckId> {
        let (left, line) = absence::missed(self.launch.vitals.left_out(), said)?;
        let check = CheckId::of(Phase::Services, &left.service);
        let title = format!("tests look for {}", left.service);
        let help = "help: say in [environment.attach] where it runs";
        let evidence = vec![left.why.clone(), self.shelf.line(&line), help.to_owned()];
        Some(self.lacking(check, title, "it is left out of this run", evidence))
    }

    /// The check of the disk, when a failure speaks of a full one and there is none with room. It is told once.
    fn without_room(&mut self, said: &str) -> Option<CheckId> {
        let line = room::wanting(said)?;
        let temporary = std::env::temp_dir();
        let places = [&self.launch.run_folder, &self.launch.suite.folder, &temporary];
        room::is_full(&places.map(|place| place.as_path())).then(|| self.full_disk(line))
    }

    /// When pytest itself breaks on a full disk, its tests are not to blame; by now there may be room again.
    fn internal(&mut self, said: &str) {
        if let (Some(line), None) = (room::wanting(said), &self.dead) {
            self.dead = Some(self.full_disk(line));
        }
    }

    fn full_disk(&mut self, line: &str) -> CheckId {
        let evidence = vec![self.shelf.line(line), "help: make room on the disk".to_owned()];
        self.lacking(room::check(), "tests need room on the disk".to_owned(), "the disk is full", evidence)
    }

    /// Tells once what the tests lack that is not theirs.
    fn lacking(&mut self, check: CheckId, title: String, why: &str, evidence: Vec<String>) -> CheckId {
        if self.missed.insert(check.clone()) {
            let outcome = Outcome::Error { why: why.to_owned() };
            self.launch.emit.emit(Event::CheckStarted { check: check.clone(), title });
            self.launch.emit.emit(Event::CheckFinished { check: check.clone(), outcome, evidence });
        }
        check
    }

    fn tell_waiting(&self, until: Until, elapsed: Duration) {
        let (phase, message, elapsed) = if self.story.ended {
            (Phase::Test, "pytest to end: all its results are there".to_owned(), elapsed)
        } else if until == Until::Ready {
            (Phase::Collect, "pytest is collecting".to_owned(), elapsed)
        } else if let Some((test, ran)) = self.roll.running_for(TELL) {
            (Phase::Test, test.to_owned(), ran)
        } else {
            return;
        };
        self.launch.emit.emit(Event::Waiting {
            check: CheckId::of(phase, &self.launch.suite.name),
            message,
            elapsed_ms: elapsed.as_millis() as u64,
        });
    }
}

fn garbled(error: &std::io::Error) -> String {
    format!("what pytest's plugin said could not be understood: {error}")
}

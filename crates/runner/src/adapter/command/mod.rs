//! The command adapter: runs anything, and reads the JUnit files or the TAP it leaves. What leaves neither is one
//! test, which its exit code decides.

mod case;
mod junit;
mod results;
mod run;
mod shell;
mod tap;

use testyard_model::{CheckId, Outcome, Phase};
use testyard_sys::process::Exit;

use crate::evidence::Shelf;
use crate::launch::SuiteLaunch;
use crate::log::SuiteLog;
use crate::lookout::{Alarm, Lookout};
use crate::roll::Roll;
use case::{Case, Names};
use run::Ran;

/// How many lines of a command's log explain its failure.
const LOG_LINES: usize = 30;

/// Runs one suite as a command.
pub(crate) struct CommandWorker {
    launch: SuiteLaunch,
    junit: Vec<String>,
    tap: bool,
    log: SuiteLog,
    shelf: Shelf,
    roll: Roll,
    lookout: Lookout,
    names: Names,
    /// The service whose death was noticed.
    dead: Option<CheckId>,
}

impl CommandWorker {
    /// A worker for a command that writes these result files.
    pub(crate) fn new(launch: SuiteLaunch, junit: Vec<String>, tap: bool) -> CommandWorker {
        let suite = &launch.suite;
        CommandWorker {
            log: SuiteLog::of(&launch.run_folder, &suite.name),
            shelf: Shelf::new(&launch.run_folder, &suite.name, &launch.masker),
            roll: Roll::new(&suite.name, launch.emit.clone()),
            lookout: Lookout::new(&launch),
            names: Names::default(),
            dead: None,
            launch,
            junit,
            tap,
        }
    }

    /// Blocks the whole command, as one test: what it would have run is not known.
    pub(crate) fn block(&mut self, by: CheckId) -> (Outcome, Vec<String>) {
        let outcome = Outcome::Blocked { by };
        self.settle_whole(outcome.clone(), "", 0.0);
        (outcome, Vec::new())
    }

    /// Runs the command and says how the suite ended.
    pub(crate) async fn execute(&mut self) -> (Outcome, Vec<String>) {
        let whole = (!self.reports_tests()).then(|| self.whole());
        whole.into_iter().for_each(|number| self.roll.started(number));
        let ran = self.run().await;
        self.conclude(ran).await
    }

    fn reports_tests(&self) -> bool {
        self.tap || !self.junit.is_empty()
    }

    /// The number of the test that stands for the command as a whole.
    fn whole(&mut self) -> usize {
        let name = self.launch.suite.command.join(" ");
        let name = if name.is_empty() { self.launch.suite.name.clone() } else { name };
        self.roll.add(vec![name]).pop().unwrap_or_default()
    }

    fn settle_whole(&mut self, outcome: Outcome, message: &str, duration_ms: f64) {
        let number = self.whole();
        let detail =
            if outcome.is_failure() { self.log.last_lines(0, LOG_LINES).join("\n") } else { String::new() };
        let evidence = self.shelf.keep(&self.launch.suite.name, message, &detail);
        self.roll.settle(number, outcome, duration_ms, evidence);
    }

    /// Tells tests that the command reported.
    async fn tell(&mut self, cases: Vec<Case>) {
        if cases.iter().any(|case| case.outcome.is_failure()) {
            self.look_for_the_dead().await;
        }
        for case in cases {
            let name = self.names.unique(&case.name);
            let outcome = match &self.dead {
                Some(by) if case.outcome.is_failure() => Outcome::Blocked { by: by.clone() },
                _ => case.outcome,
            };
            let evidence = self.shelf.keep(&name, &case.message, &case.detail);
            for number in self.roll.add(vec![name.clone()]) {
                self.roll.settle(number, outcome.clone(), case.duration_ms, evidence.clone());
            }
        }
    }

    /// Asks the suite's services whether they still answer, before a failure is believed.
    async fn look_for_the_dead(&mut self) {
        let services = &self.launch.suite.services;
        if services.is_empty() || self.dead.is_some() {
            return;
        }
        let dead = self.launch.vitals.verify(services).await;
        self.dead = dead.map(|service| CheckId::of(Phase::Services, service));
    }

    async fn conclude(&mut self, ran: Ran) -> (Outcome, Vec<String>) {
        let trouble = self.trouble(&ran);
        if trouble.is_some() {
            self.look_for_the_dead().await;
        }
        let mut evidence = ran.notes;
        let outcome = if let Some(by) = self.dead.clone() {
            let outcome = Outcome::Blocked { by };
            self.settle_whole(outcome.clone(), "", ran.duration_ms);
            outcome
        } else if let Some(Alarm::Cancelled(_)) = ran.alarm {
            if self.roll.failures() > 0 { Outcome::Failed } else { skipped("cancelled") }
        } else if let Some(why) = trouble {
            evidence.extend(self.shelf.mask_lines(self.log.last_lines(0, LOG_LINES)));
            // Where the exit code is the result, it says that the project is wrong, and nothing broke.
            let failed =
                !self.reports_tests() && ran.alarm.is_none() && matches!(ran.exit, Some(Exit::Code(_)));
            let outcome = if failed { Outcome::Failed } else { Outcome::Error { why: why.clone() } };
            self.settle_whole(outcome.clone(), &why, ran.duration_ms);
            outcome
        } else {
            if !self.reports_tests() {
                self.settle_whole(Outcome::Passed, "", ran.duration_ms);
            }
            self.quiet_outcome()
        };
        (outcome, evidence)
    }

    /// What is wrong beyond the tests that were reported.
    fn trouble(&self, ran: &Ran) -> Option<String> {
        let reported = ran.trouble.clone();
        reported.or_else(|| exit_trouble(ran.exit, self.roll.failures() > 0, self.reports_tests()))
    }

    fn quiet_outcome(&self) -> Outcome {
        let counts = self.roll.counts();
        match counts.total {
            _ if self.roll.failures() > 0 => Outcome::Failed,
            0 => skipped("it reported no tests"),
            total if counts.skipped == total => skipped("every test was skipped"),
            _ => Outcome::Passed,
        }
    }
}

/// What an exit says that the reported tests do not say.
fn exit_trouble(exit: Option<Exit>, any_failed: bool, reports_tests: bool) -> Option<String> {
    match exit? {
        Exit::Code(0) => None,
        Exit::Code(_) if any_failed => None,
        Exit::Code(code) if reports_tests => Some(format!("exit code {code} although every test passed")),
        exit => Some(format!("it ended with {exit}")),
    }
}

fn skipped(why: &str) -> Outcome {
    Outcome::Skipped { why: why.to_owned() }
}

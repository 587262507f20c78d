//! The command adapter: runs anything, and reads the JUnit files or the TAP it leaves. What leaves neither is one
//! test, which its exit code decides.

mod case;
mod junit;
mod results;
mod run;
mod shell;
mod tap;

use testyard_model::event::Evidence;
use testyard_model::{CheckId, Outcome, Phase};
use testyard_sys::process::Exit;

use crate::evidence::Shelf;
use crate::launch::SuiteLaunch;
use crate::log::SuiteLog;
use crate::lookout::{Alarm, Lookout};
use crate::roll::Roll;
use case::Case;
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
}

impl CommandWorker {
    /// A worker for a command that writes these result files.
    pub(crate) fn new(launch: SuiteLaunch, junit: Vec<String>, tap: bool) -> CommandWorker {
        let suite = &launch.suite;
        CommandWorker {
            log: SuiteLog::of(&launch.run_folder, &suite.name),
            shelf: Shelf::new(&launch.run_folder, &suite.name, &launch.masker),
            roll: Roll::new(&suite.name, launch.emit.clone()),
            lookout: Lookout::new(launch.cancel.clone(), launch.vitals.deaths(), &suite.services),
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
        let verdict = self.conclude(ran).await;
        self.log.mask(&self.launch.masker);
        verdict
    }

    fn reports_tests(&self) -> bool {
        self.tap || !self.junit.is_empty()
    }

    /// The number of the test that stands for the command as a whole.
    fn whole(&mut self) -> usize {
        let name = self.launch.masker.mask(&self.launch.suite.command.join(" "));
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

    /// Tells the tests that the command reported.
    fn settle_cases(&mut self, mut cases: Vec<Case>, dead: Option<&CheckId>) {
        case::name_apart(&mut cases);
        let numbers = self.roll.add(cases.iter().map(|case| self.launch.masker.mask(&case.name)).collect());
        for (number, case) in numbers.into_iter().zip(cases) {
            let outcome = match dead {
                Some(by) if case.outcome.is_failure() => Outcome::Blocked { by: by.clone() },
                _ => case.outcome,
            };
            let quiet = case.message.is_empty() && case.detail.is_empty();
            let evidence = if quiet {
                Evidence::default()
            } else {
                self.shelf.keep(&case.name, &case.message, &case.detail)
            };
            self.roll.settle(number, outcome, case.duration_ms, evidence);
        }
    }

    async fn conclude(&mut self, ran: Ran) -> (Outcome, Vec<String>) {
        let suspicious =
            ran.exit != Some(Exit::Code(0)) || ran.cases.iter().any(|case| case.outcome.is_failure());
        let dead = if suspicious { self.find_dead(&ran).await } else { None };
        let any_failed = ran.cases.iter().any(|case| case.outcome.is_failure());
        self.settle_cases(ran.cases, dead.as_ref());
        let mut evidence = ran.notes;
        if let Some(by) = dead {
            let outcome = Outcome::Blocked { by };
            if !self.reports_tests() || !any_failed {
                self.settle_whole(outcome.clone(), "", ran.duration_ms);
            }
            return (outcome, evidence);
        }
        if let Some(Alarm::Cancelled(_)) = ran.alarm {
            let failed = self.roll.failures() > 0;
            return (if failed { Outcome::Failed } else { skipped("cancelled") }, evidence);
        }
        let trouble = ran.trouble.or_else(|| exit_trouble(ran.exit, any_failed, self.reports_tests()));
        if let Some(why) = trouble {
            evidence.extend(self.shelf.mask_lines(self.log.last_lines(0, LOG_LINES)));
            let failed =
                !self.reports_tests() && matches!(ran.exit, Some(Exit::Code(_))) && ran.alarm.is_none();
            let outcome = if failed { Outcome::Failed } else { Outcome::Error { why: why.clone() } };
            self.settle_whole(outcome.clone(), &why, ran.duration_ms);
            return (outcome, evidence);
        }
        if !self.reports_tests() {
            self.settle_whole(Outcome::Passed, "", ran.duration_ms);
        }
        (self.quiet_outcome(), evidence)
    }

    /// The service without which the command had to fail.
    async fn find_dead(&self, ran: &Ran) -> Option<CheckId> {
        if let Some(Alarm::Died(service)) = &ran.alarm {
            return Some(CheckId::of(Phase::Services, service));
        }
        if ran.exit == Some(Exit::Lost) {
            return Some(CheckId::of(Phase::Services, "keeper"));
        }
        let services = &self.launch.suite.services;
        if services.is_empty() {
            return None;
        }
        Some(CheckId::of(Phase::Services, self.launch.vitals.verify(services).await?))
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

//! The phases `collect` and `test`: every suite is collected before the first one runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use testyard_environment::Environment;
use testyard_model::plan::LeftOut;
use testyard_model::{CheckId, Event, Outcome, Phase};
use testyard_runner::{SuiteLaunch, Verification, Vitals, Worker, unmet_need};
use tokio::sync::watch;

use super::Course;
use super::prepare::Ready;

/// The services, as the runner asks after them.
struct Pulse {
    /// Those that are up; none when there was no place to run them in.
    up: Option<Arc<Environment>>,
    left_out: Vec<LeftOut>,
}

impl Vitals for Pulse {
    fn deaths(&self) -> watch::Receiver<Vec<String>> {
        match &self.up {
            Some(environment) => environment.deaths(),
            None => watch::channel(Vec::new()).1,
        }
    }

    fn verify<'a>(&'a self, services: &'a [String]) -> Verification<'a> {
        match &self.up {
            Some(environment) => Box::pin(environment.verify(services)),
            None => Box::pin(async { None }),
        }
    }

    fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }
}

impl Course {
    /// Collects every suite's tests, one suite after the other. The workers wait, collected, for their turn.
    pub(crate) async fn collect(&self, services: Option<&Arc<Environment>>, ready: Ready) -> Vec<Worker> {
        if self.is_cancelled() || self.plan.suites.is_empty() {
            return Vec::new();
        }
        self.emit(Event::PhaseStarted { phase: Phase::Collect });
        let vitals: Arc<dyn Vitals> =
            Arc::new(Pulse { up: services.cloned(), left_out: self.plan.left_out.clone() });
        let mut workers = Vec::new();
        for suite in self.plan.suites.iter().take_while(|_| !self.is_cancelled()) {
            let python = ready.python.as_ref();
            let launch = SuiteLaunch {
                suite: suite.clone(),
                keeper: services.map_or(&self.keeper, |up| up.keeper()).clone(),
                interpreter: python.map(|python| python.interpreter.clone()),
                environment: self.suite_environment(suite, services, python),
                run_folder: self.recorder.folder().path().to_owned(),
                emit: self.emitter(),
                vitals: vitals.clone(),
                cancel: self.cancel.level(),
                blocked_by: ready.blocked.get(&suite.name).cloned(),
                masker: self.recorder.masker().clone(),
            };
            workers.push(Worker::start(launch).await);
        }
        let outcome = self.collected();
        self.emit(Event::PhaseFinished { phase: Phase::Collect, outcome });
        workers
    }

    /// How collecting ended: failed when a suite or a file cannot be collected and the project is wrong.
    fn collected(&self) -> Outcome {
        let outcomes: Vec<Outcome> = self.recorder.with_state(|state| {
            let suites = self.plan.suites.iter().map(|suite| CheckId::of(Phase::Collect, &suite.name));
            let suites = suites.filter_map(|check| state.outcome_of(&check).cloned());
            let files = state.suites.iter().flat_map(|suite| &suite.collection_errors);
            suites.chain(files.map(|error| error.outcome.clone())).collect()
        });
        let blocked = outcomes.iter().find(|outcome| matches!(outcome, Outcome::Blocked { .. }));
        if self.is_cancelled() {
            self.left()
        } else if outcomes.iter().any(Outcome::is_failure) {
            Outcome::Failed
        } else {
            blocked.cloned().unwrap_or(Outcome::Passed)
        }
    }

    /// Runs the suites in their order. One that needs another which did not pass is blocked by it.
    pub(crate) async fn test(&self, workers: Vec<Worker>) {
        if workers.is_empty() || self.is_cancelled() {
            return;
        }
        self.emit(Event::PhaseStarted { phase: Phase::Test });
        let mut settled: BTreeMap<String, Outcome> = BTreeMap::new();
        for (worker, suite) in workers.into_iter().zip(&self.plan.suites) {
            if self.is_cancelled() {
                break;
            }
            let ended = match unmet_need(suite, &settled) {
                Some(check) => worker.block(check).await,
                None => worker.execute().await,
            };
            settled.insert(ended.suite, ended.outcome);
        }
        let outcome = self.tested(settled.values());
        self.emit(Event::PhaseFinished { phase: Phase::Test, outcome });
    }

    /// How testing ended: a failure outweighs a block, for it is certain.
    fn tested<'a>(&self, outcomes: impl Iterator<Item = &'a Outcome>) -> Outcome {
        let (failed, blocked): (Vec<&Outcome>, Vec<&Outcome>) = outcomes
            .filter(|outcome| outcome.is_failure() || matches!(outcome, Outcome::Blocked { .. }))
            .partition(|outcome| outcome.is_failure());
        match (failed.is_empty(), blocked.first()) {
            _ if self.is_cancelled() => self.left(),
            (false, _) => Outcome::Failed,
            (true, Some(blocked)) => (*blocked).clone(),
            (true, None) => Outcome::Passed,
        }
    }
}

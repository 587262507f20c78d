//! One worker a suite: it collects, waits, and runs.

use testyard_model::plan::AdapterKind;
use testyard_model::{CheckId, Event, Outcome};

use crate::adapter::command::CommandWorker;
use crate::adapter::pytest::PytestWorker;
use crate::launch::SuiteLaunch;

/// How a suite ended. The same was told in an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteOutcome {
    /// The suite.
    pub suite: String,
    /// `failed` when tests failed or files could not be collected, `error` when something broke that belongs to no
    /// test, `skipped` when there was nothing to run or the run was cancelled.
    pub outcome: Outcome,
    /// What belongs to no test: versions, notes, the last lines of the log.
    pub evidence: Vec<String>,
}

/// A suite that was collected and waits for its turn. Dropping it kills its processes.
pub struct Worker {
    suite: String,
    launch: SuiteLaunch,
    kind: Kind,
}

enum Kind {
    Pytest(Box<PytestWorker>),
    Command(Box<CommandWorker>),
}

impl Worker {
    /// Starts a suite's process as far as collecting its tests goes. Never fails: what goes wrong is the suite's
    /// outcome, which [`Worker::execute`] tells.
    ///
    /// A suite whose framework cannot collect without running does nothing here.
    pub async fn start(launch: SuiteLaunch) -> Worker {
        let kind = match &launch.suite.adapter {
            AdapterKind::Pytest => {
                let mut worker = PytestWorker::new(launch.clone());
                worker.collect().await;
                Kind::Pytest(Box::new(worker))
            }
            AdapterKind::Command { junit, tap } => {
                Kind::Command(Box::new(CommandWorker::new(launch.clone(), junit.clone(), *tap)))
            }
        };
        Worker { suite: launch.suite.name.clone(), launch, kind }
    }

    /// How many tests are known.
    pub fn tests(&self) -> u64 {
        match &self.kind {
            Kind::Pytest(worker) => worker.tests(),
            // A command tells its tests when it has run.
            Kind::Command(_) => 0,
        }
    }

    /// Runs the tests to the suite's end. A suite that was launched blocked is blocked.
    pub async fn execute(self) -> SuiteOutcome {
        match self.launch.blocked_by.clone() {
            Some(by) => self.block(by).await,
            None => self.finish(None).await,
        }
    }

    /// Runs nothing: every test is blocked by that check.
    pub async fn block(self, by: CheckId) -> SuiteOutcome {
        self.finish(Some(by)).await
    }

    async fn finish(mut self, blocked_by: Option<CheckId>) -> SuiteOutcome {
        let emit = self.launch.emit.clone();
        emit.emit(Event::SuiteStarted { suite: self.suite.clone() });
        let (outcome, evidence) = match (&mut self.kind, blocked_by) {
            (Kind::Pytest(worker), None) => worker.execute().await,
            (Kind::Pytest(worker), Some(by)) => worker.block(by).await,
            (Kind::Command(worker), None) => worker.execute().await,
            (Kind::Command(worker), Some(by)) => worker.block(by),
        };
        emit.emit(Event::SuiteFinished {
            suite: self.suite.clone(),
            outcome: outcome.clone(),
            evidence: evidence.clone(),
        });
        SuiteOutcome { suite: self.suite, outcome, evidence }
    }
}

//! One check as it goes on: its start, what it waits for every few seconds, and its end.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use testyard_model::{CheckId, Event, Outcome, Phase};

use crate::context::{Context, Failure};

/// How often a check that takes long says what it waits for.
const SAYS_EVERY: Duration = Duration::from_secs(3);

/// One check that was started. It ends by [`Check::passed`], [`Check::skipped`] or [`Check::blocked`].
pub(crate) struct Check<'a> {
    context: &'a Context,
    id: CheckId,
    started: Instant,
    waits_for: Mutex<String>,
}

impl<'a> Check<'a> {
    /// Starts the check `what` of a phase and says so.
    pub(crate) fn start(context: &'a Context, phase: Phase, what: &str, title: &str) -> Check<'a> {
        let id = CheckId::of(phase, what);
        context.emit.emit(Event::CheckStarted { check: id.clone(), title: title.to_owned() });
        Check { context, id, started: Instant::now(), waits_for: Mutex::new(title.to_owned()) }
    }

    /// Remembers what is being waited for; it is shown when that takes long.
    pub(crate) fn now(&self, what: impl Into<String>) {
        *self.waits_for.lock().unwrap_or_else(PoisonError::into_inner) =
            self.context.masker.mask(&what.into());
    }

    /// Waits for a future and says every few seconds what for.
    pub(crate) async fn watch<F: Future>(&self, future: F) -> F::Output {
        tokio::pin!(future);
        loop {
            match tokio::time::timeout(SAYS_EVERY, &mut future).await {
                Ok(output) => return output,
                Err(_) => self.say(),
            }
        }
    }

    fn say(&self) {
        let message = self.waits_for.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.context.emit.emit(Event::Waiting { check: self.id.clone(), message, elapsed_ms });
    }

    /// The check holds; the evidence says what was done.
    pub(crate) fn passed(self, evidence: Vec<String>) {
        self.finish(Outcome::Passed, evidence);
    }

    /// The check did not hold and nothing depends on it.
    pub(crate) fn skipped(self, why: &str, evidence: Vec<String>) {
        self.finish(Outcome::Skipped { why: why.to_owned() }, evidence);
    }

    /// The check did not hold, and blocks what depends on it.
    pub(crate) fn blocked(self, evidence: Vec<String>) -> Failure {
        let check = self.id.clone();
        let evidence = self.finish(Outcome::blocked(check.clone()), evidence);
        Failure { check, evidence }
    }

    fn finish(self, outcome: Outcome, evidence: Vec<String>) -> Vec<String> {
        let evidence: Vec<String> = evidence.iter().map(|line| self.context.masker.mask(line)).collect();
        self.context.emit.emit(Event::CheckFinished { check: self.id, outcome, evidence: evidence.clone() });
        evidence
    }
}

//! The course of one run: what all of its phases share.

use std::sync::Arc;

use testyard_journal::{Recorder, RunFolder, Store, timeline};
use testyard_model::{CheckId, Emit, Event, Outcome, Phase, Plan, Severity, Verdict, View};
use testyard_sys::keeper::{Keeper, Options};

use crate::cancel::Cancel;
use crate::registry::{self, Entry};
use crate::{CommandError, Context, host};

/// One run on its way.
pub(crate) struct Course {
    pub(crate) context: Context,
    pub(crate) plan: Plan,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) cancel: Cancel,
    pub(crate) offline: bool,
    /// Starts the tools that need the machine as it is: installers.
    pub(crate) keeper: Keeper,
    /// Keeps the run findable until everything is gone. Dropped last.
    _entry: Entry,
}

impl Course {
    /// Opens a run: its folder, its journal, its first event.
    pub(crate) async fn open(
        context: &Context,
        store: &Store,
        plan: Plan,
        offline: bool,
        views: Vec<Box<dyn View>>,
        cancel: Cancel,
    ) -> Result<Course, CommandError> {
        let recorder = Arc::new(Recorder::open(store, &plan, context.masker(&plan), views)?);
        let (entry, keeper) =
            start(context, &recorder).await.inspect_err(|error| end_unbegun(&recorder, error))?;
        let course =
            Course { context: context.clone(), plan, recorder, cancel, offline, keeper, _entry: entry };
        course.begin();
        course.announce_cancel();
        course.watch_logs();
        Ok(course)
    }

    fn begin(&self) {
        let engine = &self.plan.engine;
        self.emit(Event::RunStarted {
            run: self.recorder.run().clone(),
            project: self.plan.project.name.clone(),
            unix_ms: self.recorder.started_unix_ms(),
            services: self.plan.services.iter().map(|service| service.name.clone()).collect(),
            suites: self.plan.suites.iter().map(|suite| suite.name.clone()).collect(),
            engine: format!("{}: {}", engine.engine.word(), engine.reason),
            testyard: env!("CARGO_PKG_VERSION").to_owned(),
            host: host::facts(),
        });
    }

    /// Writes the wish to stop down as soon as somebody has it.
    fn announce_cancel(&self) {
        let (cancel, recorder) = (self.cancel.clone(), Arc::downgrade(&self.recorder));
        tokio::spawn(async move {
            cancel.wanted().await;
            if let (Some(by), Some(recorder)) = (cancel.by(), recorder.upgrade()) {
                recorder.emit(Event::CancelRequested { by: by.to_owned() });
            }
        });
    }

    /// Looks at the logs again and again, for as long as the run goes on.
    fn watch_logs(&self) {
        let watch = Arc::downgrade(self.recorder.watch());
        tokio::spawn(async move {
            while let Some(watch) = watch.upgrade() {
                watch.look();
                drop(watch);
                tokio::time::sleep(timeline::LOOKS_EVERY).await;
            }
        });
    }

    /// Tells what was found in the files the plan was made from, and what is left out of it.
    pub(crate) fn inspect(&self, notes: &[String]) {
        self.emit(Event::PhaseStarted { phase: Phase::Inspect });
        for message in notes {
            self.emit(Event::Note { phase: Phase::Inspect, message: message.clone() });
        }
        for finding in &self.plan.findings {
            self.emit(Event::Found { finding: finding.clone() });
        }
        for left_out in &self.plan.left_out {
            let message = format!("the service '{}' is not started: {}", left_out.service, left_out.why);
            self.emit(Event::Note { phase: Phase::Inspect, message });
        }
        let wrong = self.plan.findings.iter().any(|finding| finding.severity == Severity::Error);
        let outcome = if wrong { Outcome::Failed } else { Outcome::Passed };
        self.emit(Event::PhaseFinished { phase: Phase::Inspect, outcome });
    }

    /// Where the run is written down.
    pub(crate) fn folder(&self) -> &RunFolder {
        self.recorder.folder()
    }

    /// Numbers, writes and shows an event.
    pub(crate) fn emit(&self, event: Event) {
        self.recorder.emit(event);
    }

    /// What the rooms below emit through.
    pub(crate) fn emitter(&self) -> Arc<dyn Emit> {
        self.recorder.clone()
    }

    /// Whether the run is to stop.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.by().is_some()
    }

    /// What a phase that was not reached ends in.
    pub(crate) fn left(&self) -> Outcome {
        Outcome::Skipped { why: "cancelled".to_owned() }
    }

    /// The outcome of a phase by the check that broke in it first, if any.
    pub(crate) fn outcome_of(&self, broken: Option<&CheckId>) -> Outcome {
        match broken {
            _ if self.is_cancelled() => self.left(),
            Some(check) => Outcome::Blocked { by: check.clone() },
            None => Outcome::Passed,
        }
    }
}

/// Makes the run findable, and starts its first keeper.
async fn start(context: &Context, recorder: &Recorder) -> Result<(Entry, Keeper), CommandError> {
    let entry = registry::enter(context, recorder.folder())?;
    Ok((entry, plain_keeper(context, recorder).await?))
}

/// Ends a run that could not begin. It is told as an error; its folder must not say that it was lost.
fn end_unbegun(recorder: &Recorder, error: &CommandError) {
    let by = CheckId::of(Phase::Services, "keeper");
    // Where this cannot be written either, the error that is told says why.
    let _ = recorder.finish(Verdict::Blocked, Some(by), &error.to_string());
}

/// A keeper without isolation, for tools that need the network and the user's own configuration.
async fn plain_keeper(context: &Context, recorder: &Recorder) -> Result<Keeper, CommandError> {
    let scratch = recorder.folder().scratch();
    let defect = |error: &dyn std::fmt::Display| CommandError::Blocked {
        message: format!("no process can be started: {error}"),
        help: "see whether this user may start more processes (`ulimit -u`)".to_owned(),
    };
    let mut options = Options::plain(recorder.run().as_str(), scratch).map_err(|error| defect(&error))?;
    options.program.clone_from(&context.program);
    Keeper::start(options).await.map_err(|error| defect(&error))
}

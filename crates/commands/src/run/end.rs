//! The end of a run: gates, verdict, reports, outcome.

use testyard_model::{CheckId, Event, Exit, Outcome, Phase, Verdict};
use testyard_runner::gate::{self, Judgement};

use super::Course;
use crate::runs::Told;
use crate::{CommandError, report};

impl Course {
    /// Holds the results against the gates and reaches the verdict.
    pub(crate) fn judge(&self) -> Judgement {
        self.emit(Event::PhaseStarted { phase: Phase::Gates });
        self.write_cancel_down();
        let mut judgement = self.recorder.with_state(|state| gate::judge(state, &self.plan));
        self.doubt(&mut judgement, Phase::Gates);
        for result in &judgement.results {
            self.emit(Event::GateJudged { result: result.clone() });
        }
        let missed = judgement.results.iter().find(|result| result.outcome != Outcome::Passed);
        let outcome = missed.map_or(Outcome::Passed, |result| result.outcome.clone());
        self.emit(Event::PhaseFinished { phase: Phase::Gates, outcome });
        self.emit(Event::VerdictReached {
            verdict: judgement.verdict,
            blocked_by: judgement.blocked_by.clone(),
            reason: judgement.reason.clone(),
        });
        judgement
    }

    /// A run whose events could not be written has no evidence for whatever it would say.
    fn doubt(&self, judgement: &mut Judgement, phase: Phase) {
        if let Some(trouble) = self.recorder.trouble() {
            judgement.verdict = Verdict::Blocked;
            judgement.blocked_by = Some(CheckId::of(phase, "journal"));
            judgement.reason = format!("the journal could not be written: {trouble}");
        }
    }

    /// The verdict is a fold of the events: a wish that came a moment ago has to be among them.
    fn write_cancel_down(&self) {
        let written = self.recorder.with_state(|state| state.cancelled_by.is_some());
        if let Some(by) = self.cancel.by().filter(|_| !written) {
            self.emit(Event::CancelRequested { by: by.to_owned() });
        }
    }

    /// Masks the logs, writes the reports, then the outcome. What could not be masked or written is told when the run is
    /// final: it does not change the verdict.
    pub(crate) fn end(self, mut judgement: Judgement) -> Result<Told, CommandError> {
        self.doubt(&mut judgement, Phase::Teardown);
        let recorder = &self.recorder;
        let masked = recorder.mask_logs();
        let exit = Exit::from(judgement.verdict);
        let folder = recorder.folder().clone();
        let written = recorder.with_state(|state| {
            report::write(folder.path(), state, &self.plan.masked_by(recorder.masker()), exit)
        });
        recorder.finish(judgement.verdict, judgement.blocked_by, &judgement.reason)?;
        masked?;
        written.map_err(|source| testyard_journal::JournalError::File {
            path: folder.path().to_owned(),
            doing: "writing the reports",
            source,
        })?;
        // The views end with the recorder: what is printed after this no longer meets a live frame.
        drop(self);
        Told::read(folder)
    }
}

//! What a report is about: a run's folded events and the few facts that no event can say.

use std::path::PathBuf;

use testyard_model::{Exit, Plan, RunState, Standing};

/// A run as a report sees it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its folded events.
    pub state: &'a RunState,
    /// How it stands, by what its folder shows.
    pub standing: Standing,
    /// The code that the process which reports it exits with.
    pub exit: Exit,
    /// Its plan, where it is at hand. Reports say more with it and are whole without it.
    pub plan: Option<&'a Plan>,
    /// Its folder, as a reader reaches it from where the report is read: `.testyard/runs/…`, or `.` for a report
    /// that lies in the folder itself.
    pub folder: &'a str,
    /// What is told of it only while it goes on.
    pub progress: Option<&'a Progress>,
}

/// What is told of a run only while it goes on, beside its events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// How long the newest run took that came to its end, in milliseconds.
    pub estimate_ms: Option<u64>,
    /// The log that was written to last, relative to the run's folder, and its last lines without secrets.
    pub last: Option<(PathBuf, Vec<String>)>,
}

impl<'a> Subject<'a> {
    /// The run's name, or `unknown` for a journal that lost its beginning.
    pub(crate) fn run(&self) -> &'a str {
        self.state.header.as_ref().map_or("unknown", |header| header.run.as_str())
    }

    /// The project's name, or `unknown`.
    pub(crate) fn project(&self) -> &'a str {
        self.state.header.as_ref().map_or("unknown", |header| &header.project)
    }

    /// The verdict's word, or what stands in its place.
    pub(crate) fn verdict(&self) -> &'static str {
        verdict(self.state, self.standing)
    }

    /// Why it ended so, in one line.
    pub(crate) fn reason(&self) -> String {
        match (&self.state.verdict, self.standing) {
            (Some(verdict), _) => verdict.reason.clone(),
            (None, Standing::Running) => "no verdict yet".to_owned(),
            (None, Standing::Lost) => "the supervisor died before it could reach a verdict".to_owned(),
            (None, Standing::Final) => "the journal holds no verdict".to_owned(),
        }
    }
}

/// The verdict's word; `running` or `lost` while there is none. A run whose outcome was written without a verdict
/// event has a damaged journal: it is lost as well, for nothing defaults to passed.
pub(crate) fn verdict(state: &RunState, standing: Standing) -> &'static str {
    match (&state.verdict, standing) {
        (Some(reached), _) => reached.verdict.word(),
        (None, Standing::Running) => "running",
        (None, Standing::Lost | Standing::Final) => "lost",
    }
}

//! `testyard report`, and the reports that a run leaves in its folder.

use std::path::Path;

use testyard_model::{Exit, Plan, RunState, Standing};
use testyard_report::{Subject, junit, markdown};

use crate::CommandError;
use crate::runs::Told;

/// The Markdown report of a run.
pub fn markdown(told: &Told) -> String {
    markdown::markdown(&subject(told, "."))
}

/// The JUnit report of a run.
pub fn junit(told: &Told) -> Result<String, CommandError> {
    junit::junit(&subject(told, ".")).map_err(|error| CommandError::Defect(error.to_string()))
}

/// A run as the reports see it; `folder` is its folder as a reader reaches it.
pub fn subject<'a>(told: &'a Told, folder: &'a str) -> Subject<'a> {
    let (state, plan) = (&told.state, told.plan.as_ref());
    Subject {
        state,
        standing: told.standing,
        exit: told.exit(),
        plan,
        folder,
        progress: told.progress.as_ref(),
    }
}

/// Writes a finished run's reports into its folder.
pub(crate) fn write(folder: &Path, state: &RunState, plan: &Plan, exit: Exit) -> std::io::Result<()> {
    let subject =
        Subject { state, standing: Standing::Final, exit, plan: Some(plan), folder: ".", progress: None };
    testyard_sys::files::write_atomic(&folder.join("report.md"), markdown::markdown(&subject).as_bytes())?;
    let junit = junit::junit(&subject).map_err(std::io::Error::other)?;
    testyard_sys::files::write_atomic(&folder.join("junit.xml"), junit.as_bytes())
}

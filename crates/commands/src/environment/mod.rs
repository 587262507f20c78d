//! The environment alone: `up`, `down`, `ps`, `logs` and `exec`.
//!
//! `up` leaves a supervisor in the background, with a folder and a journal like a run's. The other verbs find the
//! newest of these folders and read it; none of them needs the supervisor to answer.

pub mod down;
pub mod exec;
pub mod logs;
pub mod ps;
pub mod supervise;
pub mod up;

use testyard_model::Standing;

use crate::runs::Told;
use crate::{CommandError, Context};

/// The environment that is up; none when there is none.
pub(crate) fn current(context: &Context) -> Result<Option<Told>, CommandError> {
    let Some(newest) = context.environments().runs()?.into_iter().next() else { return Ok(None) };
    let told = Told::read(newest)?;
    Ok((told.standing == Standing::Running).then_some(told))
}

/// The environment that is up, or the error that says there is none.
pub(crate) fn required(context: &Context) -> Result<Told, CommandError> {
    current(context)?.ok_or_else(|| CommandError::Usage {
        message: "no services are up".to_owned(),
        help: "bring them up with `testyard up`".to_owned(),
    })
}

//! The supervisor that `up` leaves in the background.

use testyard_model::{Event, Verdict};

use super::up::{UpRequest, wanted};
use crate::cancel::Cancel;
use crate::plan;
use crate::run::{Course, no_environment};
use crate::{CommandError, Context};

/// Brings services up, says so, and keeps them until it is told to stop. `ready` is called with the folder it writes
/// to, as soon as there is one.
pub async fn supervise(
    context: &Context,
    request: &UpRequest,
    cancel: Cancel,
    ready: impl FnOnce(&std::path::Path),
) -> Result<(), CommandError> {
    let plan = plan::environment(context)?;
    let wanted = wanted(&plan, &request.services)?;
    let store = context.environments();
    let course = Course::open(context, &store, plan, request.offline, Vec::new(), cancel.clone()).await?;
    ready(course.recorder.folder().path());
    course.inspect(&[]);
    let environment = course.bring_up(wanted).await;
    let broken = match &environment {
        // Whatever is not up when it is told to stop did not break.
        _ if course.is_cancelled() => None,
        Some(up) => up.broken().into_values().next(),
        None => Some(no_environment()),
    };
    if broken.is_none() {
        cancel.wanted().await;
    }
    course.teardown(environment).await;
    let (verdict, reason) = match &broken {
        None => (Verdict::Cancelled, "taken down".to_owned()),
        Some(check) => (Verdict::Blocked, format!("{check} did not hold")),
    };
    course.emit(Event::VerdictReached { verdict, blocked_by: broken.clone(), reason: reason.clone() });
    let masked = course.recorder.mask_logs();
    course.recorder.finish(verdict, broken, &reason)?;
    Ok(masked?)
}

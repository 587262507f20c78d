//! `testyard run`: everything, to a verdict.

mod changed;
mod course;
mod end;
mod forecast;
mod inspect;
mod prepare;
mod services;
mod suites;

use testyard_model::{Plan, View};

use crate::base;
use crate::cancel::Cancel;
use crate::collect::Changed;
use crate::plan::{self, Selection};
use crate::prune::prune;
use crate::runs::Told;
use crate::{CommandError, Context};

pub(crate) use course::Course;
pub(crate) use services::no_environment;

/// What a run is asked for.
#[derive(Debug, Clone, Default)]
pub struct RunRequest {
    /// What is to be run.
    pub selection: Selection,
    /// Only what these changes can affect.
    pub changed: Option<Changed>,
    /// Never ask the network.
    pub offline: bool,
}

/// Runs a project's tests on real services, to a verdict.
///
/// # Errors
/// Only what keeps a run from coming about: a wrong configuration, a run folder that cannot be made. Whatever goes
/// wrong later is in the verdict.
pub async fn run(
    context: &Context,
    request: &RunRequest,
    views: Vec<Box<dyn View>>,
    cancel: Cancel,
) -> Result<Told, CommandError> {
    let (course, notes) = open(context, request, views, cancel).await?;
    through(course, &notes).await
}

/// Runs what the changes of a request can affect, as [`run()`] does; nothing at all where that is no test. `views` are asked
/// for when a run comes about.
pub async fn run_affected(
    context: &Context,
    request: &RunRequest,
    views: impl FnOnce() -> Vec<Box<dyn View>>,
    cancel: Cancel,
) -> Result<Option<Told>, CommandError> {
    let (plan, notes) = decide(context, request).await?;
    if plan.suites.is_empty() {
        return Ok(None);
    }
    let course = begin(context, request, plan, views(), cancel).await?;
    through(course, &notes).await.map(Some)
}

/// Decides what a run will do and begins it; with what is to be said of that.
pub(crate) async fn open(
    context: &Context,
    request: &RunRequest,
    views: Vec<Box<dyn View>>,
    cancel: Cancel,
) -> Result<(Course, Vec<String>), CommandError> {
    let (plan, notes) = decide(context, request).await?;
    Ok((begin(context, request, plan, views, cancel).await?, notes))
}

async fn decide(context: &Context, request: &RunRequest) -> Result<(Plan, Vec<String>), CommandError> {
    let (selection, notes) = changed::select(context, request).await?;
    Ok((plan::plan(context, &selection)?, notes))
}

async fn begin(
    context: &Context,
    request: &RunRequest,
    mut plan: Plan,
    views: Vec<Box<dyn View>>,
    cancel: Cancel,
) -> Result<Course, CommandError> {
    plan.findings.extend(inspect::look(context, &plan).await);
    let whole = request.selection == Selection::default() && request.changed.is_none();
    plan.project.revision = whole.then(|| base::revision(&context.root)).flatten();
    Course::open(context, &context.runs(), plan, request.offline, views, cancel).await
}

/// Takes a run that has begun to its verdict.
pub(crate) async fn through(course: Course, notes: &[String]) -> Result<Told, CommandError> {
    course.inspect(notes);
    let (services, python, forecast) = tokio::join!(course.services(), course.python(), course.forecast());
    let ready = course.prepare(services.as_ref(), python).await;
    let workers = course.collect(services.as_ref(), ready).await;
    course.reconcile(forecast);
    course.test(workers).await;
    let judgement = course.judge();
    course.teardown(services).await;
    let context = course.context.clone();
    let told = course.end(judgement)?;
    // What is too old, too many or too much goes when a new one has come. One that cannot go is in nobody's way.
    let _ = prune(&context, false);
    Ok(told)
}

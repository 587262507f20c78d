//! `testyard plan`: what a run would do, and why. Also where every other verb gets its plan from.

use testyard_model::Plan;
use testyard_model::secret::Masker;
use testyard_project::{Only, Request};

use crate::{CommandError, Context};

/// What is to be run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Suites by name, or test files and folders; everything when empty.
    pub names: Vec<String>,
    /// Narrow the pytest suites to some files.
    pub only: Option<Only>,
    /// Arguments for the test runner.
    pub runner_arguments: Vec<String>,
}

/// Reads the project and decides what a run would do. Nothing is started and nothing is written.
pub fn plan(context: &Context, selection: &Selection) -> Result<Plan, CommandError> {
    let request = request(context, selection);
    let project = testyard_project::load(&request)?;
    Ok(testyard_project::lower(&project, &request)?)
}

/// The plan of the services alone: every one that can be brought up, whether a suite uses it or not.
pub(crate) fn environment(context: &Context) -> Result<Plan, CommandError> {
    let request = Request { every_service: true, ..request(context, &Selection::default()) };
    let project = testyard_project::load(&request)?;
    let mut plan = testyard_project::lower(&project, &request)?;
    plan.suites.clear();
    plan.python = None;
    Ok(plan)
}

/// What must not appear in any output about this project, as its files say now: a saved plan holds no secrets any more.
/// Of a project that cannot be read only the caller's own secrets are known.
pub(crate) fn masker(context: &Context) -> Masker {
    let request = Request { every_service: true, ..request(context, &Selection::default()) };
    let project = testyard_project::load(&request);
    let plan = project.and_then(|project| testyard_project::lower(&project, &request));
    plan.map_or_else(|_| context.masker(&Plan::of("", &context.root)), |plan| context.masker(&plan))
}

pub(crate) fn request(context: &Context, selection: &Selection) -> Request {
    Request {
        root: context.root.clone(),
        folder: context.folder.clone(),
        overrides: context.overrides.clone(),
        variables: context.variables.clone(),
        selection: selection.names.clone(),
        runner_arguments: selection.runner_arguments.clone(),
        ignore_file: false,
        every_service: false,
        only: selection.only.clone(),
    }
}

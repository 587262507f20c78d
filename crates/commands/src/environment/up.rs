//! `testyard up`: brings the services up and leaves them running.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use testyard_journal::{Follower, RunFolder, standing};
use testyard_model::plan::ServicePlan;
use testyard_model::{Event, Outcome, Phase, Plan, RunState, Standing, View};
use testyard_sys::detach;

use super::{current, down};
use crate::cancel::Cancel;
use crate::plan;
use crate::runs::Told;
use crate::{CommandError, Context, turn};

/// How often the journal of the supervisor is looked at.
const POLL: Duration = Duration::from_millis(15);

/// The first argument by which the program knows that it is to be a supervisor.
pub const SUPERVISE: &str = "__supervise";

/// What is to be brought up.
#[derive(Debug, Clone, Default)]
pub struct UpRequest {
    /// The services; every planned one when empty.
    pub services: Vec<String>,
    /// Never ask the network.
    pub offline: bool,
}

/// Brings services up in the background and returns when all of them are ready. Services that are up already stay as
/// they are.
pub async fn up(
    context: &Context,
    request: &UpRequest,
    mut views: Vec<Box<dyn View>>,
    cancel: Cancel,
) -> Result<Told, CommandError> {
    let plan = plan::environment(context)?;
    let wanted = wanted(&plan, &request.services)?;
    // Two that both find nothing up would bring everything up twice, and `down` would find the newer one only.
    let turn = cancel
        .unless(turn::take(context.environments().path(), "up.lock"))
        .await
        .ok_or(CommandError::Cancelled)??;
    if let Some(told) = current(context)? {
        return already_up(told, &plan.masked_by(&context.masker(&plan)), &wanted);
    }
    let folder = start_supervisor(context, request)?;
    drop(turn);
    let settled = follow(&folder, &mut views, &cancel).await?;
    drop(views);
    match settled {
        Settled::Up => Told::read(folder),
        Settled::Cancelled => {
            down::down(context).await?;
            Err(CommandError::Cancelled)
        }
        Settled::Broken(state) => Err(broken(&state)),
    }
}

/// The names of the services to bring up. An unknown one is an error that names those there are.
pub(crate) fn wanted(plan: &Plan, asked: &[String]) -> Result<Vec<String>, CommandError> {
    let known: Vec<String> = plan.services.iter().map(|service| service.name.clone()).collect();
    if let Some(unknown) = asked.iter().find(|name| !known.contains(name)) {
        let why =
            plan.left_out.iter().find(|left| left.service == **unknown).map(|left| format!(": {}", left.why));
        return Err(CommandError::Usage {
            message: format!("the service '{unknown}' cannot be brought up{}", why.unwrap_or_default()),
            help: format!(
                "there are: {}",
                if known.is_empty() { "none".to_owned() } else { known.join(", ") }
            ),
        });
    }
    if known.is_empty() {
        return Err(CommandError::Usage {
            message: "the project has no service that can be brought up".to_owned(),
            help: "see `testyard plan` for what was found".to_owned(),
        });
    }
    Ok(if asked.is_empty() { known } else { asked.to_vec() })
}

/// What is up stays, as long as it is what is wanted now. The plan is masked as the one in the folder is.
fn already_up(told: Told, plan: &Plan, wanted: &[String]) -> Result<Told, CommandError> {
    let is_up = |name: &&String| told.state.services.iter().any(|s| s.name == **name && s.report.is_some());
    if !wanted.iter().all(|name| is_up(&name)) {
        return Err(CommandError::Busy { what: "the environment".to_owned(), run: told.folder.run() });
    }
    let (now, then) = (definitions(plan), told.plan.as_ref().map(definitions).unwrap_or_default());
    match wanted.iter().find(|name| now.get(*name) != then.get(*name)) {
        None => Ok(told),
        Some(changed) => Err(CommandError::Usage {
            message: format!(
                "the service '{changed}' is up as it was defined before, and its definition has changed"
            ),
            help: "take it down first: `testyard down`, then `testyard up`".to_owned(),
        }),
    }
}

/// What a plan says of each service. Where it stands in its file does not count.
fn definitions(plan: &Plan) -> BTreeMap<String, ServicePlan> {
    let services = plan.services.iter().cloned();
    services.map(|service| (service.name.clone(), ServicePlan { place: None, ..service })).collect()
}

/// Starts the supervisor and waits for its first line: the folder it writes to.
fn start_supervisor(context: &Context, request: &UpRequest) -> Result<RunFolder, CommandError> {
    let log = context.environments().path().join("supervisor.log");
    let failed = |error: std::io::Error| CommandError::Blocked {
        message: format!("the supervisor cannot be started: {error}"),
        help: format!("see {}", log.display()),
    };
    let output = File::create(&log).map_err(failed)?;
    let arguments = arguments(context, request);
    let detached =
        detach::start(&context.program, &arguments, &context.folder, None, output).map_err(failed)?;
    match detached.first_line().map_err(failed)? {
        Some(folder) if !folder.is_empty() => Ok(RunFolder::at(PathBuf::from(folder))),
        _ => {
            let said = fs::read_to_string(&log).unwrap_or_default();
            Err(failed(std::io::Error::other(said.trim().to_owned())))
        }
    }
}

/// The supervisor's command line: this project, these overrides, these services.
fn arguments(context: &Context, request: &UpRequest) -> Vec<String> {
    let mut arguments =
        vec![SUPERVISE.to_owned(), context.root.display().to_string(), request.offline.to_string()];
    for (key, value) in &context.overrides {
        arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
    }
    arguments.push("--".to_owned());
    arguments.extend(request.services.iter().cloned());
    arguments
}

/// How bringing up went.
enum Settled {
    Up,
    Broken(Box<RunState>),
    Cancelled,
}

/// Shows what the supervisor does until its services are up or broken.
async fn follow(
    folder: &RunFolder,
    views: &mut [Box<dyn View>],
    cancel: &Cancel,
) -> Result<Settled, CommandError> {
    let mut follower = Follower::of(folder);
    let mut state = RunState::default();
    loop {
        // Asked before reading: what a supervisor wrote before it died is read in any case.
        let alive = standing(folder)? == Standing::Running;
        for record in follower.new_records()? {
            state.apply(&record);
            views.iter_mut().for_each(|view| view.see(&record, &state));
            if let Event::PhaseFinished { phase: Phase::Services, outcome } = &record.event
                && *outcome == Outcome::Passed
            {
                return Ok(Settled::Up);
            }
        }
        if !alive {
            return Ok(Settled::Broken(Box::new(state)));
        }
        if cancel.unless(tokio::time::sleep(POLL)).await.is_none() {
            return Ok(Settled::Cancelled);
        }
    }
}

/// Says what did not come up, with the decisive lines.
fn broken(state: &RunState) -> CommandError {
    let check =
        state.checks.iter().find(|check| check.outcome.as_ref().is_some_and(|o| *o != Outcome::Passed));
    let (what, evidence) = match check {
        Some(check) => (check.check.to_string(), check.evidence.join("\n")),
        None => ("the supervisor".to_owned(), "it ended without a word".to_owned()),
    };
    CommandError::Blocked {
        message: format!("{what} did not hold\n{evidence}"),
        help: "what did come up was taken down again".to_owned(),
    }
}

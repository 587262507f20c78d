//! `testyard exec`: runs a command where the services are reachable under their names.

use std::path::{Path, PathBuf};

use testyard_environment::EnvironmentFile;
use testyard_sys::keeper::Keeper;
use testyard_sys::process::{Command, Exit, Signal, Stdio};
use testyard_sys::signals::{Stop, Stops};

use super::required;
use crate::plan;
use crate::{CommandError, Context};

/// What is to be run.
#[derive(Debug, Clone, Default)]
pub struct ExecRequest {
    /// The service whose environment the command gets.
    pub service: Option<String>,
    /// The command and its arguments.
    pub command: Vec<String>,
}

/// Runs a command in the environment that is up, with the caller's own standard streams. Signals that would stop this
/// process are passed on. Returns how the command ended.
pub async fn exec(context: &Context, request: &ExecRequest) -> Result<Exit, CommandError> {
    let told = required(context)?;
    let seen = EnvironmentFile::of(told.folder.path()).map_err(blocked)?;
    let seen = seen.ok_or_else(|| blocked("it is not up yet"))?;
    let keeper = Keeper::visit(&seen.door).await.map_err(blocked)?;
    let mut variables = context.variables.clone();
    if let Some(name) = &request.service {
        let plan = plan::environment(context)?;
        let service = plan.service(name).ok_or_else(|| CommandError::Usage {
            message: format!("no service is named '{name}'"),
            help: "see `testyard ps`".to_owned(),
        })?;
        variables.extend(service.environment.clone());
    }
    let variables = seen.variables(&variables);
    let program = &request.command[0];
    let command = Command::new(find(program, &context.folder, &variables["PATH"]))
        .args(&request.command[1..])
        .envs(&variables)
        .cwd(&context.folder)
        .stdin(Stdio::Inherit)
        .stdout(Stdio::Inherit)
        .stderr(Stdio::Inherit);
    let mut child = keeper.spawn(command).await.map_err(|error| CommandError::Usage {
        message: error.to_string(),
        help: format!("is '{program}' installed, and on PATH?"),
    })?;
    let mut stops = Stops::listen().map_err(blocked)?;
    loop {
        tokio::select! {
            exit = child.wait() => return Ok(exit),
            stop = stops.next() => child.signal(match stop {
                Stop::Interrupt => Signal::INT,
                Stop::Terminate => Signal::TERM,
            }).await,
        }
    }
}

/// The program's path: as given when it has a folder, else the first on the caller's PATH.
fn find(program: &str, folder: &Path, path: &str) -> PathBuf {
    if program.contains('/') {
        return folder.join(program);
    }
    testyard_sys::which::find(program, path.as_ref()).unwrap_or_else(|| program.into())
}

fn blocked(error: impl std::fmt::Display) -> CommandError {
    CommandError::Blocked {
        message: error.to_string(),
        help: "take the environment down and bring it up again: `testyard down`, `testyard up`".to_owned(),
    }
}

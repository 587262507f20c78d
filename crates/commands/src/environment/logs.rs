//! `testyard logs`: what services print.

use std::path::PathBuf;

use testyard_journal::{RunFolder, logs};

use crate::plan;
use crate::watch::service_log;
use crate::{CommandError, Context};

/// What one service printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLog {
    /// The service.
    pub service: String,
    /// Its log.
    pub path: PathBuf,
    /// Its lines, secrets masked.
    pub lines: Vec<String>,
}

/// Which lines are wanted.
#[derive(Debug, Clone, Default)]
pub struct LogsRequest {
    /// The services; all of them when empty.
    pub services: Vec<String>,
    /// Only so many of the last lines of each.
    pub tail: Option<usize>,
    /// Of this run; of the newest environment when not given.
    pub run: Option<String>,
}

/// What services printed, in the environment that is or was last up, or in a run.
pub fn logs(context: &Context, request: &LogsRequest) -> Result<Vec<ServiceLog>, CommandError> {
    let folder = folder(context, request.run.as_deref())?;
    let told = crate::runs::Told::read(folder.clone())?;
    let known: Vec<String> = told.state.services.iter().map(|service| service.name.clone()).collect();
    if let Some(unknown) = request.services.iter().find(|name| !known.contains(name)) {
        return Err(CommandError::Usage {
            message: format!("{} has no service '{unknown}'", folder.run()),
            help: format!("it has: {}", known.join(", ")),
        });
    }
    let masker = plan::masker(context);
    let wanted =
        known.into_iter().filter(|name| request.services.is_empty() || request.services.contains(name));
    wanted
        .map(|service| {
            let path = folder.logs().join(service_log(&service));
            let text = masker.mask(&logs::read_part(&path, 0..u64::MAX)?);
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let skipped = request.tail.map_or(0, |tail| lines.len().saturating_sub(tail));
            Ok(ServiceLog { service, path, lines: lines[skipped..].to_vec() })
        })
        .collect()
}

/// The run that was asked for; else the newest environment, whether it is still up or not.
fn folder(context: &Context, run: Option<&str>) -> Result<RunFolder, CommandError> {
    match run {
        Some(name) => Ok(context.runs().find(Some(name))?),
        None => context.environments().runs()?.into_iter().next().ok_or_else(|| CommandError::Usage {
            message: "no services were brought up yet".to_owned(),
            help: "bring them up with `testyard up`, or name a run with --run".to_owned(),
        }),
    }
}

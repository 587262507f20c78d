//! `testyard logs`: what services and suites print.

use std::path::PathBuf;

use testyard_journal::{RunFolder, logs};
use testyard_model::RunState;
use testyard_report::json::LogRow;
use testyard_runner::suite_log;

use crate::plan;
use crate::watch::service_log;
use crate::{CommandError, Context};

/// What a log is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A service.
    Service(String),
    /// A suite.
    Suite(String),
}

/// What one service or suite printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Who printed it.
    pub source: Source,
    /// Where it lies.
    pub path: PathBuf,
    /// Its lines, secrets masked.
    pub lines: Vec<String>,
}

/// Which lines are wanted.
#[derive(Debug, Clone, Default)]
pub struct LogsRequest {
    /// The services and suites; all services when empty.
    pub names: Vec<String>,
    /// Only so many of the last lines of each.
    pub tail: Option<usize>,
    /// Of this run; of the newest environment when not given.
    pub run: Option<String>,
}

/// What services and suites printed, in the environment that is or was last up, or in a run.
pub fn logs(context: &Context, request: &LogsRequest) -> Result<Vec<Log>, CommandError> {
    let folder = folder(context, request.run.as_deref())?;
    let told = crate::runs::Told::read(folder.clone())?;
    let known = sources(&told.state);
    if let Some(unknown) = request.names.iter().find(|name| !known.iter().any(|one| one.name() == **name)) {
        let names: Vec<&str> = known.iter().map(Source::name).collect();
        return Err(CommandError::Usage {
            message: format!("{} has no service and no suite '{unknown}'", folder.run()),
            help: format!("it has: {}", names.join(", ")),
        });
    }
    let masker = plan::masker(context);
    let wanted = known.into_iter().filter(|source| match request.names.as_slice() {
        [] => matches!(source, Source::Service(_)),
        names => names.iter().any(|name| name == source.name()),
    });
    wanted
        .map(|source| {
            let path = source.path(&folder);
            let text = masker.mask(&logs::read_part(&path, 0..u64::MAX)?);
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let skipped = request.tail.map_or(0, |tail| lines.len().saturating_sub(tail));
            Ok(Log { source, path, lines: lines[skipped..].to_vec() })
        })
        .collect()
}

/// Whoever has a log in a run.
pub fn sources(state: &RunState) -> Vec<Source> {
    let services = state.services.iter().map(|service| Source::Service(service.name.clone()));
    let suites = state.suites.iter().map(|suite| Source::Suite(suite.name.clone()));
    services.chain(suites).collect()
}

impl Log {
    /// As documents show it.
    pub fn row(&self) -> LogRow<'_> {
        let (service, suite) = match &self.source {
            Source::Service(name) => (Some(name.as_str()), None),
            Source::Suite(name) => (None, Some(name.as_str())),
        };
        LogRow { service, suite, path: &self.path, lines: &self.lines }
    }
}

impl Source {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Source::Service(name) | Source::Suite(name) => name,
        }
    }

    fn path(&self, folder: &RunFolder) -> PathBuf {
        match self {
            Source::Service(name) => folder.logs().join(service_log(name)),
            Source::Suite(name) => suite_log(folder.path(), name),
        }
    }
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

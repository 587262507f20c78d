//! What one call of the program needs, made from its arguments and the process it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use testyard_commands::{Cancel, CommandError, Context, duration};
use testyard_sys::keeper::this_program;
use testyard_sys::signals::{Stop, Stops};

use crate::arguments::Common;

/// The caller's environment. Variables that are not text are of no use to anything that reads them here.
pub(crate) fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// What the verbs are given.
pub(crate) fn context(common: &Common, variables: BTreeMap<String, String>) -> Result<Context, CommandError> {
    let overrides = common.set.iter().map(|pair| split(pair)).collect::<Result<_, _>>()?;
    make(&common.project, overrides, variables)
}

/// The same from its parts.
pub(crate) fn make(
    project: &Path,
    overrides: Vec<(String, String)>,
    variables: BTreeMap<String, String>,
) -> Result<Context, CommandError> {
    let usage = |message: String, help: &str| CommandError::Usage { message, help: help.to_owned() };
    let folder = std::env::current_dir().map_err(|error| {
        usage(format!("the current folder cannot be used: {error}"), "go to a folder that exists")
    })?;
    let root = project.canonicalize().map_err(|error| {
        usage(format!("{}: {error}", project.display()), "name the project's folder with --project")
    })?;
    if !root.is_dir() {
        return Err(usage(
            format!("{} is not a folder", project.display()),
            "name the project's folder with --project",
        ));
    }
    let cache = testyard_sys::host::cache_dir().ok_or_else(|| {
        usage("there is no place for caches".to_owned(), "set HOME, XDG_CACHE_HOME or TESTYARD_CACHE_DIR")
    })?;
    let runtime = testyard_sys::host::runtime_dir().map_err(|error| CommandError::Blocked {
        message: error.to_string(),
        help: "set XDG_RUNTIME_DIR to a folder of your own".to_owned(),
    })?;
    let program = this_program().map_err(|error| CommandError::Defect(error.to_string()))?;
    Ok(Context { root, folder, variables, overrides, program, cache, runtime })
}

fn split(pair: &str) -> Result<(String, String), CommandError> {
    let (key, value) = pair.split_once('=').ok_or_else(|| CommandError::Usage {
        message: format!("--set {pair}: there is no '='"),
        help: "write --set KEY=VALUE, such as --set environment.engine=native".to_owned(),
    })?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

/// A time that an option names.
pub(crate) fn time(option: &str, text: &str) -> Result<Duration, CommandError> {
    duration(text).map(Duration::from_millis).ok_or_else(|| CommandError::Usage {
        message: format!("{option} {text}: that is no time"),
        help: "write a number with its unit, such as 100s, 5m or 1h30m".to_owned(),
    })
}

/// Does something that waits, on a runtime of its own.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(
            |error| CommandError::Blocked {
                message: format!("no threads can be started: {error}"),
                help: "see whether this user may start more processes (`ulimit -u`)".to_owned(),
            },
        )?;
    let done = runtime.block_on(work);
    // What still blocks a thread, such as a resolver, must not hold the exit up.
    runtime.shutdown_background();
    done
}

/// Turns signals into the wish to stop: the first one gently, the second one at once.
pub(crate) fn listen(announce: impl Fn(&str, u8) + Send + 'static) -> Result<Cancel, CommandError> {
    let (canceller, cancel) = testyard_commands::cancel();
    let mut stops = Stops::listen().map_err(|error| CommandError::Defect(error.to_string()))?;
    tokio::spawn(async move {
        // Signals beyond the second change nothing, and must not kill the teardown either: all are taken.
        loop {
            let by = match stops.next().await {
                Stop::Interrupt => "Ctrl-C",
                Stop::Terminate => "SIGTERM",
            };
            announce(by, canceller.wish(by));
        }
    });
    Ok(cancel)
}

/// The path as it is shown: relative to the current folder where it lies in it.
pub(crate) fn shown(path: &Path, context: &Context) -> PathBuf {
    path.strip_prefix(&context.folder).map_or_else(|_| path.to_owned(), Path::to_owned)
}

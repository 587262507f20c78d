//! Runs in the background: started so that they outlive the command that started them, then waited for, followed and
//! cancelled from any other.
//!
//! A start holds the project's turn while it looks and starts: of a hundred equal ones at once, one starts the run and
//! the others attach to it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use testyard_journal::{Follower, OutcomeFile, RunFolder, standing};
use testyard_model::{Exit, Record, RunState, Standing, Verdict};
use testyard_sys::{detach, files};

use crate::cancel::Cancel;
use crate::run::{RunRequest, open, through};
use crate::runs::{Told, find};
use crate::stop::stop;
use crate::{CommandError, Context, registry, turn};

/// The first argument of this program as the supervisor of a run in the background. The file for its words follows,
/// then what was typed.
pub const SUPERVISE_RUN: &str = "testyard-run-supervisor";

/// What the supervisor says when its run cannot be begun. It comes through the pipe: the disk may be full.
#[derive(Debug, Serialize, Deserialize)]
struct Refusal {
    refused: u8,
    said: Vec<String>,
}

/// How long a cancelled run gets to take everything down by itself.
const GRACE: Duration = Duration::from_secs(30);

/// How often a run that is waited for is looked at.
const POLL: Duration = Duration::from_millis(50);

/// What came of a start.
#[derive(Debug)]
pub enum Started {
    /// The run goes on in the background.
    Run {
        /// Its folder.
        folder: RunFolder,
        /// Whether it was going on already, for the same request.
        attached: bool,
        /// How long it may take, by the newest one that ended, in milliseconds.
        estimate_ms: Option<u64>,
    },
    /// It cannot be begun.
    Refused {
        /// What the supervisor said, in lines.
        said: Vec<String>,
        /// The exit code that goes with it.
        exit: Exit,
    },
}

/// Starts a run in the background, or attaches to the one that goes on for the same request. `typed` is what the
/// supervisor is to be called with.
///
/// # Errors
/// Busy, when a run in the background goes on for another request and is not to be replaced.
pub async fn start(
    context: &Context,
    request: &RunRequest,
    typed: &[String],
    replace: bool,
) -> Result<Started, CommandError> {
    let state = context.runs().path().to_owned();
    let _turn = turn::take(&state, "start.lock").await?;
    let estimate_ms = estimate(context)?;
    let wanted = fingerprint(context, request);
    if let Some((folder, theirs)) = current(context)? {
        if theirs == wanted && !replace {
            return Ok(Started::Run { folder, attached: true, estimate_ms });
        }
        if !replace {
            return Err(CommandError::Busy { what: "a run in the background".to_owned(), run: folder.run() });
        }
        stop(context, &folder, GRACE).await?;
    }
    let log = state.join(format!("starting-{}.log", std::process::id()));
    let failed = |error: std::io::Error| CommandError::Blocked {
        message: format!("the run cannot be started in the background: {error}"),
        help: "see whether this user may start more processes and write to the project's folder".to_owned(),
    };
    let output = File::create(&log).map_err(failed)?;
    let mut arguments = vec![SUPERVISE_RUN.to_owned(), log.display().to_string()];
    arguments.extend_from_slice(typed);
    let detached = detach::start(&context.program, &arguments, &context.folder, output).map_err(failed)?;
    let line = detached.first_line().map_err(failed)?.unwrap_or_default();
    let refusal: Option<Refusal> = serde_json::from_str(&line).ok();
    if refusal.is_none() && !line.is_empty() {
        return Ok(Started::Run { folder: RunFolder::at(line), attached: false, estimate_ms });
    }
    let said = fs::read_to_string(&log).unwrap_or_default();
    // It tells nothing that is not told here.
    let _ = fs::remove_file(&log);
    match refusal.and_then(|refusal| Some((Exit::of(refusal.refused)?, refusal.said))) {
        Some((exit, said)) => Ok(Started::Refused { said, exit }),
        None => Err(failed(std::io::Error::other(format!("it ended at once: {}", said.trim())))),
    }
}

/// Serves as the supervisor of a run. `ready` is called with its folder once its lock is held and its plan is written.
///
/// # Errors
/// What keeps the run from coming about.
pub async fn supervise(
    context: &Context,
    request: &RunRequest,
    cancel: Cancel,
    log: &Path,
    ready: impl FnOnce(&Path),
) -> Result<Told, CommandError> {
    let (course, notes) = open(context, request, Vec::new(), cancel).await?;
    let folder = course.folder().clone();
    // On a full disk the run goes on all the same, and says itself what that did to it; nobody can attach to it then.
    let _ = files::write_atomic(&request_file(&folder), fingerprint(context, request));
    let _ = fs::create_dir_all(folder.logs());
    let _ = fs::rename(log, folder.logs().join("supervisor.log")).or_else(|_| fs::remove_file(log));
    ready(folder.path());
    through(course, &notes).await
}

/// The line by which a supervisor tells that its run cannot be begun.
pub fn refusal(exit: Exit, said: &[String]) -> String {
    json!(Refusal { refused: exit.code(), said: said.to_vec() }).to_string()
}

/// What is asked for, such that two requests for the same are the same text. A digest: overrides may hold passwords, and
/// they lie in the run's folder.
fn fingerprint(context: &Context, request: &RunRequest) -> String {
    let RunRequest { selection, changed, offline } = request;
    let asked = json!({
        "names": selection.names,
        "arguments": selection.runner_arguments,
        // Paths mean another thing elsewhere.
        "folder": context.prefix(),
        "changed": changed,
        "offline": offline,
        "set": context.overrides,
    });
    let digest = Sha256::digest(asked.to_string());
    json!({ "sha256": digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>() }).to_string()
}

fn request_file(folder: &RunFolder) -> PathBuf {
    folder.path().join("request.json")
}

/// The run of this project that goes on in the background, with what was asked for.
fn current(context: &Context) -> Result<Option<(RunFolder, String)>, CommandError> {
    for folder in context.runs().runs()? {
        if let Ok(request) = fs::read_to_string(request_file(&folder))
            && standing(&folder)? == Standing::Running
        {
            return Ok(Some((folder, request)));
        }
    }
    Ok(None)
}

/// How long the newest run took that came to its end.
fn estimate(context: &Context) -> Result<Option<u64>, CommandError> {
    let outcomes = context.runs().runs()?.into_iter().filter_map(|folder| OutcomeFile::read(&folder).ok()?);
    let mut ended = outcomes.filter(|one| matches!(one.verdict, Verdict::Passed | Verdict::Failed));
    Ok(ended.next().map(|one| one.elapsed_ms))
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The end of the run.
    Done,
    /// The first test that fails, or the end.
    FirstFailure,
}

/// Waits for a run, for as long as a limit allows. A wait that comes to its limit changes nothing about the run.
pub async fn wait(
    context: &Context,
    run: Option<&str>,
    limit: Option<Duration>,
    until: Until,
) -> Result<Told, CommandError> {
    let folder = context.runs().find(run)?;
    let started = tokio::time::Instant::now();
    let mut follower = Follower::of(&folder);
    let mut state = RunState::default();
    while standing(&folder)? == Standing::Running {
        if until == Until::FirstFailure {
            follower.new_records()?.iter().for_each(|record| state.apply(record));
            let counts = state.counts();
            if counts.failed + counts.error > 0 {
                break;
            }
        }
        let left = limit.map_or(POLL, |limit| limit.saturating_sub(started.elapsed()));
        if left.is_zero() {
            break;
        }
        tokio::time::sleep(left.min(POLL)).await;
    }
    // A supervisor that was killed while it was waited for leaves work to whoever notices first.
    if standing(&folder)? == Standing::Lost {
        registry::settle_dead_runs(context);
    }
    Told::read(folder)
}

/// Shows a run's events; with `follow`, for as long as it goes on. `show` says whether somebody still looks.
pub async fn tail(
    context: &Context,
    run: Option<&str>,
    follow: bool,
    mut show: impl FnMut(&Record, &RunState) -> bool,
) -> Result<(), CommandError> {
    let folder = context.runs().find(run)?;
    let mut follower = Follower::of(&folder);
    let mut state = RunState::default();
    loop {
        // Asked first: what is written after the answer is still read.
        let goes_on = standing(&folder)? == Standing::Running;
        for record in follower.new_records()? {
            state.apply(&record);
            if !show(&record, &state) {
                return Ok(());
            }
        }
        if !follow || !goes_on {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Cancels a run and sees it end; one that has ended stays as it is. Says whether it was going on.
pub async fn cancel(context: &Context, run: Option<&str>) -> Result<(Told, bool), CommandError> {
    let told = find(&context.runs(), run)?;
    if told.standing != Standing::Running {
        return Ok((told, false));
    }
    stop(context, &told.folder, GRACE).await?;
    Ok((Told::read(told.folder)?, true))
}

//! Runs in the background: started so that they outlive the command that started them, then waited for, followed and
//! cancelled from any other.
//!
//! A start holds the project's turn while it looks and starts: of a hundred equal ones at once, one starts the run and
//! the others attach to it. A run that was queued is a run like any other that first waits for those before it: it can
//! be waited for and cancelled from its first moment on.

mod watch;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use testyard_journal::{RunFolder, standing};
use testyard_model::{CheckId, Event, Exit, Outcome, Phase, Standing};
use testyard_sys::{detach, files};

use crate::cancel::Cancel;
use crate::run::{Course, RunRequest, open, through};
use crate::runs::{Told, find};
use crate::status::estimate;
use crate::stop::stop;
use crate::{CommandError, Context, turn};

pub use watch::{Until, tail, wait, watch};

/// The first argument of this program as the supervisor of a run in the background. The file for its words follows,
/// then what was typed.
pub const SUPERVISE_RUN: &str = "testyard-run-supervisor";

/// What the supervisor says when its run cannot be begun. It comes through the pipe: the disk may be full.
#[derive(Debug, Serialize, Deserialize)]
struct Refusal {
    refused: u8,
    said: Vec<String>,
    /// The same as a document.
    document: String,
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
        /// The same as a document, for whoever asked for one.
        document: String,
        /// The exit code that goes with it.
        exit: Exit,
    },
}

/// What a start does when a run in the background goes on for another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// It is refused.
    Refuse,
    /// Its run begins when those before it have ended.
    Queue,
    /// Those that go on are cancelled, those for the same request too.
    Replace,
}

/// Starts a run in the background, or attaches to the one that goes on for the same request. `typed` is what the
/// supervisor is to be called with.
///
/// # Errors
/// Busy, when a run in the background goes on for another request, and the start is neither to be queued nor to replace
/// it.
pub async fn start(
    context: &Context,
    request: &RunRequest,
    typed: &[String],
    meeting: Meeting,
) -> Result<Started, CommandError> {
    let state = context.runs().path().to_owned();
    let turn = turn::take(&state, "start.lock").await?;
    let estimate_ms = estimate(context);
    let wanted = fingerprint(context, request);
    let going = going(context)?;
    match meeting {
        Meeting::Replace => {
            for (folder, _) in &going {
                stop(context, folder, GRACE).await?;
            }
        }
        Meeting::Refuse | Meeting::Queue => {
            if let Some((folder, _)) = going.iter().find(|(_, theirs)| *theirs == wanted) {
                return Ok(Started::Run { folder: folder.clone(), attached: true, estimate_ms });
            }
        }
    }
    if let (Meeting::Refuse, Some((folder, _))) = (meeting, going.first()) {
        return Err(CommandError::Busy { what: "a run in the background".to_owned(), run: folder.run() });
    }
    remove_old_logs(&state);
    let log = state.join(format!("starting-{}.log", std::process::id()));
    let failed = |error: std::io::Error| CommandError::Blocked {
        message: format!("the run cannot be started in the background: {error}"),
        help: "see whether this user may start more processes and write to the project's folder".to_owned(),
    };
    let output = File::create(&log).map_err(failed)?;
    let mut arguments = vec![SUPERVISE_RUN.to_owned(), log.display().to_string()];
    arguments.extend_from_slice(typed);
    // The supervisor has the turn as well, until it is ready: should this process be killed meanwhile, the next one must
    // not find nothing and start another.
    let held = Some(turn.share().map_err(failed)?);
    let detached =
        detach::start(&context.program, &arguments, &context.folder, held, output).map_err(failed)?;
    let line = detached.first_line().map_err(failed)?.unwrap_or_default();
    let refusal: Option<Refusal> = serde_json::from_str(&line).ok();
    if refusal.is_none() && !line.is_empty() {
        return Ok(Started::Run { folder: RunFolder::at(line), attached: false, estimate_ms });
    }
    let said = fs::read_to_string(&log).unwrap_or_default();
    // It tells nothing that is not told here.
    let _ = fs::remove_file(&log);
    match refusal.and_then(|refusal| Some((Exit::of(refusal.refused)?, refusal))) {
        Some((exit, Refusal { said, document, .. })) => Ok(Started::Refused { said, document, exit }),
        None => Err(failed(std::io::Error::other(format!("it ended at once: {}", said.trim())))),
    }
}

/// Removes what starts left that were killed. Whoever has the turn is the only one that starts.
fn remove_old_logs(state: &Path) {
    for entry in fs::read_dir(state).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("starting-") {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_file(entry.path());
        }
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
    // The turn is held until this one is ready: nobody can come between.
    let before: Vec<RunFolder> = going(context)?.into_iter().map(|(folder, _)| folder).collect();
    // On a full disk the run goes on all the same, and says itself what that did to it; nobody can attach to it then.
    let _ = files::write_atomic(&request_file(&folder), fingerprint(context, request));
    let _ = fs::create_dir_all(folder.logs());
    let _ = fs::rename(log, folder.logs().join("supervisor.log")).or_else(|_| fs::remove_file(log));
    // What cannot be let go of is let go of at the end.
    let _ = detach::let_go();
    ready(folder.path());
    wait_for_turn(&course, &before).await;
    through(course, &notes).await
}

/// The line by which a supervisor tells that its run cannot be begun.
pub fn refusal(exit: Exit, said: Vec<String>, document: String) -> String {
    json!(Refusal { refused: exit.code(), said, document }).to_string()
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

/// The runs of this project that go on in the background, each with what was asked for; the newest first.
fn going(context: &Context) -> Result<Vec<(RunFolder, String)>, CommandError> {
    let mut found = Vec::new();
    for folder in context.runs().runs()? {
        if let Ok(request) = fs::read_to_string(request_file(&folder))
            && is_going(&folder)
        {
            found.push((folder, request));
        }
    }
    Ok(found)
}

/// Waits until the runs before this one have ended, or somebody wants this one to stop.
async fn wait_for_turn(course: &Course, before: &[RunFolder]) {
    let Some(last) = before.first() else { return };
    let check = CheckId::of(Phase::Inspect, "queue");
    let title = format!("wait for the run {} to end", last.run());
    course.emit(Event::CheckStarted { check: check.clone(), title });
    let all_ended = async {
        for folder in before {
            while is_going(folder) {
                tokio::time::sleep(POLL).await;
            }
        }
    };
    let waited = course.cancel.unless(all_ended).await;
    let outcome = waited.map_or_else(|| course.left(), |()| Outcome::Passed);
    course.emit(Event::CheckFinished { check, outcome, evidence: Vec::new() });
}

/// Whether a run goes on. One whose folder cannot be asked keeps nobody waiting.
fn is_going(folder: &RunFolder) -> bool {
    standing(folder).is_ok_and(|standing| standing == Standing::Running)
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

//! Which runs of this user are going on, in whatever project: so that the next command, wherever it is given, finds
//! what a killed supervisor left behind.
//!
//! One small file a run in the user's runtime folder, named after the run and holding the path of its folder. It is
//! written before anything is started and removed after everything is gone.

use std::fs;
use std::path::{Path, PathBuf};

use testyard_environment::EnvironmentFile;
use testyard_journal::standing::settle_lost;
use testyard_journal::{JournalError, RunFolder, Spec, logs, standing};
use testyard_model::Standing;

use crate::{CommandError, Context, plan};

/// A run's entry. Dropping it removes the entry.
#[derive(Debug)]
pub(crate) struct Entry {
    path: PathBuf,
}

impl Drop for Entry {
    fn drop(&mut self) {
        // A file that stays is found to be of a finished run by the next command, and removed then.
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes a run down.
pub(crate) fn enter(context: &Context, folder: &RunFolder) -> Result<Entry, CommandError> {
    let path = entries(context).join(folder.run().as_str());
    let failed = |source| JournalError::File { path: path.clone(), doing: "registering the run", source };
    fs::create_dir_all(entries(context)).map_err(failed)?;
    testyard_sys::files::write_atomic(&path, folder.path().as_os_str().as_encoded_bytes()).map_err(failed)?;
    Ok(Entry { path })
}

/// Settles every run whose supervisor is dead: its processes and mounts are removed and its outcome is written.
/// Returns those that were settled now. Called at the start of every verb; costs a few small folders to read.
pub fn settle_dead_runs(context: &Context) -> Vec<RunFolder> {
    let found = fs::read_dir(entries(context)).into_iter().flatten().flatten();
    let mut settled: Vec<RunFolder> = found.filter_map(|entry| settle(context, &entry.path())).collect();
    // The entries lie where a reboot, and on some machines a logout, removes them. This project's own runs are found
    // without them.
    for store in [context.runs(), context.environments()] {
        let unsettled = store.runs().unwrap_or_default().into_iter().filter(|run| !run.outcome().exists());
        settled.extend(unsettled.filter_map(|run| settle_run(context, run)));
    }
    settled
}

/// The folders of the runs of this user that are going on.
pub(crate) fn running(context: &Context) -> Vec<RunFolder> {
    let found = fs::read_dir(entries(context)).into_iter().flatten().flatten();
    let folders =
        found.filter_map(|entry| Some(RunFolder::at(String::from_utf8(fs::read(entry.path()).ok()?).ok()?)));
    folders.filter(|folder| standing(folder).is_ok_and(|standing| standing == Standing::Running)).collect()
}

/// Settles the run behind one entry, if it is dead.
fn settle(context: &Context, entry: &Path) -> Option<RunFolder> {
    let folder = RunFolder::at(String::from_utf8(fs::read(entry).ok()?).ok()?);
    if folder.path().exists() && standing(&folder).ok()? == Standing::Running {
        return None;
    }
    let settled = settle_run(context, folder);
    let _ = fs::remove_file(entry);
    settled
}

/// Settles a run, if it is dead.
fn settle_run(context: &Context, folder: RunFolder) -> Option<RunFolder> {
    let standing = if folder.path().exists() { standing(&folder).ok()? } else { Standing::Lost };
    if standing == Standing::Running {
        return None;
    }
    // Also after an orderly end: a supervisor killed between its outcome and its teardown leaves processes.
    testyard_sys::sweep::kill_run(folder.run().as_str());
    remove_scratch(&folder);
    if standing == Standing::Lost {
        mask_logs(context, &folder);
    }
    tracing::info!(run = %folder.run(), ?standing, "settled a run that nobody supervises any more");
    let settled = standing == Standing::Lost && folder.path().exists() && settle_lost(&folder).is_ok();
    settled.then_some(folder)
}

/// Masks the logs of a run that did not come to do it itself, as far as its project's files still say what is secret.
fn mask_logs(context: &Context, folder: &RunFolder) {
    let Ok(spec) = Spec::read(folder) else { return };
    let root = spec.plan.project.root;
    let context = Context { folder: root.clone(), root, overrides: Vec::new(), ..context.clone() };
    // On a full or read-only disk nothing can be masked, and nothing can be done about it here.
    let _ = logs::mask(folder, &plan::masker(&context));
}

/// Removes the folders a run kept its services' data in.
fn remove_scratch(folder: &RunFolder) {
    let environment = EnvironmentFile::of(folder.path()).ok().flatten();
    let scratch = environment.map(|environment| environment.scratch);
    for folder in scratch.into_iter().chain([folder.scratch()]) {
        // What cannot be removed belongs to another user by now; there is nothing more to do about it here.
        let _ = testyard_sys::sweep::remove_folder(&folder);
    }
}

fn entries(context: &Context) -> PathBuf {
    context.runtime.join("runs")
}

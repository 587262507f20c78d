//! A project's `.testyard/`: where its runs, and the environments that `up` brought up, are kept and found.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use testyard_model::RunId;
use testyard_sys::lock::Lock;

use crate::{JournalError, RunFolder, id};

/// What the name of a run's folder begins with until everything is in it that makes it a run.
const UNBORN: &str = ".";

/// Long enough for any run to be seen.
const UNBORN_FOR: Duration = Duration::from_secs(600);

/// A folder of run folders.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
    /// The folder in it that holds one folder a run.
    room: &'static str,
    /// The link that names the newest of them.
    latest: &'static str,
}

impl Store {
    /// The runs of the project in this folder. Nothing is created.
    pub fn runs_of(project: &Path) -> Store {
        Store { path: project.join(".testyard"), room: "runs", latest: "latest" }
    }

    /// The environments of the project in this folder that were brought up without a run.
    pub fn environments_of(project: &Path) -> Store {
        Store { path: project.join(".testyard"), room: "environments", latest: "environment" }
    }

    /// The project's own folder for Testyard.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn runs_path(&self) -> PathBuf {
        self.path.join(self.room)
    }

    /// Every run, the newest first.
    pub fn runs(&self) -> Result<Vec<RunFolder>, JournalError> {
        let path = self.runs_path();
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(JournalError::file(&path, "reading the runs")(error)),
        };
        let mut runs: Vec<_> = entries
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter(|entry| !entry.file_name().to_string_lossy().starts_with(UNBORN))
            .map(|entry| RunFolder::at(entry.path()))
            .collect();
        runs.sort_by_key(|folder| std::cmp::Reverse(folder.run()));
        Ok(runs)
    }

    /// The run of that name or unique prefix; the newest one when no name is given, or `latest`.
    pub fn find(&self, name: Option<&str>) -> Result<RunFolder, JournalError> {
        let runs = self.runs()?;
        let Some(name) = name.filter(|name| *name != "latest") else {
            return runs.into_iter().next().ok_or_else(|| JournalError::NoSuchRun {
                name: "latest".to_owned(),
                help: format!("{} has no run yet: start one with `testyard run`", self.path.display()),
            });
        };
        let mut matching = runs.iter().filter(|folder| folder.run().as_str().starts_with(name));
        match (matching.next(), matching.next()) {
            (Some(found), None) => Ok(found.clone()),
            (Some(first), Some(second)) => Err(JournalError::Ambiguous {
                prefix: name.to_owned(),
                runs: format!(
                    "{}, {}{}",
                    first.run(),
                    second.run(),
                    if matching.next().is_some() { ", …" } else { "" }
                ),
            }),
            (None, _) => Err(JournalError::NoSuchRun { name: name.to_owned(), help: newest(&runs) }),
        }
    }

    /// Creates the folder of a new run, takes its lock and lets `begin` write what belongs there from the start. Nobody
    /// sees the folder before all of that is done: a run that is only half there would look like one that was lost.
    pub(crate) fn create_run<T>(
        &self,
        now: Timestamp,
        begin: impl Fn(&RunFolder, &RunId) -> Result<T, JournalError>,
    ) -> Result<(RunFolder, Lock, T), JournalError> {
        let runs = self.runs_path();
        fs::create_dir_all(&runs).map_err(JournalError::file(&runs, "creating the folder of the runs"))?;
        self.ignore_itself()?;
        let newest = self.runs()?.first().map(RunFolder::run);
        loop {
            let run = id::new(now, newest.as_ref());
            let hidden = RunFolder::at(runs.join(format!("{UNBORN}{run}")));
            match fs::create_dir(hidden.path()) {
                Ok(()) => {}
                // Another run drew the same name in the same second.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => {
                    return Err(JournalError::file(hidden.path(), "creating the run folder")(error));
                }
            }
            let folder = RunFolder::at(runs.join(run.as_str()));
            let begun = lock_new(&hidden).and_then(|lock| Ok((lock, begin(&hidden, &run)?)));
            let born = begun.and_then(|begun| {
                fs::rename(hidden.path(), folder.path())
                    .map_err(JournalError::file(folder.path(), "naming the run folder"))?;
                Ok(begun)
            });
            match born {
                Ok((lock, begun)) => return Ok((folder, lock, begun)),
                Err(error) => {
                    // On a full disk: a run that could not even begin is told as an error, not as one that was lost.
                    let _ = testyard_sys::files::remove_tree(hidden.path());
                    if !folder.path().exists() {
                        return Err(error);
                    }
                    // Another run was given the same name meanwhile: try the next one.
                }
            }
        }
    }

    /// Removes the folders of runs that were killed before they could be seen.
    pub(crate) fn remove_unborn(&self) {
        for entry in fs::read_dir(self.runs_path()).into_iter().flatten().flatten() {
            let folder = RunFolder::at(entry.path());
            let is_unborn = entry.file_name().to_string_lossy().starts_with(UNBORN);
            if is_unborn
                && is_old(&entry)
                && testyard_sys::lock::is_locked(&folder.lock()).is_ok_and(|held| !held)
            {
                // What cannot be removed is in nobody's way.
                let _ = testyard_sys::files::remove_tree(folder.path());
            }
        }
    }

    /// Makes `latest` name this run. Replaced by a rename, so that a reader never finds it missing.
    pub(crate) fn point_latest_at(&self, run: &RunId) {
        let (latest, fresh) = (self.path.join(self.latest), self.path.join(format!("{}.{run}", self.latest)));
        let named = std::os::unix::fs::symlink(Path::new(self.room).join(run.as_str()), &fresh)
            .and_then(|()| fs::rename(&fresh, &latest));
        if let Err(error) = named {
            tracing::warn!(%error, "the newest run could not be linked to");
            let _ = fs::remove_file(&fresh);
        }
    }

    fn ignore_itself(&self) -> Result<(), JournalError> {
        let path = self.path.join(".gitignore");
        if path.exists() {
            return Ok(());
        }
        testyard_sys::files::write_atomic(&path, b"*\n")
            .map_err(JournalError::file(&path, "writing .gitignore"))
    }
}

/// Makes the first things of a new run's folder and takes its lock.
fn lock_new(folder: &RunFolder) -> Result<Lock, JournalError> {
    let logs = folder.logs();
    fs::create_dir(&logs).map_err(JournalError::file(&logs, "creating the folder of the logs"))?;
    testyard_sys::lock::try_lock(&folder.lock())
        .and_then(|lock| lock.ok_or_else(|| io::Error::other("somebody else holds it")))
        .map_err(JournalError::file(&folder.lock(), "taking the lock of a new run"))
}

/// Whether nobody can be about to take its lock any more.
fn is_old(entry: &fs::DirEntry) -> bool {
    let changed = entry.metadata().and_then(|about| about.modified());
    changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > UNBORN_FOR))
}

/// Says which runs there are, the newest few.
fn newest(runs: &[RunFolder]) -> String {
    if runs.is_empty() {
        return "there is no run yet: start one with `testyard run`".to_owned();
    }
    let names: Vec<_> = runs.iter().take(3).map(|folder| folder.run().0).collect();
    format!("the newest runs are {}", names.join(", "))
}

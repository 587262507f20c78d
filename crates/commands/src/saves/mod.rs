//! `testyard run --watch`: what is saved in a project while it is watched.

mod known;
mod noise;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use testyard_sys::saves::{Notice, Saves};
use tokio::time::{Instant, timeout};

use crate::{CommandError, Context};
use known::{Known, is_folder, is_passed_over};

pub use noise::Noise;

/// When nothing more was saved for this long, whoever saved is done: editors write, rename and write again.
const QUIET: Duration = Duration::from_millis(150);

/// Somebody who never is done is not waited for longer than this.
const LONGEST: Duration = Duration::from_secs(2);

/// What was saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    /// The files, relative to the project; they may be gone.
    pub files: BTreeSet<String>,
    /// Whether more was saved than could be told.
    pub anything: bool,
}

impl Saved {
    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && !self.anything
    }
}

/// The files of a project, watched. Passed over are version control, caches, virtual environments, what testyard itself
/// writes, and what git ignores.
#[derive(Debug)]
pub struct ProjectSaves {
    root: PathBuf,
    saves: Saves,
    known: Known,
}

impl ProjectSaves {
    /// Watches a project. What is saved from now on is kept until it is asked for.
    pub fn watch(context: &Context) -> Result<ProjectSaves, CommandError> {
        let root = context.root.clone();
        let saves = Saves::new().map_err(|error| unwatched(&root, &error))?;
        let mut watched = ProjectSaves { known: Known::new(&root), saves, root };
        watched.enter(&[watched.root.clone()], &mut Saved::default())?;
        Ok(watched)
    }

    /// Waits until something is saved and whoever saved is done. May be cancelled and called again.
    pub async fn next(&mut self) -> Result<Saved, CommandError> {
        loop {
            let first = self.saves.next().await;
            let saved = self.gather(vec![first]).await?;
            if !saved.is_empty() {
                return Ok(saved);
            }
        }
    }

    /// What was saved since the last question, without waiting for more than whoever is at it.
    pub async fn meanwhile(&mut self) -> Result<Saved, CommandError> {
        self.gather(Vec::new()).await
    }

    async fn gather(&mut self, mut notices: Vec<Notice>) -> Result<Saved, CommandError> {
        let began = Instant::now();
        while began.elapsed() < LONGEST {
            let Ok(notice) = timeout(QUIET, self.saves.next()).await else { break };
            notices.push(notice);
        }
        self.judge(notices)
    }

    /// What of the notices is about the project's files.
    fn judge(&mut self, notices: Vec<Notice>) -> Result<Saved, CommandError> {
        let mut saved = Saved::default();
        let mut paths = BTreeSet::new();
        for notice in notices {
            match notice {
                Notice::Path(path) => {
                    paths.insert(path);
                }
                Notice::Lost => saved.anything = true,
            }
        }
        let inside = paths.into_iter().filter(|path| *path != self.root && !is_passed_over(&self.root, path));
        let (files, folders): (Vec<PathBuf>, Vec<PathBuf>) =
            inside.partition(|path| !path.is_dir() || path.is_symlink());
        let folders = folders.into_iter().filter(|folder| is_folder(folder)).collect();
        saved.files.extend(files.iter().flat_map(|path| self.known.changed(path)));
        self.enter(&self.not_ignored(folders), &mut saved)?;
        let ignored = testyard_inspect::ignored(&self.root, &saved.files.iter().cloned().collect::<Vec<_>>());
        saved.files.retain(|file| !ignored.contains(file));
        Ok(saved)
    }

    /// Watches folders and those in them. Files in them that were not known are taken for saved.
    fn enter(&mut self, folders: &[PathBuf], saved: &mut Saved) -> Result<(), CommandError> {
        let mut level = folders.to_vec();
        // One question to git for each depth: what it ignores may hold more folders than all the rest.
        while !level.is_empty() {
            let mut below = Vec::new();
            for folder in &level {
                match self.saves.add(folder) {
                    // It may be gone again.
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    added => added.map_err(|error| unwatched(folder, &error))?,
                }
                let (files, inside) = known::list(&self.root, folder);
                saved.files.extend(files.iter().filter_map(|file| self.known.new_file(file)));
                below.extend(inside);
            }
            level = self.not_ignored(below);
        }
        Ok(())
    }

    fn not_ignored(&self, folders: Vec<PathBuf>) -> Vec<PathBuf> {
        if folders.is_empty() || folders == [self.root.clone()] {
            return folders;
        }
        let relative = |folder: &Path| {
            folder
                .strip_prefix(&self.root)
                .map(|inside| inside.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        let names: Vec<String> = folders.iter().map(|folder| relative(folder)).collect();
        let ignored = testyard_inspect::ignored(&self.root, &names);
        let kept = folders.into_iter().zip(names).filter(|(_, name)| !ignored.contains(name));
        kept.map(|(folder, _)| folder).collect()
    }
}

fn unwatched(folder: &Path, error: &std::io::Error) -> CommandError {
    CommandError::Blocked {
        message: format!("{} cannot be watched: {error}", folder.display()),
        help: "see `fs.inotify.max_user_watches` and `max_user_instances`, and let git ignore folders that need no watching"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests;

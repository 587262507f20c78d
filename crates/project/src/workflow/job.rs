//! Following a job through its commands: where it stands, and what it calls.

use std::path::{Component, Path, PathBuf};

use testyard_model::Place;

use super::{Job, JobCall, What};
use crate::commandline::{self, Call, Origin};

/// A job that is being read.
pub(super) struct Walk {
    job: Job,
    /// Whether the repository's own files are certainly there, and nobody else's.
    pub(super) own_files: bool,
}

impl Walk {
    /// A job at its beginning.
    pub(super) fn new(name: &str, own_files: bool) -> Walk {
        Walk { job: Job { name: name.to_owned(), ..Job::default() }, own_files }
    }

    /// Runs a script that starts in a folder, relative to the repository's root; none when that is not known. Returns
    /// the folder in which the script ends.
    pub(super) fn script(&mut self, text: &str, origin: &Origin, folder: Option<PathBuf>) -> Option<PathBuf> {
        let mut folder = folder;
        for command in commandline::split(text, origin) {
            let seen = self.job.words.len();
            let words = command.words.iter().filter_map(|word| word.known()).map(str::to_owned);
            self.job.words.extend(words);
            self.job.words.extend(command.redirected.iter().cloned());
            match commandline::call(&command) {
                Some(Call::Folder(_)) if command.grouped => folder = None,
                Some(Call::Folder(to)) => folder = to.and_then(|to| below(folder.as_deref()?, &to.text)),
                Some(call) => {
                    if let Some(first) = command.words.first() {
                        let place = first.place.clone();
                        self.push(What::Command(call), place, folder.clone(), seen);
                    }
                }
                None => {}
            }
        }
        folder
    }

    /// Notes a call that is not part of a script.
    pub(super) fn call(&mut self, what: What, place: Place, folder: Option<PathBuf>) {
        let seen = self.job.words.len();
        self.push(what, place, folder, seen);
    }

    fn push(&mut self, what: What, place: Place, folder: Option<PathBuf>, seen: usize) {
        let folder = folder.filter(|_| self.own_files);
        self.job.calls.push(JobCall { folder, what, place, seen });
    }

    /// The job, read.
    pub(super) fn finish(self) -> Job {
        self.job
    }
}

/// A relative path from a folder, both below the root; nothing where it leaves the root or is absolute.
pub(super) fn below(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut done = folder.to_owned();
    for component in Path::new(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !done.pop() {
                    return None;
                }
            }
            Component::Normal(part) => done.push(part),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(done)
}

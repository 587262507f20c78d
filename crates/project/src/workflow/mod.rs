//! CI workflows: what GitHub Actions and GitLab CI are told to run.
//!
//! What lives here: reading `.github/workflows/*.yml`, a repository's own actions and `.gitlab-ci.yml` down to the
//! calls that name files of the repository: image builds, `docker compose`, scripts, local actions. What does not: the
//! rest of these formats, and any judgement. Whatever depends on an expression, a variable, another repository's
//! checkout or another shell than a POSIX one is left out.

mod github;
mod gitlab;
mod job;
#[cfg(test)]
mod tests;
mod yaml;

use std::path::{Path, PathBuf};

use testyard_model::Place;

use crate::commandline::{Call, Word};

/// One CI file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workflow {
    /// The file, relative to the repository's root.
    pub path: PathBuf,
    /// Its jobs, in their order.
    pub jobs: Vec<Job>,
    /// Reusable workflows of this repository that jobs call, relative to its root.
    pub reused: Vec<Word>,
    /// Why it cannot be read, and where.
    pub broken: Option<(Place, String)>,
}

/// What one job calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Job {
    /// Its key.
    pub name: String,
    /// What it calls, in the order of its steps.
    pub calls: Vec<JobCall>,
    /// Every known word of its commands, in their order: a file that an earlier command mentions may have been made by
    /// it. See [`JobCall::seen`].
    pub words: Vec<String>,
}

/// One call of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCall {
    /// The folder it runs in, relative to the repository's root. None when that is not certain: the repository is not
    /// checked out, or not there, or an earlier step went somewhere unknown.
    pub folder: Option<PathBuf>,
    /// What is called.
    pub what: What,
    /// Where.
    pub place: Place,
    /// How many of the job's words stand before it.
    pub seen: usize,
}

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A command of a script.
    Command(Call),
    /// `uses: ./folder`: an action of this repository, relative to its root.
    Action(Word),
}

impl Job {
    /// Whether a command before a call mentions a name, and so may have made the file.
    pub fn mentioned_before(&self, call: &JobCall, name: &str) -> bool {
        self.words.iter().take(call.seen).any(|word| word.contains(name))
    }
}

/// Whether a file is a CI workflow that [`read`] understands, by its path relative to the repository's root.
pub fn is_workflow(path: &Path) -> bool {
    is_gitlab(path)
        || (path.starts_with(".github/workflows") && path.components().count() == 3 && is_yaml(path))
}

/// Reads a CI file. `path` is relative to the repository's root, for places and to tell formats apart.
pub fn read(path: &Path, text: &str) -> Workflow {
    let workflow = match yaml::parse(path, text) {
        Err((place, why)) => Workflow { broken: Some((place, why)), ..Workflow::default() },
        Ok(None) => Workflow::default(),
        Ok(Some(file)) if is_gitlab(path) => gitlab::read(&file),
        Ok(Some(file)) => github::read(&file),
    };
    Workflow { path: path.to_owned(), ..workflow }
}

fn is_gitlab(path: &Path) -> bool {
    path == Path::new(".gitlab-ci.yml") || path == Path::new(".gitlab-ci.yaml")
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}

//! `testyard prune`: removes old runs, and shows and empties the caches that projects share.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use testyard_journal::retention::{self, Limits, Removed};

use crate::plan::{Selection, request};
use crate::{CommandError, Context};

/// Removes the runs and environments beyond the project's retention; every one that is neither running nor kept with
/// `all`.
pub fn prune(context: &Context, all: bool) -> Result<Removed, CommandError> {
    let limits = if all { Limits { age: None, runs: Some(0), bytes: None } } else { limits(context)? };
    let now = SystemTime::now();
    let mut removed = retention::prune(&context.runs(), &limits, now)?;
    let environments = retention::prune(&context.environments(), &limits, now)?;
    removed.runs.extend(environments.runs);
    removed.bytes += environments.bytes;
    Ok(removed)
}

fn limits(context: &Context) -> Result<Limits, CommandError> {
    let project = testyard_project::load(&request(context, &Selection::default()))?;
    let retention = project.retention();
    Ok(Limits { age: Some(retention.age), runs: Some(retention.runs), bytes: Some(retention.bytes) })
}

/// One shared cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    /// What it holds: the name of its folder.
    pub name: String,
    /// Its folder.
    pub path: PathBuf,
    /// How many entries it has.
    pub entries: usize,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The caches that projects share.
pub fn caches(context: &Context) -> Vec<Cache> {
    let folders = fs::read_dir(&context.cache).into_iter().flatten().flatten();
    let mut caches: Vec<Cache> = folders
        .filter(|entry| entry.path().is_dir())
        .map(|entry| Cache {
            name: entry.file_name().to_string_lossy().into_owned(),
            entries: fs::read_dir(entry.path()).map_or(0, Iterator::count),
            bytes: testyard_sys::files::size(&entry.path()),
            path: entry.path(),
        })
        .collect();
    caches.sort_by(|a, b| a.name.cmp(&b.name));
    caches
}

/// Empties the shared caches. Refused while any run of this user is going on: it may be using them.
pub fn empty_caches(context: &Context) -> Result<Vec<Cache>, CommandError> {
    if let Some(run) = crate::registry::running(context).into_iter().next() {
        return Err(CommandError::Busy { what: "the cache".to_owned(), run: run.run() });
    }
    let caches = caches(context);
    caches.iter().try_for_each(|cache| remove(&cache.path))?;
    Ok(caches)
}

fn remove(path: &Path) -> Result<(), CommandError> {
    testyard_sys::files::remove_tree(path).map_err(|error| CommandError::Blocked {
        message: format!("{}: {error}", path.display()),
        help: "remove it by hand".to_owned(),
    })
}

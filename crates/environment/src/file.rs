//! `environment.json` in the run folder: what another `testyard` needs to know about services that are up.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use testyard_model::plan::Engine;
use testyard_sys::files;

use crate::network::rewrite::Rewriter;

/// The file's name in the run folder.
const NAME: &str = "environment.json";

/// The format's version; it rises when a meaning changes.
const FORMAT: u32 = 1;

/// The environment of one run, as its supervisor last wrote it. Whether it still runs is told by its door, not by
/// this file: [`EnvironmentFile::is_alive`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentFile {
    /// The format's version.
    pub format: u32,
    /// The run it belongs to.
    pub run: String,
    /// Where the keeper answers, for [`testyard_sys::keeper::Keeper::visit`].
    pub door: PathBuf,
    /// The scratch folder, to remove when the run has left it behind.
    pub scratch: PathBuf,
    /// Whether service names resolve inside.
    pub private_hosts: bool,
    /// Whether the services have a network of their own.
    pub private_network: bool,
    /// The folders of the services' own tools (`psql`, `redis-cli`), to put on the search path.
    pub path: Vec<PathBuf>,
    /// How variables are rewritten.
    rewriter: Rewriter,
    /// The services, in the order of the plan.
    pub services: Vec<ServiceEntry>,
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceEntry {
    /// Its name.
    pub name: String,
    /// What brought it up.
    pub engine: Engine,
    /// How far it is.
    pub state: ServiceState,
    /// What runs, `PostgreSQL 16.4`; empty before it is known.
    pub program: String,
    /// Where it is reached, `host:port`, from within the run.
    pub address: String,
    /// Its published ports, `localhost:5433 -> 5432`.
    pub published: Vec<String>,
    /// Its log, relative to the run folder.
    pub log: Option<PathBuf>,
}

/// How far a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceState {
    /// On its way.
    Starting,
    /// It is up.
    Ready,
    /// It never came up, or ended by itself.
    Broken,
    /// It was taken down.
    Stopped,
}

impl ServiceState {
    /// The word that `ps` prints.
    pub fn word(self) -> &'static str {
        match self {
            ServiceState::Starting => "starting",
            ServiceState::Ready => "ready",
            ServiceState::Broken => "broken",
            ServiceState::Stopped => "stopped",
        }
    }
}

impl EnvironmentFile {
    /// An environment without services.
    pub(crate) fn new(run: &str, door: &Path, scratch: &Path) -> EnvironmentFile {
        EnvironmentFile {
            format: FORMAT,
            run: run.to_owned(),
            door: door.to_owned(),
            scratch: scratch.to_owned(),
            private_hosts: false,
            private_network: false,
            path: Vec::new(),
            rewriter: Rewriter::default(),
            services: Vec::new(),
        }
    }

    /// Reads the file; see [`EnvironmentFile::of`] for its place in a run folder.
    pub fn read(path: &Path) -> io::Result<EnvironmentFile> {
        let file: EnvironmentFile = serde_json::from_slice(&std::fs::read(path)?)?;
        if file.format > FORMAT {
            let newer = format!(
                "{NAME} has format {}, made by a newer testyard; this one knows {FORMAT}",
                file.format
            );
            return Err(io::Error::new(io::ErrorKind::Unsupported, newer));
        }
        Ok(file)
    }

    /// The environment of a run; none when the run has none.
    pub fn of(run_folder: &Path) -> io::Result<Option<EnvironmentFile>> {
        match EnvironmentFile::read(&run_folder.join(NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// The variables as processes beside the services need them: rewritten where names or ports could not be had, and
    /// with the services' own tools at the end of the search path, where the caller has none of that name.
    pub fn variables(&self, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut variables = self.rewriter.variables(given);
        let path = variables.entry("PATH".to_owned()).or_default();
        for folder in &self.path {
            if !path.is_empty() {
                path.push(':');
            }
            path.push_str(&folder.display().to_string());
        }
        variables
    }

    /// Whether its keeper answers. All services of an environment that does not are gone.
    pub fn is_alive(&self) -> bool {
        testyard_sys::keeper::Keeper::is_home(&self.door)
    }

    pub(crate) fn rewritten_by(&mut self, rewriter: &Rewriter) {
        self.rewriter = rewriter.clone();
    }

    pub(crate) fn write(&self, run_folder: &Path) -> io::Result<()> {
        files::write_atomic(&run_folder.join(NAME), &serde_json::to_vec_pretty(self)?)
    }

    pub(crate) fn set(&mut self, service: &str, state: ServiceState) {
        if let Some(entry) = self.services.iter_mut().find(|entry| entry.name == service) {
            entry.state = state;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_format_is_refused_and_a_missing_file_is_not_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(EnvironmentFile::of(folder.path()).unwrap(), None);
        let mut file = EnvironmentFile::new("r", Path::new("/d"), Path::new("/s"));
        file.write(folder.path()).unwrap();
        assert_eq!(EnvironmentFile::of(folder.path()).unwrap(), Some(file.clone()));
        assert!(!file.is_alive());
        file.format = FORMAT + 1;
        file.write(folder.path()).unwrap();
        assert_eq!(EnvironmentFile::of(folder.path()).unwrap_err().kind(), io::ErrorKind::Unsupported);
    }

    #[test]
    fn the_callers_own_tools_come_first() {
        let mut file = EnvironmentFile::new("r", Path::new("/d"), Path::new("/s"));
        file.path = vec!["/pg/bin".into()];
        let path = |given: &[(&str, &str)]| {
            let given = given.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            file.variables(&given)["PATH"].clone()
        };
        assert_eq!(path(&[("PATH", "/bin")]), "/bin:/pg/bin");
        assert_eq!(path(&[]), "/pg/bin");
    }
}

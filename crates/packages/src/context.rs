//! What every job of this room is given ([`Context`]) and how it fails ([`Failure`]).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use testyard_model::secret::Masker;
use testyard_model::{CheckId, Emit};
use testyard_sys::keeper::Keeper;

/// What every job of this room is given.
#[derive(Clone)]
pub struct Context {
    /// Starts the tools. Plain: they need the machine's own network and files.
    pub keeper: Keeper,
    /// Takes the events of the checks.
    pub emit: Arc<dyn Emit>,
    /// The user's cache folder; shared by all projects and runs.
    pub cache: PathBuf,
    /// The environment the tools run in: the caller's own, whole, so that their configuration holds.
    pub variables: BTreeMap<String, String>,
    /// Where the output of each tool is kept.
    pub log_folder: PathBuf,
    /// What must not appear in logs and evidence.
    pub masker: Masker,
    /// Never ask the network.
    pub offline: bool,
}

impl Context {
    /// The value of a variable of the caller's environment; an empty one counts as unset.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The folders of the caller's `PATH`.
    pub(crate) fn path(&self) -> Vec<PathBuf> {
        self.variable("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default()
    }

    /// The first executable of that name on the caller's `PATH`.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        self.programs(name).into_iter().next()
    }

    /// Every executable of that name on the caller's `PATH`.
    pub(crate) fn programs(&self, name: &str) -> Vec<PathBuf> {
        let path = self.variable("PATH").unwrap_or_default();
        testyard_sys::which::find_all(name, path.as_ref()).collect()
    }

    /// The caller's environment with some variables set on top.
    pub(crate) fn with(&self, more: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut variables = self.variables.clone();
        variables.extend(more.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        variables
    }
}

/// Why something could not be provided or prepared: the infrastructure did not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{check} failed: {}", evidence.first().map_or("for no known reason", String::as_str))]
pub struct Failure {
    /// The check that broke; it blocks whatever depends on it.
    pub check: CheckId,
    /// The decisive lines, secrets masked; the last says what to do, where that is known.
    pub evidence: Vec<String>,
}

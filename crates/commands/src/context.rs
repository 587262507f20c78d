//! What every verb is given: the project's folder, the caller's variables, and where things are kept.

use std::collections::BTreeMap;
use std::path::PathBuf;

use testyard_journal::Store;
use testyard_model::Plan;
use testyard_model::secret::Masker;

/// What every verb is given. Whoever calls a verb fills it in; no verb asks the process itself.
#[derive(Debug, Clone)]
pub struct Context {
    /// The project's folder, absolute.
    pub root: PathBuf,
    /// The folder the caller stood in, absolute: paths on the command line are relative to it.
    pub folder: PathBuf,
    /// The caller's environment.
    pub variables: BTreeMap<String, String>,
    /// `KEY=VALUE` pairs from the command line, split.
    pub overrides: Vec<(String, String)>,
    /// The program to run as a keeper and as a supervisor: this one.
    pub program: PathBuf,
    /// Caches that projects share.
    pub cache: PathBuf,
    /// Small files that live as long as the machine is up.
    pub runtime: PathBuf,
}

impl Context {
    /// The project's folder as the caller names it, for paths that start where the caller stands; empty when that is the
    /// project's folder itself.
    pub fn prefix(&self) -> String {
        let inside = self.root.strip_prefix(&self.folder);
        inside.map_or(String::new(), |path| path.to_string_lossy().into_owned())
    }

    /// The project's runs.
    pub fn runs(&self) -> Store {
        Store::runs_of(&self.root)
    }

    /// The project's environments: what `up` brought up.
    pub fn environments(&self) -> Store {
        Store::environments_of(&self.root)
    }

    /// What must not appear in any output about this plan: its own secrets, and the caller's, which tests inherit.
    pub fn masker(&self, plan: &Plan) -> Masker {
        let mut masker = plan.masker();
        masker.learn(&self.variables);
        masker
    }
}

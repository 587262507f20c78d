//! The Python that suites run in: an environment that exists, or one of our own per project and content.
//!
//! What lives here: [`prepare`], choosing an interpreter, making the environment, and installing what the project
//! declares. What does not: finding out what it declares (the plan says it), and set-up commands of suites.

mod declared;
mod existing;
mod install;
mod interpreter;
mod key;
mod lacking;
mod locked;
mod own;
mod specifier;
mod venv;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use testyard_model::plan::PythonPlan;

use crate::context::{Context, Failure};

/// A Python environment, ready for a suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonEnvironment {
    /// Its interpreter.
    pub interpreter: PathBuf,
    /// The folder of its executables.
    pub bin: PathBuf,
    /// Variables that make it the active one: `VIRTUAL_ENV`, and `PATH` with its executables in front.
    pub variables: BTreeMap<String, String>,
    /// What it is, for people: `Python 3.11.7 in /home/me/project/.venv`.
    pub description: String,
}

impl PythonEnvironment {
    fn at(context: &Context, folder: &Path, description: String) -> PythonEnvironment {
        let bin = folder.join("bin");
        PythonEnvironment {
            interpreter: bin.join("python"),
            variables: active(context, folder),
            bin,
            description,
        }
    }
}

/// Makes sure of the environment that the suites' Python needs.
///
/// An existing environment is used as it is, and never changed. Else one of our own is made for this project, its
/// interpreters and the content of its declarations, and used again until one of these changes. Checks:
/// `prepare/python` for the environment, `prepare/<file>` for each declaration, `prepare/pytest` where the project
/// declares no pytest.
pub async fn prepare(plan: &PythonPlan, context: &Context) -> Result<PythonEnvironment, Failure> {
    let mut context = context.clone();
    context.offline |= plan.offline;
    match &plan.existing {
        Some(folder) => existing::check(&context, folder).await,
        None => own::prepare(&context, plan).await,
    }
}

/// The variables that make an environment the active one.
fn active(context: &Context, folder: &Path) -> BTreeMap<String, String> {
    let path = std::iter::once(folder.join("bin")).chain(context.path());
    let path = std::env::join_paths(path).unwrap_or_else(|_| folder.join("bin").into());
    BTreeMap::from([
        ("VIRTUAL_ENV".to_owned(), folder.display().to_string()),
        ("PATH".to_owned(), path.to_string_lossy().into_owned()),
    ])
}

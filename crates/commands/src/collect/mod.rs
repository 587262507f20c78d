//! `testyard collect`: which tests exist, said without running Python.

mod apply;
mod compare;
mod settings;
pub(crate) mod verify;

use std::path::PathBuf;

use serde::Serialize;
use testyard_model::Collection;
use testyard_model::collection::Verification;
use testyard_python::Settings;

use crate::{CommandError, Context};

/// What is to be collected.
#[derive(Debug, Clone, Default)]
pub struct CollectRequest {
    /// Files and folders, relative to the caller's folder; what pytest would take when empty.
    pub paths: Vec<PathBuf>,
    /// The interpreter of the environment that the tests will run in, relative to the caller's folder; the one that
    /// the project has when not said.
    pub python: Option<PathBuf>,
    /// Ask pytest as well, and say where it differs.
    pub verify: bool,
    /// Say what was gained and lost since this revision.
    pub compare: Option<String>,
    /// Work out what would put things right.
    pub fix: bool,
    /// With stubs for what is not written yet.
    pub scaffold: bool,
    /// Write it.
    pub apply: bool,
    /// Only what these changes can affect.
    pub changed: Option<Changed>,
    /// Read every file again, and keep nothing.
    pub no_cache: bool,
}

/// What a run or a collection is narrowed by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// What differs from this revision.
    Since(String),
    /// These files, relative to the project; they may be gone.
    Saved(Vec<String>),
}

impl Changed {
    /// Since when.
    pub(crate) fn since(&self) -> &str {
        match self {
            Changed::Since(revision) => revision,
            Changed::Saved(_) => "the run before",
        }
    }
}

/// Collects the tests of a project. Nothing is started unless pytest is to be asked, and nothing is written but the cache
/// of what was read, and what is to be put right.
///
/// # Errors
/// When a path is not there or lies outside of the project, or git does not know the revision.
pub fn collect(context: &Context, request: &CollectRequest) -> Result<Collection, CommandError> {
    let settings = settings::settings(context, request)?;
    let mut collection = testyard_python::collect(&settings);
    if request.apply {
        apply::apply(&context.root, &collection.changes)?;
    }
    if let Some(revision) = &request.compare {
        collection.comparison = Some(compare::compare(context, &settings, &collection, revision)?);
    }
    if request.verify {
        let python = settings.environment.as_ref().map(|folder| folder.join("bin/python"));
        let python = python.ok_or_else(|| CommandError::Usage {
            message: "there is no environment to ask pytest in".to_owned(),
            help: "name its interpreter: --python .venv/bin/python".to_owned(),
        })?;
        let paths = verified_paths(request, &settings, &collection);
        // Without a path pytest would collect everything.
        let nothing = collection.impact.is_some() && paths.is_empty();
        collection.verification = Some(match nothing {
            true => Verification::default(),
            false => verify::verify(&python, &settings.root, &settings.folder, &paths, &collection)?,
        });
    }
    Ok(collection)
}

/// What pytest is asked to collect: what was asked for, in its own words.
fn verified_paths(request: &CollectRequest, settings: &Settings, collection: &Collection) -> Vec<String> {
    match &collection.impact {
        Some(_) => {
            let files = collection.files.iter().filter_map(|file| file.strip_prefix(&settings.folder).ok());
            files.map(|file| file.display().to_string()).collect()
        }
        None if request.paths.is_empty() => Vec::new(),
        None => settings.paths.clone(),
    }
}

//! `testyard init`: writes what was discovered as a commented `testyard.toml`, and files for others who are to run the
//! project. One file a target.

mod agent;
mod ci;
mod config;
mod gitlab;
mod site;
mod yaml;

use std::path::PathBuf;

use crate::{CommandError, Context};
use site::{Draft, Site};

/// For whom `init` can write something beside `testyard.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// GitHub Actions: a workflow.
    Ci,
    /// GitLab CI: a pipeline.
    Gitlab,
    /// Coding agents: a section of the files they read.
    Agent,
}

/// What is to be written.
#[derive(Debug, Clone, Default)]
pub struct InitRequest {
    /// Whether what exists is overwritten.
    pub force: bool,
    /// For whom. With any, a `testyard.toml` that exists stays as it is; without, it is what is to be written.
    pub with: Vec<Target>,
}

/// Writes the files and returns their paths. Either all of them can be written, or none is: an existing one stays unless
/// it is to be overwritten.
pub fn init(context: &Context, request: &InitRequest) -> Result<Vec<PathBuf>, CommandError> {
    let mut drafts = Vec::new();
    if request.with.is_empty() || !config::path(context).exists() {
        drafts.push(config::draft(context, request.force)?);
    }
    if !request.with.is_empty() {
        let site = Site::of(context, request.force)?;
        let (mut targets, mut known) = (request.with.clone(), Vec::new());
        targets.retain(|target| {
            !known.contains(target) && {
                known.push(*target);
                true
            }
        });
        for target in targets {
            drafts.extend(target.drafts(&site)?);
        }
    }
    drafts.into_iter().map(Draft::write).collect()
}

impl Target {
    fn drafts(self, site: &Site) -> Result<Vec<Draft>, CommandError> {
        match self {
            Target::Ci => Ok(vec![ci::draft(site)?]),
            Target::Gitlab => Ok(vec![gitlab::draft(site)?]),
            Target::Agent => agent::drafts(site),
        }
    }
}

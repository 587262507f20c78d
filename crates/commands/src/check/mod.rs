//! `testyard check`: what will break, said before anything is built or started.

mod contexts;
mod known;

use std::path::{Path, PathBuf};

use testyard_inspect::{CloneError, FreshClone, Request, Scene};
use testyard_model::Inspection;
use testyard_report::check::Described;

use crate::{CommandError, Context};

pub use contexts::{Contexts, contexts};
pub use testyard_inspect::Linter;
pub use testyard_model::Severity;
pub use testyard_project::config::Threshold;

/// What is to be inspected, and which findings count.
#[derive(Debug, Clone, Default)]
pub struct CheckRequest {
    /// Files and folders, relative to the caller's folder; the whole project when empty.
    pub paths: Vec<PathBuf>,
    /// From which severity on the check fails; `[check] fail-on` when not said, else errors.
    pub fail_on: Option<Threshold>,
    /// A document of an earlier check whose findings are left out, relative to the caller's folder.
    pub baseline: Option<PathBuf>,
    /// A git revision whose findings are left out.
    pub diff: Option<String>,
    /// Whether git's index is inspected instead of the folder.
    pub clone_proof: bool,
    /// Linters to run as well.
    pub with: Vec<Linter>,
    /// Whether the machine is inspected too.
    pub host: bool,
}

/// What an inspection came to.
#[derive(Debug)]
pub struct Checked {
    /// What was found, without what was known before.
    pub inspection: Inspection,
    /// Whether a finding reaches the threshold.
    pub failed: bool,
    /// How many findings were left out because they were known before.
    pub known: usize,
    /// The project's folder as seen from the caller's; empty when they are the same or lie apart.
    pub prefix: String,
}

/// Inspects a project. Nothing is started but `git` and the linters that were asked for, and nothing is written.
///
/// # Errors
/// When a path, a baseline or a revision is not there, or a linter is not installed.
pub fn check(context: &Context, request: &CheckRequest) -> Result<Checked, CommandError> {
    let paths = paths(context, &request.paths)?;
    let clone = request.clone_proof.then(|| FreshClone::of_index(&context.root)).transpose()?;
    let root = clone.as_ref().map_or(context.root.as_path(), FreshClone::root);
    let scene = Scene::open(root, context.variables.clone(), &context.overrides);
    let mut inspection =
        testyard_inspect::check(&scene, &Request { paths, host: request.host, with: request.with.clone() })?;
    let before = inspection.findings.len();
    if let Some(file) = &request.baseline {
        known::leave_out(&mut inspection, &known::of_document(&context.folder.join(file))?);
    }
    if let Some(revision) = &request.diff {
        known::leave_out(&mut inspection, &known::of_revision(context, revision)?);
    }
    let threshold = request.fail_on.or(scene.check_config().fail_on);
    let failed = match threshold.unwrap_or(Threshold::At(Severity::Error)) {
        Threshold::At(severity) => inspection.reaches(severity),
        Threshold::Never => false,
    };
    let known = before - inspection.findings.len();
    Ok(Checked { failed, known, prefix: context.prefix(), inspection })
}

/// The paths relative to the project; each must be there and lie in it.
fn paths(context: &Context, typed: &[PathBuf]) -> Result<Vec<String>, CommandError> {
    let usage = |path: &Path, what: &str| CommandError::Usage {
        message: format!("{} {what}", path.display()),
        help: "name files and folders of the project".to_owned(),
    };
    let each = |path: &PathBuf| {
        let there = context.folder.join(path).canonicalize().map_err(|_| usage(path, "does not exist"))?;
        let inside = there.strip_prefix(&context.root).map_err(|_| usage(path, "is not in the project"))?;
        Ok(inside.to_string_lossy().into_owned())
    };
    typed.iter().map(each).collect()
}

impl From<CloneError> for CommandError {
    fn from(error: CloneError) -> CommandError {
        let help = match &error {
            CloneError::NoRepository(_) => "run it inside a git repository, with git installed",
            CloneError::NoRevision(_) => {
                "name a commit, a branch or a tag: `git log --oneline` lists commits"
            }
            CloneError::Failed(_) => {
                return CommandError::Blocked {
                    message: error.to_string(),
                    help: "see whether the folder for temporary files has room".to_owned(),
                };
            }
        };
        CommandError::Usage { message: error.to_string(), help: help.to_owned() }
    }
}

impl From<testyard_inspect::LinterError> for CommandError {
    fn from(error: testyard_inspect::LinterError) -> CommandError {
        let help = "install it, or leave it out of --with".to_owned();
        CommandError::Blocked { message: error.to_string(), help }
    }
}

/// The rule of a code, or what a reader means by it.
///
/// # Errors
/// When there is no such code.
pub fn explain(code: &str) -> Result<Described, CommandError> {
    let found = rules().into_iter().find(|rule| rule.code.eq_ignore_ascii_case(code));
    found.ok_or_else(|| CommandError::Usage {
        message: format!("there is no rule {code}"),
        help: "docs/rules.md lists every code; they look like TY-CX001".to_owned(),
    })
}

/// Every code, each with its page: those of the rules, then those of the readers, in their order.
pub fn rules() -> Vec<Described> {
    let rules = testyard_inspect::all().map(|rule| Described {
        code: rule.code.to_owned(),
        title: rule.title.to_owned(),
        severity: Some(rule.severity),
        page: rule.page(),
    });
    let told = testyard_inspect::told().into_iter().map(|(code, meaning)| Described {
        code: code.to_owned(),
        title: meaning.to_owned(),
        severity: None,
        page: format!("{meaning}."),
    });
    let mut all: Vec<Described> = rules.chain(told).collect();
    all.sort_by(|a, b| a.code.cmp(&b.code));
    all
}

//! What every target of `init` is given: the plan, and where the project lies in its repository.

use std::path::{Path, PathBuf};

use testyard_model::Plan;

use crate::plan::{Selection, plan};
use crate::{CommandError, Context};

/// Files by which Python's dependencies are told: what was installed for them is still right as long as none changes.
const DECLARED: [&str; 5] = ["uv.lock", "poetry.lock", "requirements*.txt", "pyproject.toml", "setup.py"];

/// A project, as those see it who are to run it elsewhere.
pub(super) struct Site {
    /// What a run does.
    pub(super) plan: Plan,
    /// The folder of the repository, where CI systems look for their files; the project's own where there is none.
    pub(super) repository: PathBuf,
    /// The project's folder in the repository, with slashes; empty when it is the same.
    pub(super) prefix: String,
    force: bool,
}

/// A file that is to be written.
pub(super) struct Draft {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Site {
    pub(super) fn of(context: &Context, force: bool) -> Result<Site, CommandError> {
        let plan = plan(context, &Selection::default())?;
        let repository = context.root.ancestors().find(|folder| folder.join(".git").exists());
        let repository = repository.unwrap_or(&context.root).to_owned();
        let prefix = context.root.strip_prefix(&repository).unwrap_or(Path::new(""));
        Ok(Site { plan, prefix: prefix.to_string_lossy().into_owned(), repository, force })
    }

    /// A file of the repository that nobody wrote yet, or that is to be overwritten.
    pub(super) fn new_file(&self, name: &str, text: impl FnOnce() -> String) -> Result<Draft, CommandError> {
        new_file(self.repository.join(name), self.force, || Ok(text()))
    }

    /// A path of the project as the repository's root sees it.
    pub(super) fn path(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) }
    }

    /// The names of the suites, each once to be run by itself; none when there are not several.
    pub(super) fn parts(&self) -> Vec<&str> {
        let names: Vec<&str> = self.plan.suites.iter().map(|suite| suite.name.as_str()).collect();
        if names.len() > 1 { names } else { Vec::new() }
    }

    /// What decides which programs and packages a run needs: paths and patterns from the repository's root. Those with
    /// signs that mean something to a CI system are left out: a key without them is coarser, never wrong.
    pub(super) fn inputs(&self) -> Vec<String> {
        let plain = |c: char| c.is_alphanumeric() || " ._-/+@*".contains(c);
        let read = self.plan.project.files.iter().filter(|file| file.is_relative());
        let read = read.map(|file| file.to_string_lossy().into_owned());
        let mut files: Vec<String> = DECLARED.map(str::to_owned).into_iter().chain(read).collect();
        files.sort();
        files.dedup();
        files.iter().map(|file| self.path(file)).filter(|path| path.chars().all(plain)).collect()
    }

    /// The project's name, for a comment.
    pub(super) fn name(&self) -> String {
        self.plan.project.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }
}

impl Draft {
    /// Writes it and returns its path.
    pub(super) fn write(self) -> Result<PathBuf, CommandError> {
        let written = self.path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let written =
            written.and_then(|()| testyard_sys::files::write_atomic(&self.path, self.text.as_bytes()));
        written.map_err(|error| CommandError::Blocked {
            message: format!("{}: {error}", self.path.display()),
            help: "make the project's folder writable".to_owned(),
        })?;
        Ok(self.path)
    }
}

/// A file that is not there, or is to be overwritten. Its text is only made then.
pub(super) fn new_file(
    path: PathBuf,
    force: bool,
    text: impl FnOnce() -> Result<String, CommandError>,
) -> Result<Draft, CommandError> {
    if path.exists() && !force {
        return Err(CommandError::Usage {
            message: format!("{} exists already", path.display()),
            help: "look at it, or write it anew with --force".to_owned(),
        });
    }
    Ok(Draft { text: text()?, path })
}

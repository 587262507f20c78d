//! The tools that install Python packages: uv, and pip in one of its forms.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::context::Context;
use crate::tool;

/// How long a tool may take to say whether it is there, on a machine that is busy with other things.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// A tool that installs Python packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Installer {
    /// uv.
    Uv(PathBuf),
    /// pip, as a module of this interpreter.
    Pip(PathBuf),
}

impl Installer {
    pub(crate) fn is_uv(&self) -> bool {
        matches!(self, Installer::Uv(_))
    }

    /// What is executed.
    pub(crate) fn program(&self) -> &Path {
        match self {
            Installer::Uv(program) | Installer::Pip(program) => program,
        }
    }

    /// The first arguments of an installation: no questions, no progress bars, no advice.
    pub(crate) fn install(&self) -> Vec<OsString> {
        let arguments: &[&str] = match self {
            Installer::Uv(_) => &["--no-progress", "--color", "never", "pip", "install"],
            Installer::Pip(_) => &[
                "-m",
                "pip",
                "--disable-pip-version-check",
                "--no-input",
                "--no-color",
                "install",
                "--progress-bar",
                "off",
            ],
        };
        arguments.iter().map(OsString::from).collect()
    }
}

/// uv, when it is on the caller's `PATH`.
pub(crate) fn uv(context: &Context) -> Option<PathBuf> {
    context.program("uv")
}

/// The tools that can unpack a wheel, in the order to try them.
pub(crate) async fn for_wheels(context: &Context) -> Vec<Installer> {
    let mut found: Vec<Installer> = uv(context).map(Installer::Uv).into_iter().collect();
    for name in ["python3", "python"] {
        for python in context.programs(name) {
            if let Some(python) = with_pip(context, &python).await {
                found.push(Installer::Pip(python));
                return found;
            }
        }
    }
    found
}

/// The interpreter itself behind a name, when it has pip. A version manager's shim would do more than install: pyenv's
/// writes all of its shims anew after every installation, under a lock that waits a minute for one that was killed.
async fn with_pip(context: &Context, python: &Path) -> Option<PathBuf> {
    let question = ["-c", "import pip, sys; print(sys.executable)"];
    let answer = tool::ask(context, python, &question, &context.variables, ANSWERS_WITHIN).await;
    let answer = answer.ok().filter(|answer| answer.ok)?;
    let executable = PathBuf::from(answer.stdout.trim());
    // An embedded Python may not know what it is executed as.
    Some(if executable.is_absolute() { executable } else { python.to_owned() })
}

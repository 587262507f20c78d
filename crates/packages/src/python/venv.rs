//! Making an empty environment: with uv, or with the interpreter's own `venv`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use testyard_model::plan::PythonPlan;
use testyard_sys::lock;

use super::existing;
use super::interpreter::{self, Interpreter};
use super::lacking;
use super::specifier::{self, Fit};
use crate::attempt;
use crate::context::Context;
use crate::decisive;
use crate::installer::{self, Installer};
use crate::progress::Check;
use crate::tool::{Done, Job, Log, Work};

/// How long making an environment may take. uv may have to fetch an interpreter.
const MADE_WITHIN: Duration = Duration::from_secs(300);

/// What an environment is made with.
pub(super) struct Tools {
    /// uv, when it is there or was fetched because the plan needs it.
    pub(super) uv: Option<PathBuf>,
    /// This machine's interpreters, the best first.
    interpreters: Vec<Interpreter>,
}

/// An environment that was made.
pub(super) struct Made {
    /// The version of its Python.
    pub(super) version: String,
    /// What made it: `uv`, `venv`.
    pub(super) by: &'static str,
    /// What is worth knowing about it.
    pub(super) notes: Vec<String>,
}

impl Tools {
    /// Finds the tools. `Err` says what is missing.
    pub(super) async fn gather(
        context: &Context,
        check: &Check<'_>,
        plan: &PythonPlan,
    ) -> Result<Tools, Vec<String>> {
        check.now("choosing an interpreter");
        let interpreters = check.watch(interpreter::choose(context, plan.version.as_deref())).await;
        let mut uv = installer::uv(context);
        if uv.is_none() && plan.as_of.is_some() {
            uv = Some(fetch_uv(context, check, interpreters.first()).await?);
        }
        let tools = Tools { uv, interpreters };
        if tools.uv.is_none() && tools.accepted().is_none() {
            return Err(lacking::evidence(plan, &tools.interpreters, None));
        }
        Ok(tools)
    }

    /// The best interpreter of this machine, if the project accepts it.
    fn accepted(&self) -> Option<&Interpreter> {
        self.interpreters.first().filter(|one| one.fit != Fit::Refused)
    }

    /// What installs packages into the environment.
    pub(super) fn installer(&self, folder: &Path) -> Installer {
        match &self.uv {
            Some(uv) => Installer::Uv(uv.clone()),
            None => Installer::Pip(folder.join("bin/python")),
        }
    }
}

/// uv from the index, in an environment of its own in the cache: only it can resolve as an index stood on a day.
async fn fetch_uv(
    context: &Context,
    check: &Check<'_>,
    interpreter: Option<&Interpreter>,
) -> Result<PathBuf, Vec<String>> {
    let folder = context.cache.join("tools/uv");
    let uv = folder.join("bin/uv");
    let text = |error: std::io::Error| vec![format!("{}: {error}", folder.display())];
    std::fs::create_dir_all(context.cache.join("tools")).map_err(text)?;
    let _held = check.watch(lock::lock(&folder.with_extension("lock"))).await.map_err(text)?;
    if uv.is_file() {
        return Ok(uv);
    }
    let help = "help: `as-of` needs uv: install it, or leave `as-of` out".to_owned();
    let Some(interpreter) = interpreter.filter(|_| !context.offline) else {
        return Err(vec!["uv is not there and cannot be fetched".to_owned(), help]);
    };
    let log = Log::open(context, "prepare-uv");
    let job = Job { context, check, log: &log };
    check.now("fetching uv");
    let made = with_venv(job, &interpreter.path, &folder).await;
    let mut arguments = Installer::Pip(folder.join("bin/python")).install();
    arguments.push("uv".into());
    let done = if made.ok { run(job, folder.join("bin/python"), arguments).await } else { made };
    if done.ok && uv.is_file() {
        return Ok(uv);
    }
    let mut lines = decisive::lines(&done.lines);
    lines.push(help);
    Err(lines)
}

/// Makes an empty environment in `folder`. `Err` holds the decisive lines.
pub(super) async fn create(
    context: &Context,
    check: &Check<'_>,
    plan: &PythonPlan,
    tools: &Tools,
    folder: &Path,
) -> Result<Made, Vec<String>> {
    let log = Log::open(context, "prepare-python");
    let job = Job { context, check, log: &log };
    check.now("making the environment");
    let accepted = tools.accepted();
    let (done, by) = match (&tools.uv, accepted) {
        (Some(uv), accepted) => {
            // Where this machine has none that the project accepts, uv may find or fetch one itself.
            let path = accepted.map(|one| one.path.clone().into_os_string());
            let python =
                path.or_else(|| plan.version.as_deref().map(|asked| specifier::for_uv(asked).into()));
            (run(job, uv.clone(), uv_venv(job, python, folder)).await, "uv")
        }
        (None, Some(interpreter)) => (with_venv(job, &interpreter.path, folder).await, "venv"),
        (None, None) => return Err(lacking::evidence(plan, &tools.interpreters, None)),
    };
    if !done.ok {
        let mut lines = decisive::lines(&done.lines);
        return Err(match (by, accepted) {
            (_, None) => lacking::evidence(plan, &tools.interpreters, Some(lines)),
            ("venv", _) => {
                lines.push(
                    "help: install the interpreter's venv and pip (python3-venv on Debian), or uv".to_owned(),
                );
                lines
            }
            _ => {
                lines.push(
                    "help: see whether uv runs here, or take it off PATH: then venv is used".to_owned(),
                );
                lines
            }
        });
    }
    let told = check.watch(existing::ask(context, &folder.join("bin/python"))).await?;
    let notes = lacking::other_patch(plan, &told.version).into_iter().collect();
    Ok(Made { notes, version: told.version, by })
}

fn uv_venv(job: Job<'_>, python: Option<OsString>, folder: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        ["--no-progress", "--color", "never", "venv", "--no-project"].map(OsString::from).into();
    arguments.extend(job.context.offline.then(|| "--offline".into()));
    arguments.extend(python.into_iter().flat_map(|python| ["--python".into(), python]));
    arguments.push(folder.into());
    arguments
}

/// Debian parts `venv` from the pip it wants to put inside; then the interpreter's own pip puts one there.
async fn with_venv(job: Job<'_>, interpreter: &Path, folder: &Path) -> Done {
    let plain = |more: &[&str]| {
        let mut arguments: Vec<OsString> = ["-m", "venv"].iter().chain(more).map(OsString::from).collect();
        arguments.push(folder.into());
        arguments
    };
    let done = run(job, interpreter.to_owned(), plain(&["--clear"])).await;
    if done.ok || attempt::may_pass_next_time(&done.lines) {
        return done;
    }
    let bare = run(job, interpreter.to_owned(), plain(&["--clear", "--without-pip"])).await;
    if !bare.ok {
        return done;
    }
    let mut arguments: Vec<OsString> = ["-m", "pip", "--python"].map(OsString::from).into();
    arguments.push(folder.join("bin/python").into());
    arguments.extend(["install", "--disable-pip-version-check", "--no-input", "pip"].map(OsString::from));
    let with_pip = run(job, interpreter.to_owned(), arguments).await;
    // The first failure is the one that can be mended.
    if with_pip.ok { with_pip } else { done }
}

async fn run(job: Job<'_>, program: PathBuf, arguments: Vec<OsString>) -> Done {
    let variables = job.context.variables.clone();
    let work = Work { program, arguments, variables, folder: PathBuf::from("/"), limit: MADE_WITHIN };
    work.run(job).await
}

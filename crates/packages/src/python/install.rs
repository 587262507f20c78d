//! Installing what a project declares into an environment of our own, declaration by declaration.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use testyard_model::Phase;
use testyard_model::plan::{Install, InstallKind, PythonPlan};

use super::declared::{self, Wanted};
use super::venv::Tools;
use super::{active, existing, locked};
use crate::attempt;
use crate::context::{Context, Failure};
use crate::decisive;
use crate::installer::Installer;
use crate::progress::Check;
use crate::tool::{Job, Log, Work};

/// The pause before another attempt, times its number: a server that restarts needs a moment.
const PAUSE: Duration = Duration::from_millis(500);

/// An optional declaration that could not be installed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LeftOut {
    /// Its check, without the phase.
    pub(super) what: String,
    pub(super) why: String,
    pub(super) evidence: Vec<String>,
}

/// The work of filling one environment.
pub(super) struct Installing<'a> {
    pub(super) context: &'a Context,
    pub(super) plan: &'a PythonPlan,
    pub(super) tools: &'a Tools,
    /// The environment.
    pub(super) folder: &'a Path,
}

/// One command that installs something.
struct Step {
    program: PathBuf,
    arguments: Vec<OsString>,
    more: Vec<(&'static str, String)>,
}

impl Installing<'_> {
    /// Installs everything that the plan names, and pytest where none of it did. What is optional and cannot be
    /// installed is told and left out.
    pub(super) async fn all(&self) -> Result<Vec<LeftOut>, Failure> {
        let mut left_out = Vec::new();
        for install in &self.plan.install {
            left_out.extend(self.one(install).await?);
        }
        self.pytest().await?;
        Ok(left_out)
    }

    async fn one(&self, install: &Install) -> Result<Option<LeftOut>, Failure> {
        let what = self.name(install);
        let check = Check::start(self.context, Phase::Prepare, &what, &format!("installing {what}"));
        let log = Log::open(self.context, &format!("prepare-{what}"));
        match self.declaration(install, Job { context: self.context, check: &check, log: &log }).await {
            Ok(evidence) => {
                check.passed(evidence);
                Ok(None)
            }
            Err(mut evidence) if install.required => {
                evidence.extend(log.pointer());
                Err(check.blocked(evidence))
            }
            Err(evidence) => {
                let why = "optional, and could not be installed".to_owned();
                check.skipped(&why, evidence.clone());
                Ok(Some(LeftOut { what, why, evidence }))
            }
        }
    }

    /// The declaration's path as the project sees it.
    fn name(&self, install: &Install) -> String {
        install.file.strip_prefix(&self.plan.root).unwrap_or(&install.file).display().to_string()
    }

    /// Installs one declaration; returns how. `Err` holds the decisive lines.
    async fn declaration(&self, install: &Install, job: Job<'_>) -> Result<Vec<String>, Vec<String>> {
        match &install.kind {
            InstallKind::Requirements => {
                let arguments = ["-r".into(), install.file.clone().into_os_string()];
                self.attempts(self.packages(arguments), job).await
            }
            InstallKind::Listed { requirements } => {
                self.attempts(self.packages(requirements.iter().map(OsString::from)), job).await
            }
            InstallKind::UvLock { member, groups, extras } => {
                let folder = member.clone().unwrap_or_else(|| folder_of(&install.file));
                match &self.tools.uv {
                    Some(uv) => self.attempts(self.uv_sync(uv, &folder, groups, extras), job).await,
                    None => self.unlocked("uv", install, &folder, groups, extras, job).await,
                }
            }
            InstallKind::PoetryLock { groups, extras } => match self.context.program("poetry") {
                Some(poetry) => self.attempts(self.poetry(poetry, install, groups, extras), job).await,
                None => {
                    let folder = folder_of(&install.file);
                    self.unlocked("poetry", install, &folder, groups, extras, job).await
                }
            },
            InstallKind::Project { groups, extras } => {
                self.project(&install.file, groups, extras, None, job).await
            }
        }
    }

    /// A lock file whose tool is not there: the project in a folder is installed as it declares itself, in the locked
    /// versions.
    async fn unlocked(
        &self,
        tool: &str,
        install: &Install,
        folder: &Path,
        groups: &[String],
        extras: &[String],
        job: Job<'_>,
    ) -> Result<Vec<String>, Vec<String>> {
        let name = self.name(install);
        let (pins, note) = match locked::constraints(self.context, self.folder, &install.file).await {
            Ok(pins) => (Some(pins), format!("{tool} is not there: pip kept to the versions in {name}")),
            Err(why) => {
                let why = why.join("; ");
                (None, format!("{tool} is not there, and versions were resolved anew: {name}: {why}"))
            }
        };
        let file = folder.join("pyproject.toml");
        let done = self.project(&file, groups, extras, pins.as_deref(), job).await;
        done.map(|mut evidence| {
            evidence.push(note.clone());
            evidence
        })
        .map_err(|mut evidence| {
            evidence.push(note);
            evidence
        })
    }

    /// A project in editable form, within the constraints of a file where there is one; where it cannot be built, what
    /// it depends on.
    async fn project(
        &self,
        file: &Path,
        groups: &[String],
        extras: &[String],
        pins: Option<&Path>,
        job: Job<'_>,
    ) -> Result<Vec<String>, Vec<String>> {
        let pins: Vec<OsString> = pins.into_iter().flat_map(|pins| ["-c".into(), pins.into()]).collect();
        let mut arguments = pins.clone();
        arguments.extend([OsString::from("-e"), editable(file, extras)]);
        arguments.extend(self.grouped(file, groups).await?);
        let failed = match self.attempts(self.packages(arguments), job).await {
            Ok(evidence) => return Ok(evidence),
            Err(lines) => lines,
        };
        if attempt::may_pass_next_time(&failed) {
            return Err(failed);
        }
        let wanted = Wanted { project: true, extras, groups };
        let interpreter = self.folder.join("bin/python");
        let Ok(requirements) = declared::requirements(self.context, &interpreter, file, &wanted).await else {
            return Err(failed);
        };
        let mut evidence =
            vec!["the project itself cannot be built: only what it depends on was installed".to_owned()];
        if !requirements.is_empty() {
            let arguments = pins.into_iter().chain(requirements.into_iter().map(OsString::from));
            evidence.extend(self.attempts(self.packages(arguments), job).await?);
        }
        evidence.extend(failed);
        Ok(evidence)
    }

    /// The arguments that add dependency groups.
    async fn grouped(&self, file: &Path, groups: &[String]) -> Result<Vec<OsString>, Vec<String>> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = Wanted { project: false, extras: &[], groups };
        let interpreter = self.folder.join("bin/python");
        match declared::requirements(self.context, &interpreter, file, &wanted).await {
            Ok(requirements) => Ok(requirements.into_iter().map(OsString::from).collect()),
            // A Python before 3.11 without pip cannot read the file; uv can.
            Err(_) if self.tools.uv.is_some() => {
                let group =
                    |name: &String| ["--group".into(), OsString::from(format!("{}:{name}", file.display()))];
                Ok(groups.iter().flat_map(group).collect())
            }
            Err(lines) => Err(lines),
        }
    }

    /// pytest, where the project declares none.
    async fn pytest(&self) -> Result<(), Failure> {
        let told = existing::ask(self.context, &self.folder.join("bin/python")).await;
        if told.is_ok_and(|told| told.pytest) {
            return Ok(());
        }
        let check =
            Check::start(self.context, Phase::Prepare, "pytest", "installing pytest, which is not declared");
        let log = Log::open(self.context, "prepare-pytest");
        match self
            .attempts(
                self.packages(["pytest".into()]),
                Job { context: self.context, check: &check, log: &log },
            )
            .await
        {
            Ok(mut evidence) => {
                evidence.insert(0, "the project declares no pytest: the newest was installed".to_owned());
                check.passed(evidence);
                Ok(())
            }
            Err(mut evidence) => {
                evidence
                    .push("help: declare pytest where the project declares what its tests need".to_owned());
                Err(check.blocked(evidence))
            }
        }
    }

    /// Installs packages by pip's own words, which uv understands as well.
    fn packages(&self, words: impl IntoIterator<Item = OsString>) -> Step {
        let installer = self.tools.installer(self.folder);
        let mut arguments = installer.install();
        if installer.is_uv() {
            arguments.extend(["--python".into(), self.folder.join("bin/python").into_os_string()]);
        }
        arguments.extend(self.restrictions(&installer));
        arguments.extend(words);
        Step { program: installer.program().to_owned(), arguments, more: Vec::new() }
    }

    fn restrictions(&self, installer: &Installer) -> Vec<OsString> {
        let mut arguments = Vec::new();
        match installer {
            Installer::Uv(_) => {
                if self.context.offline {
                    arguments.push("--offline".into());
                }
                if let Some(day) = &self.plan.as_of {
                    arguments.extend(["--exclude-newer".into(), OsString::from(day)]);
                }
            }
            // pip has no cache that it could install from by itself; folders that the user has configured do serve.
            Installer::Pip(_) if self.context.offline => arguments.push("--no-index".into()),
            Installer::Pip(_) => {}
        }
        arguments
    }

    /// uv finds the lock of a workspace by itself, and installs the member in whose folder it is told to work.
    fn uv_sync(&self, uv: &Path, folder: &Path, groups: &[String], extras: &[String]) -> Step {
        let mut arguments: Vec<OsString> =
            ["--no-progress", "--color", "never", "sync", "--frozen", "--inexact"].map(OsString::from).into();
        if self.context.offline {
            arguments.push("--offline".into());
        }
        arguments.extend(["--project".into(), folder.into()]);
        arguments.extend(["--python".into(), self.folder.join("bin/python").into_os_string()]);
        arguments.extend(groups.iter().flat_map(|name| ["--group".into(), OsString::from(name)]));
        arguments.extend(extras.iter().flat_map(|name| ["--extra".into(), OsString::from(name)]));
        let more = vec![("UV_PROJECT_ENVIRONMENT", self.folder.display().to_string())];
        Step { program: uv.to_owned(), arguments, more }
    }

    /// Poetry installs into the environment that is active.
    fn poetry(&self, poetry: PathBuf, install: &Install, groups: &[String], extras: &[String]) -> Step {
        let mut arguments: Vec<OsString> =
            ["--no-interaction", "--no-ansi", "--directory"].map(OsString::from).into();
        arguments.push(folder_of(&install.file).into());
        arguments.push("install".into());
        if !groups.is_empty() {
            arguments.extend(["--with".into(), OsString::from(groups.join(","))]);
        }
        arguments.extend(extras.iter().flat_map(|name| ["--extras".into(), OsString::from(name)]));
        Step { program: poetry, arguments, more: Vec::new() }
    }

    /// Runs a step as often and as long as the plan allows, as long as another attempt may end otherwise.
    async fn attempts(&self, step: Step, job: Job<'_>) -> Result<Vec<String>, Vec<String>> {
        let timeouts = attempt::timeouts(&self.plan.timeouts_ms);
        let program = step.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let by = if self.tools.installer(self.folder).is_uv() || program != "python" {
            program
        } else {
            "pip".to_owned()
        };
        let mut last = Vec::new();
        for (at, limit) in timeouts.iter().enumerate() {
            if at > 0 {
                tokio::time::sleep(PAUSE * u32::try_from(at).unwrap_or(1)).await;
            }
            let number = format!("attempt {} of {}", at + 1, timeouts.len());
            job.check.now(format!("{by}, {number}"));
            let done = self.work(&step, *limit).run(job).await;
            if done.ok {
                let again = if at > 0 { format!(", {number}") } else { String::new() };
                return Ok(vec![format!("installed by {by}{again}")]);
            }
            last = decisive::lines(&done.lines);
            if !attempt::may_pass_next_time(&done.lines) {
                return Err(last);
            }
            last.push(format!("{by}: {number} failed"));
        }
        Err(last)
    }

    fn work(&self, step: &Step, limit: Duration) -> Work {
        let mut variables = self.context.with(&[("PIP_USER", "0"), ("PIP_REQUIRE_VIRTUALENV", "0")]);
        variables.extend(active(self.context, self.folder));
        variables.extend(step.more.iter().map(|(name, value)| (name.to_string(), value.clone())));
        Work {
            program: step.program.clone(),
            arguments: step.arguments.clone(),
            variables,
            // Paths in requirement files are relative to where pip is run.
            folder: self.plan.root.clone(),
            limit,
        }
    }
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("/")).to_owned()
}

/// `/project[dev,test]`.
fn editable(file: &Path, extras: &[String]) -> OsString {
    let mut word = folder_of(file).into_os_string();
    if !extras.is_empty() {
        word.push(format!("[{}]", extras.join(",")));
    }
    word
}

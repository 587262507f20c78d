//! Other linters, run on request, and their findings in the words of this project. Their rules are not repeated here.

mod hadolint;
mod shellcheck;

use std::ffi::OsString;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use testyard_model::{Finding, Place, Severity};
use testyard_sys::{tool, which};

use crate::scene::Scene;

/// A linter that can be run as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linter {
    /// hadolint, for Dockerfiles.
    Hadolint,
    /// ShellCheck, for shell scripts.
    Shellcheck,
}

/// Why a linter told nothing.
#[derive(Debug, thiserror::Error)]
pub enum LinterError {
    /// It is not installed.
    #[error("{0} is not installed")]
    Missing(&'static str),
    /// It failed, or what it printed is not what it documents.
    #[error("{0} failed: {1}")]
    Failed(&'static str, String),
}

impl Linter {
    /// The name of its program.
    pub fn program(self) -> &'static str {
        match self {
            Linter::Hadolint => "hadolint",
            Linter::Shellcheck => "shellcheck",
        }
    }

    /// What it finds in the files that are its own.
    ///
    /// # Errors
    /// When it is not installed or does not work.
    pub(crate) fn run(self, scene: &Scene) -> Result<Vec<Finding>, LinterError> {
        let program = which::here(self.program()).ok_or(LinterError::Missing(self.program()))?;
        match self {
            Linter::Hadolint => hadolint::run(scene, &program),
            Linter::Shellcheck => shellcheck::run(scene, &program),
        }
    }

    /// Runs it on some files and reads the JSON it prints. A linter's exit code says whether it found anything, so that
    /// only what it printed tells whether it worked.
    fn ask<T: DeserializeOwned>(
        self,
        scene: &Scene,
        program: &PathBuf,
        options: &[&str],
        files: &[String],
    ) -> Result<T, LinterError> {
        let arguments: Vec<OsString> =
            options.iter().map(OsString::from).chain(files.iter().map(OsString::from)).collect();
        let failed = |why: String| LinterError::Failed(self.program(), why);
        let done = tool::output(program, &arguments, scene.root(), &[("LC_ALL", "C.UTF-8")])
            .map_err(|error| failed(error.to_string()))?;
        serde_json::from_slice(&done.stdout).map_err(|error| {
            let said = String::from_utf8_lossy(&done.stderr);
            failed(said.lines().next().map_or_else(|| error.to_string(), str::to_owned))
        })
    }
}

/// What linters of this kind print about one place.
#[derive(serde::Deserialize)]
struct Remark {
    file: String,
    line: u32,
    column: u32,
    level: String,
    message: String,
}

impl Remark {
    fn finding(self, code: &str, scene: &Scene) -> Finding {
        let severity = match self.level.as_str() {
            // Other linters call errors what may also merely be bad style: nothing of theirs is certain to break.
            "error" | "warning" => Severity::Warning,
            _ => Severity::Note,
        };
        let path = self.file.trim_start_matches("./").to_owned();
        let mut finding = Finding::new(code, severity, Place::at(path, self.line, self.column), self.message);
        finding.source = scene.shown_line(&finding.place);
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::scene;

    /// A linter that prints what the file it is given holds, as the real ones print findings.
    fn check(
        files: &[(&str, &str)],
        printed: &str,
        read: impl Fn(&Scene, &PathBuf) -> Vec<Finding>,
    ) -> Vec<String> {
        let script = format!("#!/bin/sh\ncat <<'END'\n{printed}\nEND\nexit 1\n");
        let tool = crate::fixture::folder(&[("linter*", &script)]);
        let (scene, _folder) = scene(files);
        let shown = |one: Finding| {
            let source = one.source.unwrap_or_default();
            format!("{} {} {} | {} | {source}", one.place, one.severity.word(), one.code, one.message)
        };
        read(&scene, &tool.path().join("linter")).into_iter().map(shown).collect()
    }

    #[test]
    fn what_hadolint_prints_becomes_findings() {
        let printed = r#"[{"code":"DL3006","column":1,"file":"a/Dockerfile","level":"warning","line":1,"message":"tag it"}]"#;
        let found = check(&[("a/Dockerfile", "FROM x\n")], printed, |scene, tool| {
            hadolint::run(scene, tool).unwrap()
        });
        assert_eq!(found, ["a/Dockerfile:1:1 warning DL3006 | tag it | FROM x"]);
    }

    #[test]
    fn what_shellcheck_prints_becomes_findings() {
        let printed = r#"{"comments":[{"file":"a.sh","line":2,"endLine":2,"column":6,"endColumn":8,"level":"info","code":2086,"message":"quote it","fix":null}]}"#;
        let found = check(&[("a.sh", "#!/bin/sh\necho $x\n")], printed, |scene, tool| {
            shellcheck::run(scene, tool).unwrap()
        });
        assert_eq!(found, ["a.sh:2:6 note SC2086 | quote it | echo $x"]);
    }

    #[test]
    fn a_linter_that_does_not_work_says_so() {
        let tool = crate::fixture::folder(&[("linter*", "#!/bin/sh\necho broken >&2\n")]);
        let (scene, _folder) = scene(&[("Dockerfile", "FROM x\n")]);
        let error = hadolint::run(&scene, &tool.path().join("linter")).unwrap_err();
        assert_eq!(error.to_string(), "hadolint failed: broken");
    }
}

//! A CI workflow calls a script that is not there.
//!
//! The step fails with `No such file or directory`, on every branch.
//!
//! Fires, when there is no `scripts/wait.sh`:
//!
//! ```yaml
//! steps:
//!   - uses: actions/checkout@v4
//!   - run: ./scripts/wait.sh
//! ```
//!
//! Fine: the script exists where the step runs; an earlier command mentions it and may have made or fetched it; the
//! repository is not checked out as it is; the folder or the name is not known.
//!
//! Help: correct the path, or commit the script. One that git ignores, or whose folder is not there at all, is a warning:
//! something else may make it. Only names that end in `.sh`, `.bash` or `.py` are looked at.
//!
//! Source: the shell.

use testyard_model::Severity;
use testyard_project::commandline::Call;

use super::ci;
use crate::missing::elsewhere;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-XA006", "CI calls a script that is not there", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for site in ci::sites(scene) {
        let Some(Call::Script(word)) = site.command() else { continue };
        let Some(path) = site.path(scene, word) else { continue };
        let Some(missing) = site.missing(scene, &path) else { continue };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let sure = if scene.tree().is_folder(folder) { Severity::Error } else { Severity::Warning };
        let help = match elsewhere(scene, &path) {
            Some(other) => format!("there is one at `{other}`"),
            None => "correct the path, or commit the script".to_owned(),
        };
        let message = format!("the script `{path}` is not there");
        found
            .at(&word.place, message)
            .severity(missing.severity(sure))
            .help(missing.help(help))
            .basis(site.basis());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    const PATH: &str = ".gitlab-ci.yml";

    fn pipeline(script: &str) -> String {
        format!("test:\n  script:\n    - {script}\n")
    }

    #[test]
    fn scripts_that_are_not_there() {
        let files = |script: &str| pipeline(script);
        let check = |script: &str, severity| {
            let found = fires(RULE, &[(PATH, &files(script)), ("scripts/run.sh*", "true")]);
            assert_eq!((found.len(), found[0].place.line, found[0].severity), (1, 3, severity), "{script}");
        };
        check("./scripts/wait.sh db", Severity::Error);
        check("bash scripts/wait.sh", Severity::Error);
        check("python tools/x.py", Severity::Warning);
    }

    #[test]
    fn scripts_that_are_there_or_not_certain() {
        for script in [
            "./scripts/run.sh",
            "cd scripts && bash run.sh",
            "$CI_PROJECT_DIR/wait.sh",
            "curl -o wait.sh https://example.org/wait.sh && bash ./wait.sh",
            "git clone https://example.org/x; cd x; ./wait.sh",
            "/opt/wait.sh",
        ] {
            holds(RULE, &[(PATH, &pipeline(script)), ("scripts/run.sh*", "true")]);
        }
    }
}

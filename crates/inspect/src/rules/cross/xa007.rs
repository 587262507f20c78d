//! A CI workflow runs a script that may not be executed.
//!
//! `./script.sh` needs the run bit. A clone has it only when git has it: on a machine where the file is executable by
//! chance, everything works, and in CI the step fails with `Permission denied`.
//!
//! Fires, when git holds `scripts/test.sh` as `100644`:
//!
//! ```yaml
//! steps:
//!   - uses: actions/checkout@v4
//!   - run: ./scripts/test.sh
//! ```
//!
//! Fine: the bit is set in git; the step says `bash scripts/test.sh`; an earlier command runs `chmod`.
//!
//! Help: `git update-index --chmod=+x scripts/test.sh`. Without a repository the bit of the file itself counts, as a
//! warning.
//!
//! Source: git's modes of files.

use testyard_model::Severity;
use testyard_project::commandline::Call;

use super::ci;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-XA007", "CI runs a script without run bit", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for site in ci::sites(scene).filter(|site| !site.after("chmod") && !site.after("core.fileMode")) {
        let Some(Call::Script(word)) = site.command() else { continue };
        // A script that is given to a shell needs no bit.
        let direct = word.place == site.call.place;
        let Some(path) = site.path(scene, word).filter(|_| direct) else { continue };
        let Some(severity) = refused(scene, &path) else { continue };
        let message = format!("`{path}` is not executable in a fresh clone");
        let help = format!("run `git update-index --chmod=+x {path}` and commit, or call it with its shell");
        found.at(&word.place, message).severity(severity).help(help).basis(site.basis());
    }
}

/// How certain it is that a clone cannot execute a file; nothing when it can, or when there is none.
fn refused(scene: &Scene, path: &str) -> Option<Severity> {
    let file = scene.tree().file(path).filter(|file| file.link.is_none())?;
    match scene.git() {
        Some(git) => (git.executable(path) == Some(false)).then_some(Severity::Error),
        None => (!file.executable).then_some(Severity::Warning),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{findings_in, fires, holds, repository};

    const PATH: &str = ".gitlab-ci.yml";

    #[test]
    fn scripts_without_run_bit() {
        let text = "test:\n  script:\n    - ./a.sh\n    - bash ./b.sh\n    - ./c.sh\n";
        let found = fires(RULE, &[(PATH, text), ("a.sh", "true"), ("b.sh", "true"), ("c.sh*", "true")]);
        assert_eq!((found.len(), found[0].place.line, found[0].severity), (1, 3, Severity::Warning));
        let eased = "test:\n  script:\n    - chmod +x *.sh\n    - ./a.sh\n";
        holds(RULE, &[(PATH, eased), ("a.sh", "true")]);
    }

    #[test]
    fn the_bit_in_git_counts() {
        let text = "test:\n  script:\n    - ./a.sh\n    - ./c.sh\n";
        let files = [(PATH, text), ("a.sh", "true"), ("c.sh*", "true")];
        let Some(folder) = repository(&files, &[("a.sh*", "true")]) else { return };
        let scene = Scene::open(folder.path(), std::collections::BTreeMap::new(), &[]);
        let found = findings_in(&RULE, &scene);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
    }
}

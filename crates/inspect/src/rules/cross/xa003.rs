//! A CI workflow builds a stage that its Dockerfile does not have.
//!
//! `--target` must be a stage of the Dockerfile, by its name or number. Otherwise the build fails: `target stage "x" could
//! not be found`.
//!
//! Fires, when no stage of `Dockerfile` is called `production`:
//!
//! ```yaml
//! steps:
//!   - uses: actions/checkout@v4
//!   - run: docker build --target production .
//! ```
//!
//! Fine: the stage exists, in any case of letters; the Dockerfile or the target is not known.
//!
//! Help: name one of the stages.
//!
//! Source: BuildKit's Dockerfile frontend.

use std::path::Path;

use testyard_project::commandline::{BuildCall, Call};

use super::ci::{self, Site};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;
use crate::target;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-XA003", "CI builds a stage that is not there", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for site in ci::sites(scene) {
        let Some(Call::Build(build)) = site.command() else { continue };
        let Some(target) = &build.target else { continue };
        let Some(path) = dockerfile(scene, &site, build) else { continue };
        let file = scene.dockerfiles().iter().find(|file| file.path == Path::new(&path));
        if let Some(help) = file.and_then(|file| target::missing(file, &target.text)) {
            let message = format!("`{path}` has no stage `{}`", target.text);
            found.at(&target.place, message).help(help).basis(site.basis());
        }
    }
}

/// The Dockerfile of a build, where it is certain which one it is.
fn dockerfile(scene: &Scene, site: &Site<'_>, build: &BuildCall) -> Option<String> {
    let path = match (&build.file, &build.context) {
        (Some(file), _) => site.path(scene, file)?,
        (None, Some(context)) if build.complete => {
            format!("{}/Dockerfile", site.path(scene, context)?).trim_start_matches('/').to_owned()
        }
        _ => return None,
    };
    scene.exists(&path).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    #[test]
    fn a_target_that_is_no_stage() {
        let check = |command: &str| {
            let text = format!(
                "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - run: docker build {command} .\n"
            );
            [text, "FROM x AS builder\nFROM y AS runtime\n".to_owned()]
        };
        let path = ".github/workflows/ci.yml";
        let [text, file] = check("--target runtme");
        let found = fires(RULE, &[(path, &text), ("Dockerfile", &file)]);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `runtime`?"));
        for command in ["--target runtime", "--target=Builder", "--target $T", "--target x -f other", ""] {
            let [text, file] = check(command);
            holds(RULE, &[(path, &text), ("Dockerfile", &file)]);
        }
    }
}

//! A workflow uses an action or a workflow of this repository that is not there.
//!
//! `uses: ./folder` in a step needs an `action.yml` (or `action.yaml`, or a Dockerfile) in that folder; `uses: ./file` of a
//! job needs that file. Otherwise GitHub refuses to run the job.
//!
//! Fires, when there is no `.github/actions/setup/action.yml`:
//!
//! ```yaml
//! steps:
//!   - uses: actions/checkout@v4
//!   - uses: ./.github/actions/setup
//! ```
//!
//! Fine: the action exists; the repository is not checked out as it is, or another one is beside it.
//!
//! Help: correct the path, which starts from the root of the repository.
//!
//! Source: GitHub's reference of `uses`.

use testyard_project::commandline::Word;
use testyard_project::workflow::What;

use super::ci::{self, Site};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-XA008", "a workflow uses an action that is not there", Error, check);

/// What makes a folder an action.
const MAKERS: [&str; 4] = ["action.yml", "action.yaml", "Dockerfile", "dockerfile"];
const HELP: &str = "correct the path, which starts from the root of the repository";

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for site in ci::sites(scene) {
        let What::Action(word) = &site.call.what else { continue };
        if let Some(path) = missing_action(scene, &site, word) {
            let message = format!("there is no action in `{path}`");
            found.at(&word.place, message).help(HELP).basis(site.basis());
        }
    }
    for word in scene.workflows().iter().flat_map(|workflow| &workflow.reused) {
        let Some(path) = scene.relative(word.text.as_ref()).filter(|path| !scene.exists(path)) else {
            continue;
        };
        found.at(&word.place, format!("there is no workflow `{path}`")).help(HELP);
    }
}

/// The folder of an action that is not there, and that no earlier step may have made.
fn missing_action(scene: &Scene, site: &Site<'_>, word: &Word) -> Option<String> {
    let path = site.path(scene, word)?;
    let name = path.rsplit('/').next().unwrap_or(&path);
    let there = MAKERS.iter().any(|maker| scene.exists(&format!("{path}/{maker}")));
    (!there && !path.is_empty() && !site.after(name)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    const PATH: &str = ".github/workflows/ci.yml";

    #[test]
    fn actions_of_this_repository() {
        let text = |action: &str| {
            format!("jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: {action}\n")
        };
        let own = (".github/actions/own/action.yml", "runs: {}");
        assert_eq!(fires(RULE, &[(PATH, &text("./.github/actions/onw")), own])[0].place.line, 5);
        for action in ["./.github/actions/own", "actions/setup-python@v5", "./${{ matrix.x }}"] {
            holds(RULE, &[(PATH, &text(action)), own]);
        }
        holds(RULE, &[(PATH, "jobs: {a: {steps: [{uses: ./gone}]}}")]);
    }

    #[test]
    fn workflows_of_this_repository() {
        let text = "jobs:\n  a:\n    uses: ./.github/workflows/shared.yml\n";
        fires(RULE, &[(PATH, text)]);
        holds(RULE, &[(PATH, text), (".github/workflows/shared.yml", "jobs: {}")]);
    }
}

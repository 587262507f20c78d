//! A CI workflow names a compose file that is not there.
//!
//! `docker compose -f FILE` fails when the file is not there, and without `-f` when there is no compose file in the folder
//! or above it: `no configuration file provided`.
//!
//! Fires, when there is no `docker-compose.ci.yml`:
//!
//! ```yaml
//! steps:
//!   - uses: actions/checkout@v4
//!   - run: docker compose -f docker-compose.ci.yml up -d
//! ```
//!
//! Fine: the file exists where the step runs; an earlier command mentions it and may have made it; `COMPOSE_FILE` is set.
//!
//! Help: correct the path, or run the step in the right folder.
//!
//! Source: the reference of `docker compose`.

use testyard_model::Severity;
use testyard_project::commandline::{Call, ComposeCall};

use super::ci::{self, Site};
use crate::missing::elsewhere;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-XA004", "CI names a compose file that is not there", Error, check);

/// The names Compose itself looks for.
pub(super) const BASE: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// Commands that read the compose files.
const READING: [&str; 14] = [
    "up", "down", "build", "run", "exec", "config", "pull", "ps", "logs", "start", "stop", "restart",
    "create", "kill",
];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for site in ci::sites(scene) {
        let Some(Call::Compose(compose)) = site.command() else { continue };
        for file in &compose.files {
            let Some(path) = site.path(scene, file) else { continue };
            let Some(missing) = site.missing(scene, &path) else { continue };
            let help = match elsewhere(scene, &path) {
                Some(other) => format!("there is one at `{other}`"),
                None => "correct the path, or make the file first".to_owned(),
            };
            let severity = missing.severity(Severity::Error);
            let message = format!("the compose file `{path}` is not there");
            found.at(&file.place, message).severity(severity).help(missing.help(help)).basis(site.basis());
        }
        if without_any(scene, &site, compose) {
            let message = "there is no compose file in the folder of this step, nor above it";
            let help = "name one with `-f`, or set `working-directory`";
            found.at(&site.call.place, message).help(help).basis(site.basis());
        }
    }
}

/// Whether a call relies on a compose file under its usual name, and there certainly is none.
fn without_any(scene: &Scene, site: &Site<'_>, compose: &ComposeCall) -> bool {
    let reads = compose.command.as_deref().is_some_and(|command| READING.contains(&command));
    let named = !compose.files.is_empty() || !compose.complete || variable_set(scene, site);
    reads && !named && !site.after("compose") && usual(scene, site) == Some(None)
}

/// Whether the workflow, or a `.env` file beside the compose files, may name the files.
pub(super) fn variable_set(scene: &Scene, site: &Site<'_>) -> bool {
    let mentions = |path: &str| scene.text(path).is_some_and(|text| text.contains("COMPOSE_"));
    site.workflow_mentions(scene, "COMPOSE_") || site.below(scene, ".env").is_some_and(|path| mentions(&path))
}

/// The compose file that is found from a step's folder upwards; nothing at all when the folder is not certain.
pub(super) fn usual(scene: &Scene, site: &Site<'_>) -> Option<Option<String>> {
    let mut folder = site.below(scene, ".")?;
    loop {
        let join =
            |name: &&str| if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") };
        if let Some(file) = BASE.iter().map(join).find(|path| scene.exists(path)) {
            return Some(Some(file));
        }
        if folder.is_empty() {
            return Some(None);
        }
        folder = folder.rsplit_once('/').map_or(String::new(), |(above, _)| above.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    const PATH: &str = ".github/workflows/ci.yml";
    const COMPOSE: &str = "services: {a: {image: x}}";

    fn workflow(run: &str) -> String {
        format!(
            "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          {run}\n"
        )
    }

    #[test]
    fn files_that_are_not_there() {
        let text = workflow("docker compose -f stack.yml up -d");
        let found = fires(RULE, &[(PATH, &text), ("ops/stack.yml", COMPOSE)]);
        assert_eq!((found[0].place.line, found[0].place.column), (6, 29));
        assert!(found[0].help.as_ref().is_some_and(|help| help.contains("ops/stack.yml")));
        fires(RULE, &[(PATH, &workflow("docker compose up")), ("ops/compose.yaml", COMPOSE)]);
    }

    #[test]
    fn files_that_are_there_or_not_certain() {
        for run in [
            "docker compose -f ops/compose.yaml up",
            "cd ops && docker compose up",
            "docker compose version",
            "docker compose -f $FILE up",
            "cp a.yml ci.yml; docker compose -f ci.yml up",
            "docker compose --project-directory ops up",
            "COMPOSE_FILE=ops/compose.yaml docker compose up",
        ] {
            holds(RULE, &[(PATH, &workflow(run)), ("ops/compose.yaml", COMPOSE)]);
        }
    }
}

//! The health check runs a program that the image lacks.
//!
//! Small images hold no `curl` and most no `wget`. Such a check never succeeds: the container stays `unhealthy`, and everything that
//! waits for it never starts.
//!
//! Fires: for `slim` and `alpine` variants of official images and for bare `debian`, `ubuntu` and `alpine`, where nothing in the
//! file installs the program. (Alpine has a `wget`.)
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! HEALTHCHECK CMD curl -f http://localhost:8000/health
//! ```
//!
//! Fine: `apt-get install -y curl` before it; a check in the language of the image; images that are not small.
//!
//! Help: install it, or ask with what is there, as in `python -c "import urllib.request as r; r.urlopen('…')"`.

use testyard_project::dockerfile::{Command, Kind};

use crate::dockerfile::lacking;
use crate::dockerfile::stage::Ancestry;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF022", "the health check runs a program that the image lacks", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for stage in &file.stages {
            let health = stage.own().rev().find_map(|instruction| match &instruction.kind {
                Kind::Healthcheck(command) => Some((command.as_ref()?, instruction.spot)),
                _ => None,
            });
            let Some((command, spot)) = health else { continue };
            let Some(program) = program(command) else { continue };
            if let Some(image) = lacking::image(&Ancestry::of(file, stage), program) {
                let message = format!("`{image}` has no `{program}`, so this check never succeeds");
                found
                    .at(file.place(spot), message)
                    .help(format!("install `{program}`, or ask with a program that the image has"));
            }
        }
    }
}

/// `curl` or `wget`, when the check starts with it.
fn program(command: &Command) -> Option<&'static str> {
    let first = match command {
        Command::Exec(words) => words.first()?.text.as_str(),
        Command::Shell { text, .. } => text.text.split_whitespace().next()?,
    };
    ["curl", "wget"].into_iter().find(|program| *program == first)
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn programs_that_small_images_lack() {
        fires(RULE, &[("Dockerfile", "FROM python:3.12-slim\nHEALTHCHECK CMD curl -f x\n")]);
        fires(RULE, &[("Dockerfile", "FROM node:22-alpine\nHEALTHCHECK CMD [\"curl\", \"x\"]\n")]);
        fires(
            RULE,
            &[("Dockerfile", "FROM debian:12-slim AS a\nFROM a\nHEALTHCHECK CMD wget x || exit 1\n")],
        );
        for (image, run, check) in [
            ("python:3.12-slim", "RUN apt-get install -y curl", "curl x"),
            ("python:3.12", "", "curl x"),
            ("python:3.12-alpine", "", "wget x"),
            ("python:3.12-slim", "", "python -c x"),
            ("python:3.12-slim", "RUN ./install.sh", "curl x"),
            ("ghcr.io/a/b:slim", "", "curl x"),
            ("php:8-alpine", "", "curl x"),
        ] {
            holds(RULE, &[("Dockerfile", &format!("FROM {image}\n{run}\nHEALTHCHECK CMD {check}\n"))]);
        }
    }
}

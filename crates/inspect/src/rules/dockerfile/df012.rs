//! A package manager waits for an answer.
//!
//! Nobody sits before a build: where `apt-get install` or `dnf install` asks whether to continue, it aborts.
//!
//! Fires:
//!
//! ```dockerfile
//! FROM debian:12
//! RUN apt-get update && apt-get install curl
//! ```
//!
//! Fine: `-y`, `-qq`, `--yes`, `--assume-yes`, and files that set `APT::Get::Assume-Yes` or pipe `yes`.
//!
//! Help: add `-y`.

use crate::dockerfile::shell::said;
use crate::dockerfile::stage::Ancestry;
use crate::dockerfile::{Ran, commands};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF012", "a package manager waits for an answer", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for stage in &file.stages {
            let ancestry = Ancestry::of(file, stage);
            for instruction in stage.own() {
                let asking = commands(file, instruction).into_iter().find(asks);
                let Some(ran) = asking else { continue };
                let text = said(instruction);
                let settled = ["yes |", "yes|", "| apt", "<<<"].iter().any(|mark| text.contains(mark));
                if settled
                    || ["Assume-Yes", "assumeyes", "apt.conf"].iter().any(|mark| ancestry.mentions(mark))
                {
                    continue;
                }
                found
                    .at(file.place(ran.spot), format!("`{} install` asks, and nobody answers", ran.program))
                    .help("add `-y`");
            }
        }
    }
}

/// Whether a command installs something and would ask before.
fn asks(ran: &Ran) -> bool {
    let known = matches!(ran.program.as_str(), "apt-get" | "apt" | "yum" | "dnf");
    let quiet = ran.arguments.iter().any(|one| {
        matches!(
            one.as_str(),
            "--yes"
                | "--assume-yes"
                | "--assumeyes"
                | "--force-yes"
                | "-qq"
                | "--download-only"
                | "--simulate"
        ) || one.starts_with("-o")
            || one.starts_with("-q=")
            || one.starts_with('$')
    });
    let packages = ran.arguments.iter().filter(|one| !one.starts_with('-')).count() > 1;
    known && ran.verb() == Some("install") && packages && !quiet && !ran.has_letter('y') && !ran.has("-s")
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn installs_that_ask() {
        for run in [
            "apt-get update && apt-get install curl",
            "dnf install git",
            "apt-get install --no-install-recommends x",
        ] {
            fires(RULE, &[("Dockerfile", &format!("FROM debian:12\nRUN {run}\n"))]);
        }
        for run in [
            "apt-get install -y curl",
            "apt-get -y install curl",
            "apt-get install -qy curl",
            "apt-get -qq install curl",
            "yes | apt-get install curl",
            "apt-get install $FLAGS curl",
            "apt-get -o APT::Get::Assume-Yes=true install curl",
            "pip install flask",
        ] {
            holds(RULE, &[("Dockerfile", &format!("FROM debian:12\nRUN {run}\n"))]);
        }
    }
}

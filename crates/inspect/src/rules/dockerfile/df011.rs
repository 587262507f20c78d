//! Package lists are fetched in another layer than they are used.
//!
//! `RUN apt-get update` alone is kept in the build cache. Weeks later its lists name package versions that the server no
//! longer has, and the `apt-get install` of the next line fails with 404.
//!
//! Fires:
//!
//! ```dockerfile
//! FROM debian:12
//! RUN apt-get update
//! RUN apt-get install -y curl
//! ```
//!
//! Fine: `RUN apt-get update && apt-get install -y curl`; an update whose lists no later line uses.
//!
//! Help: join both into one `RUN`.

use testyard_project::dockerfile::Instruction;

use crate::dockerfile::shell::said;
use crate::dockerfile::{Ran, commands};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF011", "package lists are fetched in another layer than they are used", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for stage in &file.stages {
            let runs: Vec<(&Instruction, Vec<Ran>)> =
                stage.own().map(|instruction| (instruction, commands(file, instruction))).collect();
            for (at, (instruction, ran)) in runs.iter().enumerate() {
                let Some(update) = ran.iter().find(|one| is_apt(one, "update")) else { continue };
                let used_here = ["install", "upgrade", "build-dep", "/var/lib/apt"];
                if used_here.iter().any(|word| said(instruction).contains(word)) {
                    continue;
                }
                let later = runs[at + 1..].iter().flat_map(|(_, ran)| ran);
                let mut later = later.filter(|one| is_apt(one, "install") || is_apt(one, "update"));
                if later.next().is_some_and(|next| is_apt(next, "install")) {
                    found
                        .at(
                            file.place(update.spot),
                            "the lists fetched here are old when the next `RUN` uses them",
                        )
                        .help("join it with the install: `RUN apt-get update && apt-get install -y …`");
                }
            }
        }
    }
}

fn is_apt(ran: &Ran, verb: &str) -> bool {
    matches!(ran.program.as_str(), "apt-get" | "apt") && ran.verb() == Some(verb)
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn update_and_install_belong_together() {
        let apart =
            "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\nRUN apt-get install -y git\n";
        assert_eq!(fires(RULE, &[("Dockerfile", apart)]).len(), 1);
        for runs in [
            "RUN apt-get update && apt-get install -y curl\nRUN apt-get install -y git",
            "RUN apt-get update\nRUN apt-get update && apt-get install -y curl",
            "RUN apt-get update\nRUN make",
            "RUN apt-get update && \\\n  if x; then apt-get -y upgrade; fi\nRUN apt-get install -y a",
        ] {
            holds(RULE, &[("Dockerfile", &format!("FROM debian:12\n{runs}\n"))]);
        }
    }
}

//! A script calls `docker-compose`, the first version of Compose.
//!
//! Compose V1 has had no updates since July 2023 and is not on GitHub's runners or in Docker's packages any more. It names
//! containers with `_` where V2 uses `-`, and has no `--wait`.
//!
//! Fires: `docker-compose up -d`.
//!
//! Fine: `docker compose up -d`; a script that asks `command -v docker-compose` first.
//!
//! Help: write `docker compose`.
//!
//! Source: Docker's manual, "Migrate to Compose V2".

use super::each;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH010", "a script calls docker-compose V1", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene) {
        let calls: Vec<_> =
            read.calls().filter(|(_, words)| each::name(words) == Some("docker-compose")).collect();
        let Some((first, _)) = calls.first() else { continue };
        let asks = read.script.commands.iter().any(|command| {
            matches!(command.name(), Some("command" | "type" | "which" | "hash" | "alias" | "ln"))
                && command.words.iter().skip(1).any(|word| word.text.contains("docker-compose"))
        });
        let defines = read.script.functions.iter().any(|function| function.name == "docker-compose");
        if !asks && !defines {
            let times = if calls.len() > 1 {
                format!(" ({} times in this script)", calls.len())
            } else {
                String::new()
            };
            let message = format!("`docker-compose` is Compose V1, which new machines do not have{times}");
            found.at(read.place(first.at), message).help("write `docker compose`");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn only_the_first_version_counts() {
        assert_eq!(
            fires(super::RULE, &[("a.sh", "docker-compose up -d\nsudo docker-compose down\n")]).len(),
            1
        );
        holds(super::RULE, &[("a.sh", "docker compose up -d\necho docker-compose\n")]);
        holds(super::RULE, &[("a.sh", "if command -v docker-compose; then docker-compose up; fi\n")]);
    }
}

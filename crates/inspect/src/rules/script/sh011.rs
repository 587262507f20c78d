//! A script sleeps for a fixed time instead of waiting for its services.
//!
//! After `docker compose up -d` nothing is ready yet. A fixed sleep is too short on a busy machine and too long on every
//! other one.
//!
//! Fires: `docker compose up -d`, then `sleep 10`.
//!
//! Fine: `docker compose up -d --wait`; a `sleep 1` inside a loop that asks.
//!
//! Help: health checks and `up --wait`.
//!
//! Source: the reference of `docker compose up`.

use super::each;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH011", "a fixed sleep stands for readiness", Note, check);

/// What people sleep for after this many seconds is a service.
const LONG: u32 = 3;

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene) {
        let mut before: Option<&[_]> = None;
        for (command, words) in read.calls() {
            let name = each::name(words);
            if name == Some("sleep")
                && command.way.loops.is_empty()
                && before.is_some_and(starts_without_waiting)
            {
                let seconds =
                    words.get(1).and_then(|word| word.text.trim_end_matches('s').parse::<u32>().ok());
                if seconds.is_some_and(|seconds| seconds >= LONG) {
                    let message = "a fixed sleep after starting services is too short on a busy machine";
                    found
                        .at(read.place(command.at), message)
                        .help("give the services health checks and use `docker compose up -d --wait`");
                }
            }
            // What only speaks changes nothing.
            if !matches!(name, Some("echo" | "printf")) {
                before = Some(words);
            }
        }
    }
}

fn starts_without_waiting(words: &[testyard_project::script::Word]) -> bool {
    each::compose(words).is_some_and(|rest| {
        let has = |text: &str| rest.iter().any(|word| word.text == text);
        (has("up") || has("start")) && !has("--wait")
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn only_sleeps_for_services_count() {
        fires(super::RULE, &[("a.sh", "docker compose up -d db\necho waiting\nsleep 10\n")]);
        holds(super::RULE, &[("a.sh", "docker compose up -d --wait\nsleep 10\n")]);
        holds(super::RULE, &[("a.sh", "docker compose up -d\nuntil ready; do sleep 5; done\n")]);
        holds(super::RULE, &[("a.sh", "kill 1\nsleep 10\n")]);
    }
}

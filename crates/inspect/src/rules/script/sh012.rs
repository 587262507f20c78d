//! A loop waits for something that may never come.
//!
//! `until pg_isready; do sleep 1; done` runs forever when the server did not start: CI then ends by its own time limit, an
//! hour later, without a word about the cause.
//!
//! Fires: the loop above.
//!
//! Fine: a loop that counts, reads `$SECONDS`, or ends by `break`, `exit` or `return`.
//!
//! Help: count the tries and fail with a word, or put the loop behind `timeout`.
//!
//! Source: experience with test runs that hang.

use testyard_project::script::{Command, Loop, Script};

use super::each;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH012", "a loop waits without end", Warning, check);

/// Programs that ask whether a server is there.
const PROBES: [&str; 16] = [
    "nc",
    "ncat",
    "curl",
    "wget",
    "pg_isready",
    "psql",
    "mysqladmin",
    "mysql",
    "redis-cli",
    "mongosh",
    "ping",
    "docker",
    "docker-compose",
    "kubectl",
    "rabbitmqctl",
    "rabbitmq-diagnostics",
];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene) {
        for waits in read.script.loops.iter().filter(|one| waits_forever(read.script, one)) {
            let message = "this waits forever when the server never answers";
            found
                .at(read.place(waits.at), message)
                .help("count the tries and exit with a word after the last one");
        }
    }
}

fn waits_forever(script: &Script, one: &Loop) -> bool {
    let condition = script.commands.get(one.condition.clone()).unwrap_or_default();
    let body = script.commands.get(one.body.clone()).unwrap_or_default();
    let assigns = script
        .assigns
        .iter()
        .any(|assign| one.condition.start < assign.command && assign.command < one.body.end);
    let asks = matches!(condition, [only] if is_probe(only) && (one.word == "until") != only.way.negated);
    let only_waits = |command: &Command| {
        matches!(
            each::name(each::run_by(command)),
            Some("sleep" | "echo" | "printf" | ":" | "log" | "info" | "log_info")
        )
    };
    let sleeps = body.iter().any(|command| each::name(each::run_by(command)) == Some("sleep"));
    let bounded_outside = condition.iter().any(|command| command.way.loops.len() > 1);
    matches!(one.word, "while" | "until")
        && asks
        && sleeps
        && !assigns
        && !bounded_outside
        && body.iter().all(only_waits)
        && !counts(script, one)
}

fn is_probe(command: &Command) -> bool {
    each::name(each::run_by(command)).is_some_and(|name| PROBES.contains(&name))
}

/// Whether the loop's words count: `echo $((tries++))`.
fn counts(script: &Script, one: &Loop) -> bool {
    let inside = script.commands.get(one.condition.start..one.body.end).unwrap_or_default();
    let words = inside.iter().flat_map(|command| &command.words);
    words.into_iter().any(|word| word.raw.contains("$((") || word.raw.contains("SECONDS"))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn only_endless_waits_count() {
        fires(super::RULE, &[("a.sh", "until pg_isready -h db; do sleep 1; done\n")]);
        fires(super::RULE, &[("a.sh", "while ! nc -z db 5432; do\n  echo waiting\n  sleep 1\ndone\n")]);
        holds(
            super::RULE,
            &[("a.sh", "until pg_isready; do sleep 1; n=$((n + 1)); [ $n -lt 9 ] || exit 1; done\n")],
        );
        holds(super::RULE, &[("a.sh", "until pg_isready || [ $((n++)) -gt 9 ]; do sleep 1; done\n")]);
        holds(super::RULE, &[("a.sh", "for i in 1 2 3; do nc -z db 5432 && break; sleep 1; done\n")]);
        holds(super::RULE, &[("a.sh", "while docker exec a ls; do sleep 1; done\n")]);
        holds(super::RULE, &[("a.sh", "while true; do sleep 60; done\n")]);
    }
}

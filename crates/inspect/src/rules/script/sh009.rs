//! `$?` is read where only success gets to.
//!
//! Under `set -e` a plain command that fails ends the script on the spot. The next statement is only reached after a
//! success, so the `$?` it reads is always 0 and the branch for failures never runs.
//!
//! Fires:
//!
//! ```sh
//! set -e
//! docker build .
//! if [ $? -ne 0 ]; then echo "build failed"; fi
//! ```
//!
//! Fine: `if ! docker build .; then …`; `docker build . || status=$?`; between `set +e` and `set -e`.
//!
//! Help: ask the command itself, by `if` or `||`.
//!
//! Source: bash's manual, `set -e`.

use super::each::{self, Read};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-SH009", "a status is read where only success gets to", Warning, check);

/// Commands that assign, or set no status of their own that anybody would ask for.
const NOT_MEANT: [&str; 8] = ["local", "declare", "typeset", "export", "readonly", "set", "trap", "wait"];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene) {
        for status in &read.script.status_reads {
            let Some(command) = read.script.commands.get(status.command) else { continue };
            let name = command.name().unwrap_or("this command");
            let plain = !command.way.asked && !command.way.apart && !NOT_MEANT.contains(&name);
            let certain = match command.way.function {
                Some(function) => never_asked(scene, read, function),
                None => true,
            };
            // `exit $?` hands over what it cannot see: 0 here, and the failure's own status where the script ended.
            let next = read.script.commands.get(status.command + 1).and_then(|command| command.name());
            let handed_over = matches!(next, Some("exit" | "return"));
            if plain && certain && !handed_over && read.script.options_at(status.command).errexit {
                let what = if command.words.is_empty() { "the assignment above" } else { name };
                let message = format!(
                    "under `set -e` the script ends when {} fails, so `$?` is always 0 here",
                    quoted(what)
                );
                found
                    .at(read.place(status.at), message)
                    .help("ask the command itself: `if ! command; then`, or `command || status=$?`");
            }
        }
    }
}

fn quoted(what: &str) -> String {
    if what.contains(' ') { what.to_owned() } else { format!("`{what}`") }
}

/// Whether a function is only called where its failure ends the script: `if f` and `f || …` lift `set -e` inside it.
fn never_asked(scene: &Scene, read: Read<'_>, function: usize) -> bool {
    let Some(function) = read.script.functions.get(function) else { return false };
    let mut calls = read
        .calls()
        .filter(|(_, words)| words.iter().any(|word| word.text.contains(&function.name)))
        .peekable();
    let called = calls.peek().is_some();
    // A call from another function may be asked about further up.
    let plain = calls.all(|(call, words)| {
        !call.way.asked && !call.way.apart && call.way.function.is_none() && words[0].text == function.name
    });
    called && plain && !function.way.asked && read.is_program(scene)
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    fn script(text: &str) -> Vec<(&'static str, &str)> {
        vec![("a.sh", text)]
    }

    #[test]
    fn only_what_cannot_be_reached_counts() {
        fires(super::RULE, &script("#!/bin/bash\nset -e\nmake\nif [ $? -ne 0 ]; then exit 1; fi\n"));
        fires(super::RULE, &script("#!/bin/bash -e\nout=$(make)\nrc=$?\n"));
        fires(super::RULE, &script("#!/bin/bash\nset -e\nf() {\n  make\n  rc=$?\n}\nf\n"));
        holds(super::RULE, &script("#!/bin/bash\nmake\nrc=$?\n"));
        holds(super::RULE, &script("#!/bin/bash\nset -e\nmake\nexit $?\n"));
        holds(super::RULE, &script("#!/bin/bash\nset -e\nset +e\nmake\nrc=$?\nset -e\n"));
        holds(super::RULE, &script("#!/bin/bash\nset -e\nmake || rc=$?\n"));
        holds(super::RULE, &script("#!/bin/bash\nset -e\nf() {\n  make\n  rc=$?\n}\nif f; then :; fi\n"));
        holds(
            super::RULE,
            &script("#!/bin/bash\nset -e\ncleanup() {\n  rc=$?\n}\ntrap cleanup EXIT\nmake\n"),
        );
    }
}

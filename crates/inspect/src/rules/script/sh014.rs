//! A script writes into a folder before it makes it.
//!
//! A redirection into a folder that is not there fails before the command runs: `no such file or directory`. It works on
//! the machine where the folder was left by an earlier run.
//!
//! Fires: `echo start >> logs/run.log` above `mkdir -p logs`.
//!
//! Fine: the other way round.
//!
//! Help: move the `mkdir -p` up.
//!
//! Source: POSIX, redirections.

use super::each::{self, Read};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH014", "a folder is written to before it is made", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene) {
        // The first place that makes each folder, at the top level and without a condition around the writing.
        for (at, command) in read.script.commands.iter().enumerate() {
            let plain = command.way.function.is_none() && !command.way.optional;
            let targets = command.redirects.iter().filter(|redirect| redirect.writes && plain);
            let folders =
                targets.filter_map(|redirect| Some((redirect, redirect.target.text.rsplit_once('/')?.0)));
            for (redirect, folder) in folders.filter(|(_, folder)| !folder.is_empty()) {
                let later = makes(read, folder).is_some_and(|made| made > at && stays(read, made));
                let there = scene.tree().is_folder(folder.trim_start_matches("./"));
                if later && !there && !matches!(folder, "." | "..") {
                    let message =
                        format!("this writes into `{folder}`, which the script only makes further down");
                    found.at(read.place(redirect.target.at), message).help("move the `mkdir -p` above it");
                }
            }
        }
    }
}

/// The first command that makes a folder.
fn makes(read: Read<'_>, folder: &str) -> Option<usize> {
    read.script.commands.iter().position(|command| {
        let maker = each::name(each::run_by(command)) == Some("mkdir");
        maker && command.arguments().any(|word| word.trim_end_matches('/') == folder)
    })
}

/// Whether the script stays in one folder up to a command.
fn stays(read: Read<'_>, until: usize) -> bool {
    let mut before = read.script.commands.iter().take(until);
    !before.any(|command| {
        matches!(command.name(), Some("cd" | "pushd" | "git" | "tar" | "unzip" | "cp" | "install"))
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn folders_come_first() {
        fires(super::RULE, &[("a.sh", "echo start >> logs/run.log\nmkdir -p logs\n")]);
        fires(super::RULE, &[("a.sh", "exec > \"$LOGS/run.log\" 2>&1\nmkdir -p \"${LOGS}\"\n")]);
        holds(super::RULE, &[("a.sh", "mkdir -p logs\necho start >> logs/run.log\n")]);
        holds(super::RULE, &[("a.sh", "log() { echo >> logs/run.log; }\nmkdir -p logs\nlog\n")]);
        holds(super::RULE, &[("a.sh", "echo start >> logs/run.log\nmkdir -p logs\n"), ("logs/x", "")]);
        holds(super::RULE, &[("a.sh", "echo >> logs/run.log\n")]);
        holds(super::RULE, &[("a.sh", "echo >> ../run.log\ncd x\nmkdir ..\n")]);
    }
}

//! An executable script does not say which shell reads it.
//!
//! The first line `#!/usr/bin/env bash` tells the kernel. Without it, a shell that starts the script falls back to `sh`,
//! and everything else (Docker's exec form, Python's `subprocess`) fails with `exec format error`. The same happens when
//! the line is not the very first one, and a program that exists on no system fails with `no such file or directory`.
//!
//! Fires: an executable `run.sh` that starts with `set -e`.
//!
//! Fine: a `lib.sh` without run bit that others read in.
//!
//! Help: make `#!/usr/bin/env bash` the first line.
//!
//! Source: execve(2).

use testyard_model::Place;

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-SH002", "an executable script does not say who reads it", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (path, script) in scene.scripts() {
        let executable = scene.tree().file(path).is_some_and(|file| file.executable);
        let text = scene.text(path).unwrap_or_default();
        match &script.shebang {
            None if executable && late(text) => {
                let message =
                    "the line that says who reads the script is not the first one, so it is a mere comment";
                found
                    .at(Place::at(path, 1, 1), message)
                    .help("move the line that starts with `#!` to the very top");
            }
            None if executable && !text.trim().is_empty() => {
                let message = "the script is executable but does not say which shell reads it";
                let help = "make `#!/usr/bin/env bash` its first line, or take its run bit away when it is only read in";
                found.at(Place::at(path, 1, 1), message).help(help);
            }
            Some(shebang) if !shebang.program.starts_with('/') => {
                let message = format!(
                    "`{}` is not an absolute path, so the kernel looks for it in the caller's folder",
                    shebang.program
                );
                found.at(Place::at(path, 1, 1), message).help("write `#!/usr/bin/env bash`");
            }
            _ => {}
        }
    }
}

/// Whether a `#!` line stands just below the top.
fn late(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').lines().take(3).any(|line| line.trim_start().starts_with("#!/"))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn executables_say_who_reads_them() {
        fires(super::RULE, &[("run.sh*", "set -e\n")]);
        fires(super::RULE, &[("run.sh*", "\n#!/bin/sh\nset -e\n")]);
        fires(super::RULE, &[("run.sh*", "#!bash\nset -e\n")]);
        holds(super::RULE, &[("lib.sh", "f() { :; }\n"), ("run.sh*", "#! /bin/sh\n"), ("empty.sh*", "")]);
    }
}

//! A shell does not understand the script.
//!
//! bash reads a script as it runs it: everything before the mistake is done, and then it stops in the middle. The script
//! is parsed here without running it; where the machine has bash, `bash -n` has to agree before this is called an error.
//!
//! Fires:
//!
//! ```sh
//! if true; then
//!   echo built
//! ```
//!
//! Fine: the same with `fi` at its end.
//!
//! Help: close what is open; a heredoc ends with its word alone on a line.
//!
//! Source: the shell grammar of POSIX and bash's manual.

use std::ffi::OsString;

use testyard_model::{Place, Severity};

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH001", "the shell does not understand a script", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (path, script) in scene.scripts() {
        let Some(error) = &script.error else { continue };
        let last = || scene.text(path).map_or(0, |text| text.lines().count());
        let at = error.at.map_or_else(
            || Place::at(path, u32::try_from(last()).unwrap_or(0), 0),
            |at| Place::at(path, at.line, at.column),
        );
        let severity = match asked(scene, path) {
            Answer::Rejects if !uses_options_of_parsing(scene, path) => Severity::Error,
            Answer::Accepts => continue,
            _ => Severity::Warning,
        };
        found
            .at(at, error.message.clone())
            .severity(severity)
            .help("close what is open: `fi`, `done`, `esac`, a quote, a bracket, a heredoc");
    }
}

enum Answer {
    Accepts,
    Rejects,
    Unknown,
}

/// What bash says to the script when it only reads it.
fn asked(scene: &Scene, path: &str) -> Answer {
    let arguments = [OsString::from("-n"), scene.root().join(path).into_os_string()];
    match testyard_sys::tool::output("bash", &arguments, scene.root(), &[("BASH_ENV", "")]) {
        Ok(done) if done.status.success() => Answer::Accepts,
        Ok(_) => Answer::Rejects,
        Err(_) => Answer::Unknown,
    }
}

/// Whether a script changes how it is parsed, which `bash -n` does not follow.
fn uses_options_of_parsing(scene: &Scene, path: &str) -> bool {
    scene.text(path).is_some_and(|text| text.contains("extglob") || text.contains("alias "))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn what_is_open_is_said() {
        let found = fires(super::RULE, &[("a.sh", "#!/bin/bash\nif true; then\n  echo\n")]);
        assert_eq!(found.len(), 1);
        fires(super::RULE, &[("a.sh", "echo a\nfi\n")]);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\nif true; then\n  echo\nfi\ncase x in y) ;; esac\n")]);
        holds(super::RULE, &[("a.sh", "#!/usr/bin/env zsh\nif [[ a ]] {\n")]);
    }
}

//! A script is started by its path but is not executable.
//!
//! `./setup.sh` in another script needs the run bit; without it the shell says `permission denied` and returns 126.
//! `bash setup.sh` does not need it.
//!
//! Fires: `run.sh` calls `./setup.sh`, which has no run bit.
//!
//! Fine: `bash ./setup.sh`; a `chmod` somewhere in the calling script.
//!
//! Help: `git update-index --chmod=+x setup.sh`, or call it through `bash`.
//!
//! Source: POSIX, command search and execution.

use testyard_model::Place;

use super::each;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-SH004", "a script that is started cannot be executed", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene) {
        if read.calls().any(|(_, words)| matches!(each::name(words), Some("chmod" | "install"))) {
            continue;
        }
        for (_, words) in read.calls() {
            let word = &words[0];
            if !word.literal || !word.text.starts_with("./") {
                continue;
            }
            let Some(path) = target(scene, read.path, &word.text) else { continue };
            let place = Place::at(read.path, word.at.line, word.at.column);
            let help = format!("`git update-index --chmod=+x {path}`, or call it as `bash {}`", word.text);
            found
                .at(place, format!("`{path}` is not executable, so this ends with permission denied"))
                .help(help);
        }
    }
}

/// The file without run bit that is meant, when there is exactly one it can be: beside the script or in the root.
fn target(scene: &Scene, script: &str, text: &str) -> Option<String> {
    let folder = script.rsplit_once('/').map_or("", |(folder, _)| folder);
    let places = [format!("{folder}/{text}"), text.to_owned()];
    let mut files: Vec<_> = places
        .iter()
        .filter_map(|path| scene.relative(path.trim_start_matches('/').as_ref()))
        .filter_map(|path| scene.tree().file(&path))
        .collect();
    files.dedup_by_key(|file| file.path.clone());
    match files.as_slice() {
        [file] if !file.executable && file.link.is_none() => Some(file.path.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn what_is_started_is_executable() {
        fires(super::RULE, &[("run.sh*", "#!/bin/sh\n./setup.sh\n"), ("setup.sh", "#!/bin/sh\n")]);
        holds(super::RULE, &[("run.sh*", "#!/bin/sh\n./setup.sh\n"), ("setup.sh*", "#!/bin/sh\n")]);
        holds(super::RULE, &[("run.sh*", "#!/bin/sh\nbash ./setup.sh\n"), ("setup.sh", "#!/bin/sh\n")]);
        holds(super::RULE, &[("run.sh*", "#!/bin/sh\nchmod +x *.sh\n./setup.sh\n"), ("setup.sh", "")]);
    }
}

//! A container starts with a script that probes with a program which its image lacks.
//!
//! `until nc -z db 5432; do sleep 1; done` in an image without `nc` fails each time, whether the server is there or not:
//! the container waits forever, and its log only says `nc: not found`.
//!
//! Fires, when `entrypoint.sh` calls `nc`:
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! COPY entrypoint.sh /entrypoint.sh
//! ENTRYPOINT ["/entrypoint.sh"]
//! ```
//!
//! Fine: `apt-get install -y netcat-openbsd` before it; Alpine, whose busybox has `nc` and `wget`; images that are not small;
//! a script that asks `command -v nc` first.
//!
//! Help: install it, or wait by a health check in the compose file.
//!
//! Source: the package lists of the official images.

use testyard_project::script::{Script, Word};

use super::entry;
use crate::dockerfile::lacking;
use crate::dockerfile::stage::Ancestry;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-XA011", "a container's first script calls a program that its image lacks", Warning, check);

/// Programs that scripts wait with.
const PROBES: [&str; 3] = ["nc", "curl", "wget"];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for entry in entry::entries(scene) {
        let Some((path, index)) = &entry.stage else { continue };
        let file = scene.dockerfiles().iter().find(|file| file.path == *path);
        let Some((file, stage)) = file.and_then(|file| Some((file, file.stages.get(*index)?))) else {
            continue;
        };
        let script = scene.scripts().iter().find(|(path, _)| *path == entry.file);
        let Some((_, script)) = script.filter(|(_, script)| script.error.is_none() && !script.unread) else {
            continue;
        };
        let ancestry = Ancestry::of(file, stage);
        for program in PROBES.into_iter().filter(|program| calls(script, program)) {
            if let Some(image) = lacking::image(&ancestry, program) {
                let message = format!("`{}` calls `{program}`, which `{image}` does not have", entry.file);
                found.at(&entry.place, message).help(format!(
                    "install `{program}` in the image, or wait by a health check in the compose file"
                ));
            }
        }
    }
}

/// Whether a script calls a program without asking first whether it is there.
fn calls(script: &Script, program: &str) -> bool {
    let is = |word: Option<&Word>, text: &str| word.is_some_and(|word| word.text == text);
    let asks = |words: &[Word]| {
        ["command", "which", "type", "hash"].iter().any(|ask| is(words.first(), ask))
            && words.iter().any(|word| word.text == program)
    };
    script.commands.iter().any(|command| is(command.words.first(), program))
        && !script.commands.iter().any(|command| asks(&command.words))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::fixture::{fires, holds};

    const SCRIPT: &str = "#!/bin/sh\nwhile ! nc -z db 5432; do\n  sleep 1\ndone\nexec \"$@\"\n";

    fn files<'a>(dockerfile: &'a str, script: &'a str) -> [(&'a str, &'a str); 3] {
        [("compose.yaml", "services: {a: {build: .}}"), ("Dockerfile", dockerfile), ("e.sh*", script)]
    }

    #[test]
    fn scripts_that_probe_in_small_images() {
        let check = |image: &str, run: &str, script: &str, expected: bool| {
            let file = format!("FROM {image}\n{run}\nCOPY e.sh /e.sh\nENTRYPOINT [\"/e.sh\"]\n");
            let files = files(&file, script);
            if expected {
                assert_eq!(fires(RULE, &files).len(), 1, "{file}");
            } else {
                holds(RULE, &files);
            }
        };
        check("python:3.12-slim", "", SCRIPT, true);
        check("python:3.12-slim", "RUN apt-get install -y gcc", SCRIPT, true);
        check("python:3.12-slim", "RUN apt-get install -y netcat-openbsd", SCRIPT, false);
        check("python:3.12-slim", "RUN ./install.sh", SCRIPT, false);
        check("python:3.12", "", SCRIPT, false);
        check("python:3.12-alpine", "", SCRIPT, false);
        check("example/own:slim", "", SCRIPT, false);
        check("python:3.12-slim", "", &SCRIPT.replace("while", "command -v nc || exit 1\nwhile"), false);
        check("python:3.12-slim", "", "#!/bin/sh\necho nc\n", false);
    }
}

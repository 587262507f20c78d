//! The image runs as root.
//!
//! Whoever breaks into the program owns the container, and files it writes to a mounted folder belong to root on the host.
//!
//! Fires: as a note, for a last stage that starts something, is made from an official image of a system or a language, and
//! never leaves root.
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! CMD ["python", "app.py"]
//! ```
//!
//! Fine: `USER app` before `CMD`; an image from elsewhere, which may have its own user; `gosu`, `su-exec` and
//! the like; a script as entrypoint, which may step down; files for tests and development.
//!
//! Help: `RUN useradd --system app`, then `USER app`.

use testyard_project::dockerfile::{Dockerfile, Kind};

use crate::dockerfile::shell;
use crate::dockerfile::stage::Ancestry;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF006", "the image runs as root", Note, check);

/// Programs with which a start script leaves root.
const STEP_DOWN: [&str; 6] = ["gosu", "su-exec", "setpriv", "runuser", "chpst", "s6-"];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles().iter().filter(|file| file.is_complete() && is_shipped(file)) {
        let Some(stage) = file.last_stage() else { continue };
        let ancestry = Ancestry::of(file, stage);
        let starts = |kind: &Kind| matches!(kind, Kind::Cmd(_) | Kind::Entrypoint(_));
        let started = ancestry.instructions().any(|instruction| starts(&instruction.kind));
        if !started
            || starts_script(&ancestry)
            || !ancestry.is_plain()
            || STEP_DOWN.iter().any(|name| ancestry.mentions(name))
        {
            continue;
        }
        let user = ancestry.instructions().rev().find_map(|instruction| match &instruction.kind {
            Kind::User(user) => Some(user),
            _ => None,
        });
        let spot = user.map_or(stage.spot, |user| user.spot);
        if user.is_none_or(|user| is_root(&user.text)) {
            found
                .at(file.place(spot), "the image runs as root")
                .help("make a user and name it with `USER` before `CMD`");
        }
    }
}

/// Whether a script starts the program: it may leave root before it does.
fn starts_script(ancestry: &Ancestry<'_>) -> bool {
    ancestry.instructions().any(|instruction| {
        let text = shell::said(instruction);
        let script = text.contains(".sh") || text.contains("entrypoint");
        matches!(instruction.kind, Kind::Entrypoint(_)) && script
    })
}

fn is_root(user: &str) -> bool {
    let name = user.trim_matches(['"', '\'']).split(':').next().unwrap_or_default();
    matches!(name, "root" | "0")
}

/// Whether the file's name does not say that it is for tests or development.
fn is_shipped(file: &Dockerfile) -> bool {
    let path = file.path.to_string_lossy().to_lowercase();
    let mut words = path.split(['.', '-', '_', '/']);
    !words.any(|word| matches!(word, "test" | "tests" | "testing" | "dev" | "ci" | "build" | "devcontainer"))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn root_in_what_is_shipped() {
        fires(RULE, &[("Dockerfile", "FROM python:3.12\nCMD x\n")]);
        fires(RULE, &[("Dockerfile", "FROM python:3.12\nUSER app\nUSER root\nCMD x\n")]);
        holds(RULE, &[("Dockerfile", "FROM python:3.12\nUSER app\nCMD x\n")]);
        holds(RULE, &[("Dockerfile", "FROM python:3.12 AS a\nUSER app\nFROM a\nCMD x\n")]);
        holds(RULE, &[("Dockerfile", "FROM python:3.12\nUSER $APP\nCMD x\n")]);
        holds(RULE, &[("Dockerfile", "FROM ghcr.io/a/b:1\nCMD x\n")]);
        holds(RULE, &[("Dockerfile.test", "FROM python:3.12\nCMD x\n")]);
        holds(RULE, &[("Dockerfile", "FROM python:3.12\nRUN apt-get install -y gosu\nCMD x\n")]);
        holds(RULE, &[("Dockerfile", "FROM python:3.12\nENTRYPOINT [\"/start.sh\"]\nCMD x\n")]);
        holds(RULE, &[("Dockerfile", "FROM python:3.12\nRUN x\n")]);
    }
}

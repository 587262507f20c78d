//! What the rules about kept downloads share: the `RUN`s that end up in the image that is shipped.

use testyard_project::dockerfile::{Dockerfile, Instruction};

use crate::dockerfile::shell::said;
use crate::dockerfile::stage::Ancestry;
use crate::dockerfile::{Ran, commands};
use crate::scene::Scene;
use crate::sink::Sink;

/// How a package manager keeps what it fetched.
pub(super) struct Keeps {
    /// Whether a command installs something and keeps its downloads.
    pub(super) installs: fn(&Ran) -> bool,
    /// What in the same `RUN`, its mounts included, says that nothing is kept.
    pub(super) removed: &'static [&'static str],
    /// What anywhere before it does.
    pub(super) settled: &'static [&'static str],
    /// What is wrong.
    pub(super) message: &'static str,
    /// What to do.
    pub(super) help: &'static str,
}

/// Notes the first `RUN` of each file's last stage, or of a stage that it starts from, that keeps downloads.
pub(super) fn check(scene: &Scene, found: &mut Sink<'_>, keeps: &Keeps) {
    for file in scene.dockerfiles().iter().filter(|file| file.is_complete()) {
        let Some(stage) = file.last_stage() else { continue };
        let ancestry = Ancestry::of(file, stage);
        if keeps.settled.iter().any(|mark| ancestry.mentions(mark)) {
            continue;
        }
        let first = ancestry.instructions().find_map(|instruction| kept(file, instruction, keeps));
        if let Some(ran) = first {
            found.at(file.place(ran.spot), keeps.message).help(keeps.help);
        }
    }
}

fn kept(file: &Dockerfile, instruction: &Instruction, keeps: &Keeps) -> Option<Ran> {
    let ran = commands(file, instruction).into_iter().find(keeps.installs)?;
    let text = said(instruction);
    (!keeps.removed.iter().any(|mark| text.contains(mark))).then_some(ran)
}

//! A `WORKDIR` starts from a folder that this file does not name.
//!
//! A relative `WORKDIR` is laid onto the one before it. Where none came before, it is laid onto that of the base image, which
//! another version of the image may change.
//!
//! Fires:
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! WORKDIR app
//! ```
//!
//! Fine: `WORKDIR /app`, and `WORKDIR src` after it.
//!
//! Help: begin the path with `/`.

use testyard_project::dockerfile::Kind;

use crate::dockerfile::stage::Ancestry;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF007", "a `WORKDIR` starts from an unnamed folder", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for stage in &file.stages {
            let ancestry = Ancestry::of(file, stage);
            let folders = ancestry.instructions().filter_map(|instruction| match &instruction.kind {
                Kind::Workdir(folder) => Some(folder),
                _ => None,
            });
            let Some(first) = folders.into_iter().next() else { continue };
            // A child stage does not repeat what its parent was told.
            let own = stage
                .own()
                .any(|instruction| matches!(&instruction.kind, Kind::Workdir(one) if one == first));
            if own && is_relative(&first.text) {
                let path = first.text.trim_matches(['"', '\'']);
                found
                    .at(file.place(first.spot), format!("`{path}` is laid onto the folder of the base image"))
                    .help(format!("write `WORKDIR /{}`", path.trim_start_matches("./")));
            }
        }
    }
}

/// Whether a path certainly does not start at a root, that of Windows included.
fn is_relative(path: &str) -> bool {
    let path = path.trim_matches(['"', '\'']);
    !path.starts_with(['/', '\\', '$', '%']) && !path.contains(':') && !path.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn the_first_folder_is_absolute() {
        assert_eq!(fires(RULE, &[("Dockerfile", "FROM a:1\nWORKDIR app\nWORKDIR b\n")]).len(), 1);
        assert_eq!(
            fires(RULE, &[("Dockerfile", "FROM a:1 AS x\nWORKDIR app\nFROM x\nWORKDIR b\n")]).len(),
            1
        );
        holds(RULE, &[("Dockerfile", "FROM a:1\nWORKDIR /app\nWORKDIR src\n")]);
        holds(RULE, &[("Dockerfile", "FROM a:1\nWORKDIR $HOME/x\n")]);
        holds(RULE, &[("Dockerfile", "FROM a:1\nWORKDIR C:/app\n")]);
    }
}

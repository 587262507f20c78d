//! A `FROM` uses a variable that is not declared before the first `FROM`.
//!
//! There, and only there, declared arguments hold in `FROM` lines. Any other variable is replaced by nothing, and what remains
//! is no image.
//!
//! Fires: as an error where what remains names no image, else as a warning.
//!
//! ```dockerfile
//! FROM alpine:3.20 AS tools
//! ARG PYTHON=3.12
//! FROM python:$PYTHON
//! ```
//!
//! Fine: `ARG PYTHON=3.12` before the first `FROM`, a default as in `${PYTHON:-3.12}`, and the builder's own `TARGETARCH` and
//! its like.
//!
//! Help: move the `ARG` above the first `FROM`.

use testyard_model::Severity;
use testyard_project::dockerfile::{Dockerfile, Expanded, Kind, Scope};

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF020", "a `FROM` uses a variable that is not declared for it", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        let scope = Scope::of_file(file, None);
        for stage in &file.stages {
            let Expanded::Known { text, unset } = scope.expand(&stage.base) else { continue };
            // One that is declared as empty was meant so.
            let Some(name) = unset.iter().find(|name| !scope.declares(name)) else { continue };
            let broken = text.is_empty() || text.ends_with([':', '@', '/']) || text.contains(":-");
            let help = if declared_in_stage(file, name) {
                format!("move `ARG {name}` above the first `FROM`")
            } else {
                format!("declare `ARG {name}` above the first `FROM`")
            };
            found
                .at(
                    file.place(stage.base.spot),
                    format!("`{name}` is not declared here, so this means `{text}`"),
                )
                .severity(if broken { Severity::Error } else { Severity::Warning })
                .help(help);
        }
    }
}

fn declared_in_stage(file: &Dockerfile, name: &str) -> bool {
    let mut instructions = file.stages.iter().flat_map(|stage| &stage.instructions);
    instructions.any(|instruction| match &instruction.kind {
        Kind::Arg(list) => list.iter().any(|one| one.name.text == name),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn variables_of_from_lines() {
        let found = fires(RULE, &[("Dockerfile", "FROM a:1\nARG V=3\nFROM python:$V\n")]);
        assert_eq!(found[0].message, "`V` is not declared here, so this means `python:`");
        assert_eq!(found[0].help.as_deref(), Some("move `ARG V` above the first `FROM`"));
        let found = fires(RULE, &[("Dockerfile", "FROM python:3$V\n")]);
        assert_eq!(found[0].severity, Severity::Warning);
        holds(RULE, &[("Dockerfile", "ARG V=3\nARG E=\nARG G\nFROM python:$V$E$G\n")]);
        holds(RULE, &[("Dockerfile", "FROM python:${V:-3} AS a-x\nFROM a-$TARGETARCH\n")]);
    }
}

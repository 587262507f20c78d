//! An instruction is replaced by a later one.
//!
//! Of several `CMD`, `ENTRYPOINT` or `HEALTHCHECK` in one stage only the last one counts; the others look as if they did
//! something.
//!
//! Fires:
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! CMD ["python", "migrate.py"]
//! CMD ["python", "app.py"]
//! ```
//!
//! Fine: one of each; another one in another stage.
//!
//! Help: remove the earlier one, or run both from one script.

use testyard_project::dockerfile::{Instruction, Kind};

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF017", "an instruction is replaced by a later one", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for stage in &file.stages {
            let single: Vec<&Instruction> = stage.own().filter(|one| counts_once(&one.kind)).collect();
            for (at, instruction) in single.iter().enumerate() {
                let later = &single[at + 1..];
                let Some(other) = later.iter().rev().find(|one| one.keyword() == instruction.keyword())
                else {
                    continue;
                };
                let word = instruction.keyword();
                let message =
                    format!("this `{word}` does nothing: the one in line {} counts", other.spot.line);
                found
                    .at(file.place(instruction.spot), message)
                    .help("remove it, or run both from one script");
            }
        }
    }
}

fn counts_once(kind: &Kind) -> bool {
    matches!(kind, Kind::Cmd(_) | Kind::Entrypoint(_) | Kind::Healthcheck(_))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn only_the_last_one_counts() {
        let found = fires(RULE, &[("Dockerfile", "FROM a:1\nCMD x\nENTRYPOINT y\nCMD z\n")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "this `CMD` does nothing: the one in line 4 counts");
        holds(RULE, &[("Dockerfile", "FROM a:1 AS b\nCMD x\nENTRYPOINT y\nFROM b\nCMD z\n")]);
        holds(RULE, &[("Dockerfile", "FROM a:1\nONBUILD CMD x\nCMD z\n")]);
    }
}

//! Stages need each other in a circle, or a stage is named by a number that there is not.
//!
//! Builders refuse both before they run anything.
//!
//! Fires: a stage that copies from itself, two that copy from each other, and `--from=3` in a file of two stages.
//!
//! ```dockerfile
//! FROM alpine:3.20 AS build
//! COPY --from=build /a /b
//! ```
//!
//! Fine: copying from any other stage, also a later one, as long as no circle closes.
//!
//! Help: copy within a stage with `RUN cp`; break the circle with a stage of its own for what both need.

use std::collections::BTreeSet;

use testyard_project::dockerfile::{Dockerfile, Kind};

use crate::dockerfile::stage::{froms, source_stage};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF003", "stages need each other in a circle", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        // What was not read may hold more stages.
        if file.is_complete() {
            numbers(file, found);
            circles(file, found);
        }
    }
}

fn numbers(file: &Dockerfile, found: &mut Sink<'_>) {
    for instruction in file.stages.iter().flat_map(|stage| stage.own()) {
        let Some(flag) = instruction.flag("from").filter(|_| matches!(instruction.kind, Kind::Copy(_)))
        else {
            continue;
        };
        let number = flag.value.as_deref().and_then(|value| value.parse::<usize>().ok());
        let Some(number) = number.filter(|number| *number >= file.stages.len()) else { continue };
        if source_stage(file, &number.to_string()).is_none() {
            let message = format!("there is no stage {number}: the file has {}", file.stages.len());
            found.at(file.place(flag.spot), message).help("stages count from 0");
        }
    }
}

fn circles(file: &Dockerfile, found: &mut Sink<'_>) {
    let needs: Vec<Vec<(usize, _)>> = file.stages.iter().map(|stage| needs(file, stage)).collect();
    let mut told = BTreeSet::new();
    for (stage, direct) in needs.iter().enumerate() {
        for (other, spot) in direct {
            let circle = reached(&needs, *other);
            if !circle.contains(&stage) || circle.iter().any(|one| told.contains(one)) {
                continue;
            }
            told.insert(stage);
            let title = |index: usize| file.stages.get(index).map(|stage| stage.title()).unwrap_or_default();
            let message = if stage == *other {
                format!("the stage `{}` copies from itself", title(stage))
            } else {
                format!("the stages `{}` and `{}` need each other", title(stage), title(*other))
            };
            found
                .at(file.place(*spot), message)
                .help("a stage can only use what other stages made before it");
        }
    }
}

/// The stages that a stage needs, with where it says so.
fn needs(
    file: &Dockerfile,
    stage: &testyard_project::dockerfile::Stage,
) -> Vec<(usize, testyard_project::dockerfile::Spot)> {
    let base =
        file.lineage(stage, None).stages.iter().rev().nth(1).map(|parent| (parent.index, stage.base.spot));
    let sources = stage.own().flat_map(froms);
    let sources = sources.filter_map(|(from, spot)| Some((source_stage(file, &from)?.index, spot)));
    base.into_iter().chain(sources).collect()
}

/// Every stage that is needed to make one, itself included.
fn reached(needs: &[Vec<(usize, testyard_project::dockerfile::Spot)>], from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([from]);
    let mut waiting = vec![from];
    while let Some(stage) = waiting.pop() {
        let next = needs.get(stage).into_iter().flatten().map(|(other, _)| *other);
        waiting.extend(next.filter(|other| reached.insert(*other)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn circles_and_numbers() {
        let one = |text: &str| {
            let found = fires(RULE, &[("Dockerfile", text)]);
            assert_eq!(found.len(), 1, "{text}");
            found[0].message.clone()
        };
        assert_eq!(one("FROM a:1 AS b\nCOPY --from=b /x /y\n"), "the stage `b` copies from itself");
        let two = "FROM a:1 AS b\nCOPY --from=c /x /y\nFROM a:1 AS c\nRUN --mount=from=b,target=/m x\n";
        assert_eq!(one(two), "the stages `b` and `c` need each other");
        assert_eq!(one("FROM a:1\nFROM b:1\nCOPY --from=2 /x /y\n"), "there is no stage 2: the file has 2");
        holds(
            RULE,
            &[("Dockerfile", "FROM a:1 AS b\nFROM b AS c\nCOPY --from=b /x /y\nCOPY --from=0 /x /y\n")],
        );
        holds(RULE, &[("Dockerfile", "FROM a:1 AS b\nCOPY --from=c /x /y\nFROM a:1 AS c\n")]);
    }
}

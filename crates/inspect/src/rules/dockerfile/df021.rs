//! An argument of the file is empty inside a stage.
//!
//! An `ARG` before the first `FROM` holds in `FROM` lines only. A stage that uses it must declare it again; without that it is
//! replaced by nothing.
//!
//! Fires: for stages from official images, where nothing else can set the variable.
//!
//! ```dockerfile
//! ARG VERSION=1.2
//! FROM alpine:3.20
//! RUN wget https://example.org/tool-$VERSION.tar.gz
//! ```
//!
//! Fine: `ARG VERSION` (without a value) inside the stage; a `RUN` that sets the variable itself; variables that official
//! images set, such as `PYTHON_VERSION`.
//!
//! Help: add `ARG NAME` to the stage.

use std::collections::BTreeSet;

use testyard_project::dockerfile::{Dockerfile, Instruction, Kind, Scope, Stage, TransferSource};

use crate::dockerfile::shell::said;
use crate::dockerfile::stage::Ancestry;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF021", "an argument of the file is empty inside a stage", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        let names = arguments(file);
        for stage in file.stages.iter().filter(|_| !names.is_empty()) {
            if Ancestry::of(file, stage).is_plain() {
                within(file, stage, &names, found);
            }
        }
    }
}

/// The arguments of the file that no official image sets in its environment.
fn arguments(file: &Dockerfile) -> Vec<&str> {
    let lists = file.arguments.iter().filter_map(|instruction| match &instruction.kind {
        Kind::Arg(list) => Some(list),
        _ => None,
    });
    let names = lists.flatten().map(|one| one.name.text.as_str());
    names.filter(|name| !is_set_elsewhere(name)).collect()
}

fn is_set_elsewhere(name: &str) -> bool {
    const LANGUAGES: [&str; 12] =
        ["PYTHON", "NODE", "YARN", "GOLANG", "GO", "PHP", "RUBY", "JAVA", "RUST", "MAVEN", "GRADLE", "PERL"];
    let language = LANGUAGES.iter().any(|language| name.starts_with(language));
    language
        || name.starts_with("TARGET")
        || name.starts_with("BUILD")
        || matches!(name, "PATH" | "HOME" | "LANG" | "USER")
}

fn within(file: &Dockerfile, stage: &Stage, names: &[&str], found: &mut Sink<'_>) {
    let mut told = BTreeSet::new();
    for (at, instruction) in stage.instructions.iter().enumerate().filter(|(_, one)| !one.onbuild) {
        let text = everything(instruction);
        let used = names.iter().filter(|name| uses(&text, name) && !sets(&text, name));
        let used: Vec<_> = used.filter(|name| !told.contains(**name)).collect();
        if used.is_empty() {
            continue;
        }
        let scope = Scope::at(file, stage, at, None);
        for name in used {
            if !scope.declares(name) && told.insert(*name) {
                found
                    .at(file.place(instruction.spot), format!("`{name}` is empty in this stage"))
                    .help(format!("add `ARG {name}` to the stage, without a value"));
            }
        }
    }
}

/// What an instruction says, with the sources of what it copies.
fn everything(instruction: &Instruction) -> String {
    let mut text = said(instruction);
    let sources = instruction.transfer().into_iter().flat_map(|transfer| &transfer.sources);
    for source in sources {
        if let TransferSource::Path(word) = source {
            text.push_str(&word.text);
            text.push('\n');
        }
    }
    text
}

/// Whether a text uses a variable: `$NAME` or `${NAME}`. One with a default was meant to be empty at times, and one behind a backslash
/// or between single quotes is not replaced here.
fn uses(text: &str, name: &str) -> bool {
    let plain = text.match_indices(&format!("${name}")).any(|(at, found)| {
        let after = text[at + found.len()..].chars().next();
        let escaped = text[..at].ends_with(['\\', '$', '\'']);
        !escaped && after.is_none_or(|c| !(c.is_ascii_alphanumeric() || c == '_'))
    });
    plain || text.contains(&format!("${{{name}}}"))
}

/// Whether a text sets the variable itself.
fn sets(text: &str, name: &str) -> bool {
    [format!("{name}="), format!("read {name}"), format!("for {name} "), format!("read -r {name}")]
        .iter()
        .any(|mark| text.contains(mark.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn arguments_that_a_stage_does_not_declare() {
        let check = |body: &str| format!("ARG VERSION=1\nFROM alpine:3\n{body}\n");
        assert_eq!(fires(RULE, &[("Dockerfile", &check("RUN a $VERSION\nRUN b $VERSION"))]).len(), 1);
        fires(RULE, &[("Dockerfile", &check("COPY x-${VERSION} /y"))]);
        fires(RULE, &[("Dockerfile", &check("RUN a $VERSION\nARG VERSION"))]);
        for body in [
            "ARG VERSION\nRUN a $VERSION",
            "RUN VERSION=$(x) && a $VERSION",
            "RUN a $VERSION_OF_B \\$VERSION",
            "RUN a ${VERSION:-1}",
            "ENV VERSION=2\nRUN a $VERSION",
        ] {
            holds(RULE, &[("Dockerfile", &check(body))]);
        }
        holds(
            RULE,
            &[("Dockerfile", "ARG PYTHON_VERSION=3\nFROM python:$PYTHON_VERSION\nRUN a $PYTHON_VERSION\n")],
        );
        holds(RULE, &[("Dockerfile", "ARG V=3\nFROM ghcr.io/a/b:1\nRUN a $V\n")]);
    }
}

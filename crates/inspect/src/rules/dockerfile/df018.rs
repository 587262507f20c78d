//! An instruction has a flag that it does not know.
//!
//! Builders stop at it: `unknown flag`.
//!
//! Fires:
//!
//! ```dockerfile
//! FROM alpine:3.20
//! COPY --form=build /a /b
//! ```
//!
//! Fine: every flag of Docker's own frontend, also those of its experimental channel.
//!
//! Help: the nearest flag that there is.

use testyard_project::dockerfile::Kind;
use testyard_project::nearest;

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF018", "an instruction has a flag that it does not know", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for instruction in file.stages.iter().flat_map(|stage| &stage.instructions) {
            let known = flags(&instruction.kind);
            let unknown = instruction.flags.iter().filter(|flag| !known.contains(&flag.name.as_str()));
            for flag in unknown {
                let message = format!("`{}` has no flag `--{}`", instruction.keyword(), flag.name);
                let help = nearest::help(&flag.name, known.iter().copied());
                found.at(file.place(flag.spot), message).help(help);
            }
        }
    }
}

/// The flags of an instruction.
fn flags(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Add(_) => &["chown", "chmod", "link", "checksum", "keep-git-dir", "unpack", "exclude"],
        Kind::Copy(_) => &["from", "chown", "chmod", "link", "parents", "exclude"],
        Kind::Run(_) => &["mount", "network", "security", "device"],
        Kind::Healthcheck(_) => &["interval", "timeout", "start-period", "start-interval", "retries"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn flags_that_there_are_not() {
        let found = fires(RULE, &[("Dockerfile", "FROM a:1\nCOPY --form=x /a /b\n")]);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `from`?"));
        fires(RULE, &[("Dockerfile", "FROM a:1\nHEALTHCHECK --interval=5s --start_period=1s CMD x\n")]);
        let fine = "COPY --from=x --link --parents --exclude=*.md /a /b\nRUN --mount=type=cache,target=/x --network=none y\n\
                    RUN make --jobs=2\nADD --checksum=sha256:00 https://a/b /c\n";
        holds(RULE, &[("Dockerfile", &format!("FROM a:1\n{fine}"))]);
    }
}

//! The folder before a wildcard is not in the context
//!
//! A wildcard may match nothing, but the folder before it must be there. `COPY conf/*.toml .` stops the build when there is no
//! `conf` in the context, or when an ignore file leaves it out.
//!
//! Fires, without a folder `conf`:
//! ```dockerfile
//! COPY conf/*.toml /etc/app/
//! ```
//! Fine, with `conf`, even an empty one. A folder of which the ignore file includes a part again is there, too.
//!
//! To fix it, correct the folder, the context or the ignore file.
//!
//! Source: BuildKit's `contenthash`, which looks the folder up before it matches.

use super::told;
use crate::context::Outcome;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule =
    rule!("TY-CX003", "the folder before a wildcard is not in the context", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (judged, source) in told::sources(scene) {
        let (Outcome::NoFolder(folder, line), false) = (&source.outcome, source.escapes) else { continue };
        let build = &judged.build;
        let (why, weight, help) = match line {
            Some(line) => (
                format!("which line {} of the ignore file (`{}`) leaves out", line.number, line.written),
                Some(told::certain(build)),
                format!("add a line `!{folder}` behind it"),
            ),
            None => (
                format!("which is not in the context `{}`", told::context(build)),
                told::absent(scene, build, folder),
                told::advice(scene, judged, folder),
            ),
        };
        let Some(weight) = weight else { continue };
        let cause = if line.is_none() { told::cause(judged, found) } else { None };
        let message =
            format!("`{}` matches `{}` in the folder `{folder}`, {why}", source.keyword, source.written);
        let draft = found.at(&source.place, message).severity(weight).help(help).basis(build.basis.words());
        if let Some(cause) = cause {
            draft.cause(cause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::fixture::{fires, holds};

    const COMPOSE: (&str, &str) = ("compose.yaml", "services: {a: {build: .}}");
    const FILE: (&str, &str) = ("Dockerfile", "FROM x\nCOPY conf/*.toml /d/\n");

    #[test]
    fn the_folder_must_be_there() {
        fires(RULE, &[COMPOSE, FILE]);
        holds(RULE, &[COMPOSE, FILE, ("conf/", "")]);
        holds(RULE, &[COMPOSE, ("Dockerfile", "FROM x\nCOPY *.toml /d/\n")]);
    }

    #[test]
    fn the_folder_must_be_sent() {
        let found = fires(RULE, &[COMPOSE, FILE, ("conf/a.toml", ""), (".dockerignore", "conf")]);
        assert!(found[0].message.contains("line 1"), "{}", found[0].message);
        holds(RULE, &[COMPOSE, FILE, ("conf/a.toml", ""), (".dockerignore", "conf\n!conf/a.toml")]);
    }
}

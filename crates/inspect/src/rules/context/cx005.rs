//! A source is there, but a fresh clone does not have it
//!
//! The build works on this machine and fails on every other: the file that `COPY` reads is ignored by git or was never
//! added. Results of programs, such as `dist`, are a note: they are made before the build.
//!
//! Fires, with `*.env` in `.gitignore`:
//! ```dockerfile
//! COPY settings.env .
//! ```
//! Fine, with `settings.env` in git. Without a repository, or when the Dockerfile itself is not in git, nothing is said.
//!
//! To fix it, add the file to git, make it in the Dockerfile, or copy an example that is in git.
//!
//! Source: experience; no builder warns of it.

use testyard_model::Severity;

use super::told;
use crate::context::{Outcome, Source, join, looks_made};
use crate::rule::{Rule, rule};
use crate::scene::{Git, Scene, Standing};
use crate::sink::Sink;

pub(crate) const RULE: Rule =
    rule!("TY-CX005", "a source is there, but a fresh clone does not have it", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let Some(git) = scene.git() else { return };
    for (judged, source) in told::sources(scene) {
        let build = &judged.build;
        let Some(path) = literal(source).map(|inside| join(&build.folder, inside)) else { continue };
        if !git.tracks(&build.dockerfile) {
            continue;
        }
        let (why, weight) = match standing(scene, git, &path) {
            Standing::Ignored => ("git ignores it", Severity::Warning),
            Standing::Untracked => ("it was never added to git", Severity::Note),
            _ => continue,
        };
        let weight = if looks_made(scene, &path) { Severity::Note } else { weight };
        let message = format!("`{path}` is only on this machine: {why}, and a fresh clone does not have it");
        found
            .at(&source.place, message)
            .severity(weight)
            .help("add it to git, or make it before or in the build")
            .basis(build.basis.words());
    }
}

/// The path of a source without wildcards that is found.
fn literal(source: &Source) -> Option<&str> {
    let inside = source.inside.as_deref().filter(|inside| !inside.is_empty())?;
    (matches!(source.outcome, Outcome::Found) && !inside.contains(['*', '?', '['])).then_some(inside)
}

/// How a file stands with git, or a folder as its first file does when none of it is tracked.
fn standing(scene: &Scene, git: &Git, path: &str) -> Standing {
    if scene.tree().file(path).is_some() {
        return scene.standing(path);
    }
    match scene.tree().below(path).first() {
        Some(first) if !git.tracks_below(path) => scene.standing(&first.path),
        _ => Standing::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use testyard_model::Severity;

    use super::RULE;
    use crate::fixture::{findings_in, repository};
    use crate::scene::Scene;

    /// The weights of what is found, in a repository with these files in git and those not.
    fn check(tracked: &[(&str, &str)], others: &[(&str, &str)], expected: &[Severity]) {
        let Some(folder) = repository(tracked, others) else { return };
        let scene = Scene::open(folder.path(), BTreeMap::new(), &[]);
        let found: Vec<Severity> =
            findings_in(&RULE, &scene).iter().map(|finding| finding.severity).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_only_this_machine_has_is_found() {
        let file = ("Dockerfile", "FROM x\nCOPY local.env conf dist new.py kept.py /d/\n");
        let tracked = [file, (".gitignore", "*.env\n/conf\n/dist\n"), ("kept.py", "")];
        let others = [("local.env", ""), ("conf/a", ""), ("dist/b", ""), ("new.py", "")];
        use Severity::{Note, Warning};
        check(&tracked, &others, &[Warning, Warning, Note, Note]);
        check(&[("Dockerfile", "FROM x\nCOPY kept.py /d/\n"), ("kept.py", "")], &others, &[]);
        check(&[("a", "")], &[("Dockerfile", "FROM x\nCOPY new.py /d/\n"), ("new.py", "")], &[]);
    }
}

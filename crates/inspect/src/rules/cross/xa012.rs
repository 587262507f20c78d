//! A bake file builds with what is not there.
//!
//! `docker buildx bake` fails at once when a target's context is no folder, its Dockerfile is not there, or that has no
//! such stage. Paths start in the folder where Bake is called, Dockerfiles in their context.
//!
//! Fires, when there is no `api/Dockerfile.prod`:
//!
//! ```hcl
//! target "api" {
//!   context    = "api"
//!   dockerfile = "Dockerfile.prod"
//! }
//! ```
//!
//! Fine: the file exists seen from the project's root or from the bake file's folder; a variable or a function stands in its
//! name; a target that others inherit from; an override file lies beside it.
//!
//! Help: correct the path.
//!
//! Source: Docker's "Bake file reference".

use std::path::Path;

use testyard_model::{Place, Severity};
use testyard_project::bake;

use crate::context::{Baked, baked};
use crate::missing::{Missing, elsewhere};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;
use crate::target;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-XA012", "a bake file builds with what is not there", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.own_files().filter(|file| bake::is_bake_file(file.name())) {
        let Some(text) = scene.text(&file.path) else { continue };
        if let Some((place, why)) = bake::read(Path::new(&file.path), text).broken {
            found.at(place, format!("Bake cannot read this file: {why}")).help("correct the syntax");
        }
    }
    for one in baked(scene) {
        if let Some((place, message, help)) = broken(scene, &one) {
            found.at(place, message).severity(Severity::Warning).help(help).basis(&one.basis);
        }
    }
}

/// What a target lacks from wherever it is called, and what to do about it.
fn broken<'a>(scene: &Scene, one: &'a Baked) -> Option<(&'a Place, String, String)> {
    let candidates = one.candidates(scene);
    let (_, folder, dockerfile) = candidates.first()?;
    if candidates.iter().all(|(_, folder, _)| !scene.exists(folder)) {
        let missing = Missing::of(scene, folder)?;
        let help = missing.help("correct the path");
        return Some((&one.context.1, format!("the build context `{folder}` is not there"), help));
    }
    // Older versions of Bake and habit take the path from where it is called.
    let there = |path: &String| scene.exists(path) || scene.exists(&one.dockerfile.0);
    if candidates.iter().all(|(_, _, dockerfile)| !there(dockerfile)) {
        let missing = Missing::of(scene, dockerfile)?;
        let help = match elsewhere(scene, dockerfile) {
            Some(other) => format!("there is one at `{other}`"),
            None => "correct the path, or make the file first".to_owned(),
        };
        let message = format!("the Dockerfile `{dockerfile}` is not there");
        return Some((&one.dockerfile.1, message, missing.help(help)));
    }
    let (stage, place) = one.stage.as_ref()?;
    let files = scene.dockerfiles().iter();
    let files: Vec<_> =
        files.filter(|file| candidates.iter().any(|(_, _, path)| file.path == Path::new(path))).collect();
    let [file] = files.as_slice() else { return None };
    let help = target::missing(file, stage)?;
    Some((place, format!("`{}` has no stage `{stage}`", file.path.display()), help))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::fixture::{fires, holds};

    const BAKE: &str = "target \"base\" {\n  args = {}\n}\ntarget \"api\" {\n  inherits = [\"base\"]\n  context = \"api\"\n  \
        dockerfile = \"Dockerfile.prod\"\n  target = \"run\"\n}\n";
    const FILE: &str = "FROM x AS run\n";

    #[test]
    fn what_targets_lack() {
        let check = |files: &[(&str, &str)], line: u32, message: &str| {
            let found = fires(RULE, &[&[("docker-bake.hcl", BAKE)], files].concat());
            assert_eq!((found.len(), found[0].place.line, found[0].message.as_str()), (1, line, message));
            assert_eq!(found[0].basis.as_deref(), Some("docker-bake.hcl: target `api`"));
        };
        check(&[], 6, "the build context `api` is not there");
        check(&[("api/Dockerfile", FILE)], 7, "the Dockerfile `api/Dockerfile.prod` is not there");
        check(&[("api/Dockerfile.prod", "FROM x AS ran\n")], 8, "`api/Dockerfile.prod` has no stage `run`");
        let found = fires(RULE, &[("docker-bake.json", "{")]);
        assert_eq!(found[0].place.line, 1);
    }

    #[test]
    fn what_is_there_or_not_certain() {
        let api = ("api/Dockerfile.prod", FILE);
        holds(RULE, &[("docker-bake.hcl", BAKE), api]);
        holds(RULE, &[("docker-bake.hcl", BAKE), ("docker-bake.override.hcl", "")]);
        holds(RULE, &[("ops/docker-bake.hcl", BAKE), ("ops/api/Dockerfile.prod", FILE)]);
        holds(RULE, &[("ops/docker-bake.hcl", BAKE), api]);
        holds(RULE, &[("docker-bake.hcl", &BAKE.replace("\"api\"\n", "\"${DIR}\"\n"))]);
        holds(RULE, &[("docker-bake.hcl", &BAKE.replace("\"api\"\n", "\"https://x.example/y.git\"\n"))]);
        holds(RULE, &[("docker-bake.hcl", "target \"docker-metadata-action\" {}\n")]);
    }
}

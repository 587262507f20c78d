//! An ignore file applies to no build
//!
//! A build reads one ignore file: `<Dockerfile>.dockerignore` beside the Dockerfile, else `.dockerignore` in the root of the context.
//! A `.dockerignore` beside a Dockerfile whose context is another folder is never read, and everything it names is sent.
//!
//! It is only said when every build that could use the file is known: no Dockerfile at or below its folder is without a
//! compose file, workflow, makefile or script that names its context.
//!
//! Fires, with `api/.dockerignore`:
//! ```yaml
//! build: { context: ., dockerfile: api/Dockerfile }
//! ```
//! Fine: the same file as `api/Dockerfile.dockerignore`, or `context: api`.
//!
//! To fix it, move the file to the context's root, or name it after the Dockerfile.
//!
//! Source: Docker's documentation, "Filename and location" of ignore files.

use super::files::{self, Applied};
use crate::context::Basis;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule = rule!("TY-DI001", "an ignore file applies to no build", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for applied in files::all(scene).iter().filter(|applied| applied.builds.is_empty()) {
        if let Some((message, help)) = why(scene, applied) {
            found.at(testyard_model::Place::file(applied.path), message).help(help);
        }
    }
}

/// Why no build reads a file, where that is certain enough to say.
fn why(scene: &Scene, applied: &Applied<'_>) -> Option<(String, String)> {
    if let Some(dockerfile) = applied.dockerfile() {
        let missing = scene.tree().file(dockerfile).is_none() && scene.tree().complete();
        return missing.then(|| {
            let message = format!("no build reads this file: there is no `{dockerfile}` that it belongs to");
            (message, "name it after its Dockerfile, with `.dockerignore` behind".to_owned())
        });
    }
    let inside =
        |path: &str| applied.folder().is_empty() || path.starts_with(&format!("{}/", applied.folder()));
    let near: Vec<_> = scene.builds().iter().filter(|judged| inside(&judged.build.dockerfile)).collect();
    let first = near.first()?;
    if near.iter().any(|judged| judged.build.basis == Basis::Inferred) {
        return None;
    }
    let build = &first.build;
    let context = if build.folder.is_empty() { "." } else { &build.folder };
    let message = format!(
        "no build reads this file: the context of `{}` is `{context}` ({})",
        build.dockerfile,
        build.basis.words()
    );
    let own = format!("{}.dockerignore", build.dockerfile);
    let help = if build.folder == applied.folder() {
        format!("`{own}` is read instead; keep one of them")
    } else {
        format!("move it to `{context}`, or rename it to `{own}`")
    };
    Some((message, help))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::fixture::{fires, holds};

    const FILE: (&str, &str) = ("api/Dockerfile", "FROM x\nCOPY . .\n");
    const ROOT: (&str, &str) =
        ("compose.yaml", "services: {a: {build: {context: ., dockerfile: api/Dockerfile}}}");
    const API: (&str, &str) = ("compose.yaml", "services: {a: {build: api}}");

    #[test]
    fn a_file_beside_the_dockerfile_of_another_context_is_found() {
        let found = fires(RULE, &[ROOT, FILE, ("api/.dockerignore", "x")]);
        assert!(found[0].help.as_deref().unwrap().contains("`api/Dockerfile.dockerignore`"));
        holds(RULE, &[API, FILE, ("api/.dockerignore", "x")]);
        holds(RULE, &[ROOT, FILE, ("api/Dockerfile.dockerignore", "x")]);
        holds(RULE, &[FILE, ("api/.dockerignore", "x")]);
        holds(RULE, &[("docs/.dockerignore", "x")]);
    }

    #[test]
    fn a_hidden_file_and_one_without_a_dockerfile_are_found() {
        fires(RULE, &[API, FILE, ("api/.dockerignore", "x"), ("api/Dockerfile.dockerignore", "x")]);
        fires(RULE, &[API, FILE, ("api/Other.dockerignore", "x")]);
    }
}

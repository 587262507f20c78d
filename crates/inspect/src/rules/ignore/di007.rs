//! A secret of this machine is sent to the build
//!
//! A file that holds secrets by its name (`.env`, `server.key`, `id_rsa`) and that git ignores is covered by a source such as `COPY . .`. It
//! lands in a layer, where everybody who gets the image can read it, even when a later step deletes it.
//!
//! Fires, with a `.env` that git ignores:
//! ```dockerfile
//! COPY . .
//! ```
//! Fine, with `**/.env` in `.dockerignore`. A file that is in git, and one that an instruction names by itself, is another matter.
//!
//! To fix it, leave the file out, and hand secrets over with `RUN --mount=type=secret` or when the container starts.
//!
//! Source: Docker's documentation, "Build secrets".

use crate::context::{Context, Outcome, is_secret};
use crate::rule::{Rule, rule};
use crate::scene::{Scene, Standing};
use crate::sink::Sink;

pub(crate) const RULE: Rule =
    rule!("TY-DI007", "a secret of this machine is sent to the build", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    if scene.git().is_none() {
        return;
    }
    let mut seen = std::collections::BTreeSet::new();
    for judged in scene.builds() {
        let build = &judged.build;
        let context = Context::new(scene, &build.folder, &build.dockerfile);
        for source in judged.sources.iter().filter(|source| source.keyword != "RUN --mount") {
            let (Outcome::Found, Some(inside)) = (&source.outcome, &source.inside) else { continue };
            if !scene.tree().is_folder(&context.path(inside)) || !seen.insert((&source.place, &build.folder))
            {
                continue;
            }
            let below = |path: &str| {
                inside.is_empty()
                    || path.strip_prefix(inside.as_str()).is_some_and(|rest| rest.starts_with('/'))
            };
            let secret = |path: &str| below(path) && is_secret(path.rsplit('/').next().unwrap_or_default());
            let mut secrets = context.sent_below("").filter(|(path, file)| {
                secret(path) && !file.foreign && scene.standing(&file.path) == Standing::Ignored
            });
            let Some((first, _)) = secrets.next() else { continue };
            let message = format!("`{}` brings `{first}`, which git ignores, into the image", source.written);
            let file = context.ignore_path().map_or_else(|| context.path(".dockerignore"), str::to_owned);
            let name = first.rsplit('/').next().unwrap_or_default();
            found
                .at(&source.place, message)
                .help(format!("add `**/{name}` to `{file}`"))
                .basis(build.basis.words());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::RULE;
    use crate::fixture::{findings_in, repository};
    use crate::scene::Scene;

    fn check(tracked: &[(&str, &str)], expected: usize) {
        let others = [("api/.env", "TOKEN=x"), ("api/.env.example", "")];
        let Some(folder) = repository(tracked, &others) else { return };
        let scene = Scene::open(folder.path(), BTreeMap::new(), &[]);
        assert_eq!(findings_in(&RULE, &scene).len(), expected, "{tracked:?}");
    }

    #[test]
    fn secrets_that_are_only_here_are_found() {
        let (file, ignored) = (("Dockerfile", "FROM x\nCOPY . .\n"), (".gitignore", ".env*\n"));
        check(&[file, ignored], 1);
        check(&[file, ignored, (".dockerignore", "**/.env*\n")], 0);
        check(&[("Dockerfile", "FROM x\nCOPY src .\n"), ("src/a", ""), ignored], 0);
        check(&[file, (".gitignore", "x\n")], 0);
    }
}

//! The build is sent what tools wrote for themselves
//!
//! `COPY . .` brings everything that no ignore file leaves out: `.git`, `node_modules`, virtual environments, caches. That
//! makes builds slow, breaks the layer cache with every commit, and may overwrite what the image installed.
//!
//! Only what is there now is counted, and only where a source is the whole context or covers it. BuildKit transfers nothing that
//! no instruction reads. From 64 KiB on it is a note, from 10 MiB on a warning.
//!
//! Fires, with a `node_modules` of some size and no ignore file:
//! ```dockerfile
//! COPY . .
//! ```
//! Fine, with `**/node_modules` and `.git` in `.dockerignore`.
//!
//! Source: Docker's build best practices, "Exclude with .dockerignore".

use std::collections::BTreeSet;

use testyard_model::Severity;

use crate::context::{Context, Outcome, ballast, git_bytes, shown, transferred};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule =
    rule!("TY-DI005", "the build is sent what tools wrote for themselves", Note, check);

/// Less than this is not worth a word, in bytes.
const LEAST: u64 = 64 << 10;
/// From here on it is worth a warning, in bytes.
const MUCH: u64 = 10 << 20;

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    for judged in scene.builds() {
        let build = &judged.build;
        let whole = judged
            .sources
            .iter()
            .find(|source| matches!(source.outcome, Outcome::Found) && source.inside.as_deref() == Some(""));
        let context = Context::new(scene, &build.folder, &build.dockerfile);
        let Some(source) =
            whole.filter(|_| seen.insert((context.folder().to_owned(), build.dockerfile.clone())))
        else {
            continue;
        };
        let mut kinds = ballast(&transferred(&context, judged));
        let git = git_bytes(scene, &context);
        if git > 0 {
            kinds.insert(".git", git);
        }
        kinds.retain(|_, bytes| *bytes >= LEAST);
        let mut kinds: Vec<(&str, u64)> = kinds.into_iter().collect();
        kinds.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        let Some((_, most)) = kinds.first() else { continue };
        let list: Vec<String> =
            kinds.iter().map(|(kind, bytes)| format!("`{kind}` ({})", shown(*bytes))).collect();
        let lines: Vec<String> = kinds.iter().map(|(kind, _)| pattern(kind)).collect();
        let file = context.ignore_path().map_or_else(|| context.path(".dockerignore"), str::to_owned);
        found
            .at(&source.place, format!("`{}` also brings {}", source.written, list.join(", ")))
            .severity(if *most >= MUCH { Severity::Warning } else { Severity::Note })
            .help(format!("add to `{file}`: {}", lines.join(", ")))
            .basis(build.basis.words());
    }
}

fn pattern(kind: &str) -> String {
    if kind == ".git" { "`.git`".to_owned() } else { format!("`**/{kind}`") }
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use super::RULE;
    use crate::fixture::{fires, holds};

    #[test]
    fn ballast_is_counted_where_it_is_sent() {
        let much = "x".repeat(100 << 10);
        let files = [
            ("Dockerfile", "FROM x\nCOPY . .\n"),
            ("web/node_modules/a.js", much.as_str()),
            (".git/pack", &much),
        ];
        let found = fires(RULE, &files);
        assert_eq!(found[0].severity, Severity::Note);
        assert!(found[0].message.contains("`.git` (100.0 KiB), `node_modules`"), "{}", found[0].message);
        holds(RULE, &[files[0], files[1], files[2], (".dockerignore", ".git\n**/node_modules\n")]);
        holds(RULE, &[("Dockerfile", "FROM x\nCOPY src .\n"), ("src/a", ""), files[1], files[2]]);
        holds(RULE, &[files[0], ("node_modules/a.js", "small")]);
    }
}

//! A proposal for an ignore file, tried on every build it would apply to.
//!
//! Where every source is known and found and none is the whole context, everything is left out and the sources are included again. Else
//! the present patterns are kept, and what no build needs is added. A pattern by which a source would not be found any more is
//! dropped.

use std::collections::BTreeSet;

use testyard_model::IgnoreProposal;
use testyard_project::dockerignore::IgnoreFile;

use super::judge::{Judged, Source};
use super::resolve::{Outcome, resolve};
use super::transfer::Context;
use super::weight::{ballast, git_bytes, is_secret};
use crate::scene::{Scene, Standing};

/// Characters that mean something in patterns: paths with them are not proposed.
const SPECIAL: [char; 6] = ['\\', '!', '#', '^', ' ', '\t'];

/// A better ignore file for the context of a Dockerfile; the path is relative to the project. `None` when there is no
/// such Dockerfile, or nothing would be sent less.
pub fn suggest(scene: &Scene, dockerfile: &str) -> Option<IgnoreProposal> {
    let first = scene.builds().iter().find(|judged| judged.build.dockerfile == dockerfile)?;
    let context = of(scene, first);
    let builds: Vec<&Judged> = scene.builds().iter().filter(|other| shares(scene, first, other)).collect();
    let mut dropped = Vec::new();
    let mut lines = only_sources(&builds).unwrap_or_else(|| present(&context));
    if broken(&context, &builds, &lines) {
        lines = present(&context);
    }
    for pattern in unneeded(scene, &context) {
        lines.push(pattern);
        if broken(&context, &builds, &lines) {
            dropped.extend(lines.pop());
        }
    }
    let proposed = context.with_ignore(IgnoreFile::from_patterns(lines.iter().map(String::as_str)));
    let bytes = |context: &Context<'_>| -> u64 {
        context.sent_below("").map(|(_, file)| file.bytes).sum::<u64>() + git_bytes(scene, context)
    };
    let (bytes_before, bytes_after) = (bytes(&context), bytes(&proposed));
    let path = context.ignore_path().map_or_else(|| context.path(".dockerignore"), str::to_owned);
    let text = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    let sources = builds.iter().flat_map(|judged| &judged.sources).filter(|source| is_found(source)).count();
    (bytes_after < bytes_before).then_some(IgnoreProposal {
        path,
        text,
        bytes_before,
        bytes_after,
        builds: builds.len(),
        sources,
        dropped,
    })
}

fn of<'a>(scene: &'a Scene, judged: &Judged) -> Context<'a> {
    Context::new(scene, &judged.build.folder, &judged.build.dockerfile)
}

/// Whether another build reads the same ignore file in the same context, or would if there was one.
fn shares(scene: &Scene, first: &Judged, other: &Judged) -> bool {
    other.build.folder == first.build.folder
        && of(scene, other).ignore_path() == of(scene, first).ignore_path()
}

fn is_found(source: &Source) -> bool {
    matches!(source.outcome, Outcome::Found)
}

/// The patterns that apply now.
fn present(context: &Context<'_>) -> Vec<String> {
    context.ignore().into_iter().flat_map(|file| &file.lines).map(|line| line.written.clone()).collect()
}

/// Everything left out but the sources; `None` when they are not known one by one.
fn only_sources(builds: &[&Judged]) -> Option<Vec<String>> {
    let mut kept = BTreeSet::new();
    for source in builds.iter().flat_map(|judged| &judged.sources) {
        let inside =
            source.inside.as_deref().filter(|inside| !inside.is_empty() && !inside.contains(SPECIAL))?;
        if matches!(source.outcome, Outcome::Unknown) || source.outcome.fails() {
            return None;
        }
        kept.insert(format!("!{inside}"));
    }
    (!kept.is_empty()).then(|| ["*".to_owned()].into_iter().chain(kept).collect())
}

/// Patterns for what no build needs and is there: ballast of tools, and secrets that git ignores.
fn unneeded(scene: &Scene, context: &Context<'_>) -> Vec<String> {
    let sent: Vec<_> = context.sent_below("").collect();
    let mut patterns: BTreeSet<String> =
        ballast(&sent).into_keys().filter(|kind| *kind != ".git").map(|kind| format!("**/{kind}")).collect();
    if git_bytes(scene, context) > 0 {
        patterns.insert(".git".to_owned());
    }
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let secrets = sent.iter().filter(|(_, file)| {
        is_secret(file.name()) && !file.foreign && scene.standing(&file.path) == Standing::Ignored
    });
    patterns.extend(secrets.map(|(path, _)| format!("**/{}", name(path))));
    patterns.into_iter().filter(|pattern| !pattern.contains(SPECIAL)).collect()
}

/// Whether a source that is found now would not be found with these patterns.
fn broken(context: &Context<'_>, builds: &[&Judged], lines: &[String]) -> bool {
    let tried = context.with_ignore(IgnoreFile::from_patterns(lines.iter().map(String::as_str)));
    let mut sources = builds.iter().flat_map(|judged| &judged.sources).filter(|source| is_found(source));
    sources.any(|source| {
        let inside = source.inside.as_deref().unwrap_or_default();
        !matches!(resolve(&tried, inside, source.wildcards), Outcome::Found)
    })
}

#[cfg(test)]
mod tests {
    use super::suggest;
    use crate::fixture::scene;

    fn check(files: &[(&str, &str)], expected: Option<&str>) {
        let (scene, _kept) = scene(files);
        let found = suggest(&scene, "Dockerfile");
        assert_eq!(found.as_ref().map(|one| one.text.as_str()), expected);
        if let Some(proposal) = found {
            assert!(proposal.bytes_after < proposal.bytes_before && proposal.builds > 0);
        }
    }

    #[test]
    fn known_sources_alone_are_let_through() {
        let files = [
            ("Dockerfile", "FROM x\nCOPY requirements.txt *.toml ./\nCOPY src src\n"),
            ("requirements.txt", "x"),
            ("a.toml", "x"),
            ("src/a.py", "x"),
            ("src/__pycache__/a.pyc", "xxxx"),
            ("big.bin", "xxxxxxxxxx"),
        ];
        check(&files, Some("*\n!*.toml\n!requirements.txt\n!src\n**/__pycache__\n"));
        let tidy = [("Dockerfile", "FROM x\nCOPY a .\n"), ("a", "x"), (".dockerignore", "*\n!a\n")];
        check(&tidy, None);
    }

    #[test]
    fn under_a_copy_of_everything_only_ballast_goes() {
        let files = [
            ("Dockerfile", "FROM x\nCOPY . .\nCOPY node_modules/kept /k\n"),
            ("a.py", "x"),
            ("node_modules/kept", "xx"),
            ("web/.venv/b", "xx"),
            (".git/pack", "xxxx"),
            (".dockerignore", "*.md\n"),
        ];
        // `node_modules` is copied by name, so it stays.
        check(&files, Some("*.md\n**/.venv\n.git\n"));
        let (scene, _kept) = scene(&files);
        assert_eq!(suggest(&scene, "Dockerfile").unwrap().dropped, ["**/node_modules"]);
    }
}

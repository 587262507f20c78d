//! A pattern matches nothing, but would with `**/` before it
//!
//! Unlike in `.gitignore`, a pattern without a `/` matches only in the root of the context: `*.pyc` keeps no `app/a.pyc` out, and `.env`
//! keeps no `api/.env` out. The rule speaks when a pattern matches nothing at all and the same pattern with `**/` before it would keep
//! files out that are sent now. For files that hold secrets by their name it also speaks when the pattern matches something.
//!
//! Fires, with `api/.env`:
//! ```text
//! .env
//! ```
//! Fine:
//! ```text
//! **/.env
//! ```
//! It is a warning for secrets and for what tools write (`__pycache__`, `node_modules`), else a note.
//!
//! Source: Docker's documentation of `.dockerignore`; the matching is moby/patternmatcher's.

use testyard_model::Severity;
use testyard_project::dockerignore::{IgnoreFile, Line};

use super::files;
use crate::context::{Context, Walk, ballast, is_secret};
use crate::rule::{Rule, rule};
use crate::scene::{File, Scene};
use crate::sink::Sink;

pub(crate) const RULE: Rule =
    rule!("TY-DI002", "a pattern matches nothing, but would with `**/` before it", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for applied in files::all(scene) {
        let Some((judged, context)) = applied.builds.first() else { continue };
        let sent: Vec<_> = context.sent_below("").collect();
        for line in applied.file.lines.iter().filter(|line| may_be_meant_anywhere(line)) {
            let missed = missed(line, &applied.file.lines, &sent);
            let Some((first, _)) = missed.iter().find(|(path, _)| is_secret(name(path))).or(missed.first())
            else {
                continue;
            };
            let secret = is_secret(name(first));
            if !secret && matches_something(scene, context, line) {
                continue;
            }
            let pattern = line.pattern.text();
            let others = match missed.len() - 1 {
                0 => String::new(),
                others => format!(" and {others} more"),
            };
            let message =
                format!("`{pattern}` matches only in the root of the context: `{first}`{others} is sent");
            let grave = secret || !ballast(&missed).is_empty() || pattern.ends_with(".pyc");
            found
                .at(applied.place(line.number), message)
                .severity(if grave { Severity::Warning } else { Severity::Note })
                .help(format!("write `**/{pattern}` to match it in every folder"))
                .basis(judged.build.basis.words());
        }
    }
}

/// Whether a pattern keeps something out and is not already meant for every folder, nor written for the root.
fn may_be_meant_anywhere(line: &Line) -> bool {
    !line.negated
        && line.pattern.is_known()
        && line.pattern.text() != "*"
        && !line.pattern.text().starts_with("**")
        && !line.written.starts_with('/')
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// What is sent now and would be kept out with `**/` before the pattern: what a later line takes in again is meant to be
/// sent.
fn missed<'a>(line: &Line, lines: &[Line], sent: &[(&'a str, &'a File)]) -> Vec<(&'a str, &'a File)> {
    let later = lines.iter().filter(|other| other.negated && other.number > line.number);
    let later: Vec<&str> = later.map(|other| other.pattern.text()).collect();
    let later = IgnoreFile::parse(&later.join("\n"));
    let mut again = Walk::new(later.matcher());
    let anywhere = IgnoreFile::parse(&format!("**/{}", line.pattern.text()));
    let mut walk = Walk::new(anywhere.matcher());
    let mut missed = |path: &str| path.contains('/') && walk.is_ignored(path) && !again.is_ignored(path);
    sent.iter().filter(|(path, _)| missed(path)).copied().collect()
}

fn matches_something(scene: &Scene, context: &Context<'_>, line: &Line) -> bool {
    let skip = if context.folder().is_empty() { 0 } else { context.folder().len() + 1 };
    let inside = |path: &str| path.get(skip..).is_some_and(|path| line.pattern.matches(path));
    let start = format!("{}/", context.folder());
    let folder = |path: &str| skip == 0 || path.starts_with(&start);
    scene.tree().below(context.folder()).iter().any(|file| inside(&file.path))
        || scene.tree().folders().any(|path| folder(path) && inside(path))
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use super::RULE;
    use crate::fixture::{fires, holds};

    const FILE: (&str, &str) = ("Dockerfile", "FROM x\nCOPY . .\n");

    #[test]
    fn patterns_that_miss_what_they_are_meant_for_are_found() {
        let files = [FILE, ("api/.env", ""), ("api/a.md", ""), ("b/c.md", "")];
        let check = |ignore: &'static str| fires(RULE, &[&files[..], &[(".dockerignore", ignore)]].concat());
        assert_eq!(check("# secrets\n.env\n")[0].place.line, 2);
        let found = check("*.md");
        assert_eq!(found[0].severity, Severity::Note);
        assert!(found[0].message.contains("`api/a.md` and 1 more"), "{}", found[0].message);
    }

    #[test]
    fn patterns_that_match_or_are_meant_for_the_root_are_fine() {
        let files = [FILE, ("api/a.md", ""), ("b.md", ""), ("api/.env", "")];
        let check = |ignore: &'static str| holds(RULE, &[&files[..], &[(".dockerignore", ignore)]].concat());
        check("*.md\n");
        check("/.env\n");
        check("**/.env\n");
        check("*.none\n");
        check("api\n.env\n");
        check("*\n!api\n");
        check(".env\n!api\n");
    }

    #[test]
    fn a_secret_in_a_folder_is_found_even_when_the_root_has_one() {
        let files = [FILE, (".env", ""), ("api/.env", ""), (".dockerignore", ".env")];
        assert_eq!(fires(RULE, &files)[0].severity, Severity::Warning);
    }
}

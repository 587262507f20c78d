//! One source of `COPY`, `ADD` or a bind mount against one context: does the build find it?

use testyard_project::dockerignore::{GoMatch, Line, clean, has_wildcard};

use super::transfer::{Context, Look, join};

/// What becomes of a source.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// It is found.
    Found,
    /// It is not there: the build fails.
    Missing,
    /// It is there, and this line of the ignore file leaves it out: the build fails.
    Ignored(Line),
    /// A wildcard in a folder that is not there, or that a line leaves out: the build fails.
    NoFolder(String, Option<Line>),
    /// A wildcard that matches nothing: the build goes on without it.
    NoMatch,
    /// A wildcard that only matches what is left out, one of which is named: the build goes on without it.
    AllIgnored(String, Line),
    /// It cannot be told.
    Unknown,
}

impl Outcome {
    /// Whether a build fails by it.
    pub(crate) fn fails(&self) -> bool {
        matches!(self, Outcome::Missing | Outcome::Ignored(_) | Outcome::NoFolder(..))
    }
}

/// A source as BuildKit looks for it: relative to the context, `..` stopped at its root. Empty for the context itself.
pub(crate) fn inside(source: &str) -> String {
    clean(&format!("/{source}")).trim_start_matches('/').to_owned()
}

/// Whether a source leads out of the context, were it followed.
pub(crate) fn escapes(source: &str) -> bool {
    let relative = clean(source.trim_start_matches('/'));
    relative == ".." || relative.starts_with("../")
}

/// Looks for a source whose variables are replaced. `wildcards`: whether it may have any, as in `COPY` and `ADD`.
pub(crate) fn resolve(context: &Context<'_>, source: &str, wildcards: bool) -> Outcome {
    let inside = inside(source);
    if wildcards && has_wildcard(&inside) {
        return matched(context, &inside);
    }
    if inside.contains('\\') {
        return Outcome::Unknown;
    }
    match context.look(&inside) {
        Look::Sent => Outcome::Found,
        Look::Ignored(line) => Outcome::Ignored(line),
        Look::Missing => Outcome::Missing,
        Look::Unknown => Outcome::Unknown,
    }
}

/// A source with a wildcard: the folder before it must be sent, matches need not be.
fn matched(context: &Context<'_>, pattern: &str) -> Outcome {
    let parts: Vec<&str> = pattern.split('/').collect();
    let plain = parts.iter().take_while(|part| !has_wildcard(part)).count();
    let folder = parts[..plain].join("/");
    match context.look(&folder) {
        Look::Missing => return Outcome::NoFolder(folder, None),
        Look::Ignored(line) => return Outcome::NoFolder(folder, Some(line)),
        Look::Unknown => return Outcome::Unknown,
        Look::Sent => {}
    }
    let mut found = vec![folder];
    for part in &parts[plain..] {
        let Ok(pattern) = GoMatch::new(part) else { return Outcome::Unknown };
        // What lies behind a link is not listed.
        if found.iter().any(|folder| matches!(context.look(folder), Look::Unknown)) {
            return Outcome::Unknown;
        }
        found = found.iter().flat_map(|folder| below(context, folder, &pattern)).collect();
    }
    judged(context, &found)
}

/// What directly in a folder matches.
fn below(context: &Context<'_>, folder: &str, pattern: &GoMatch) -> Vec<String> {
    let names = context.names(folder).into_iter().filter(|name| pattern.matches(name));
    names.map(|name| join(folder, &name)).collect()
}

fn judged(context: &Context<'_>, found: &[String]) -> Outcome {
    let mut ignored = None;
    for path in found {
        match context.look(path) {
            Look::Sent => return Outcome::Found,
            Look::Ignored(line) => {
                ignored.get_or_insert((path, line));
            }
            Look::Unknown => return Outcome::Unknown,
            Look::Missing => {}
        }
    }
    match ignored {
        Some((path, line)) => Outcome::AllIgnored(path.clone(), line),
        None => Outcome::NoMatch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::scene;

    fn shown(outcome: &Outcome) -> String {
        match outcome {
            Outcome::Ignored(line) => format!("ignored:{}", line.number),
            Outcome::NoFolder(folder, line) => {
                format!("no folder {folder}:{}", line.as_ref().map_or(0, |line| line.number))
            }
            Outcome::AllIgnored(path, line) => format!("all ignored, as {path}:{}", line.number),
            outcome => format!("{outcome:?}"),
        }
    }

    #[test]
    fn sources_are_found_as_buildkit_finds_them() {
        let (scene, _kept) = scene(&[
            ("app/.dockerignore", "*.log\nsecret\nsome\n!some/kept\n"),
            ("app/a.py", ""),
            ("app/x.log", ""),
            ("app/src/b.py", ""),
            ("app/secret/key", ""),
            ("app/some/kept", ""),
            ("outside.txt", ""),
        ]);
        let context = Context::new(&scene, "app", "app/Dockerfile");
        let cases = [
            (".", "Found"),
            ("/", "Found"),
            ("a.py", "Found"),
            ("./src/", "Found"),
            ("/src/../a.py", "Found"),
            ("../a.py", "Found"),
            ("../outside.txt", "Missing"),
            ("A.py", "Missing"),
            ("src/none", "Missing"),
            ("x.log", "ignored:1"),
            ("secret/key", "ignored:2"),
            ("some", "Found"),
            ("*.py", "Found"),
            ("s*/*.py", "Found"),
            ("**/b.py", "Found"),
            ("*/*/b.py", "NoMatch"),
            ("*.txt", "NoMatch"),
            ("*.log", "all ignored, as x.log:1"),
            ("none/*.py", "no folder none:0"),
            ("secret/*", "no folder secret:2"),
            ("a[.]py", "Found"),
            ("a[", "Unknown"),
            (r"a\ b", "Unknown"),
        ];
        for (source, expected) in cases {
            assert_eq!(shown(&resolve(&context, source, true)), expected, "{source:?}");
        }
        assert_eq!(shown(&resolve(&context, "*.py", false)), "Missing");
    }

    #[test]
    fn sources_that_lead_out_are_known() {
        assert!(escapes("..") && escapes("../a") && escapes("a/../../b") && escapes("/../b"));
        assert!(!escapes("a/..") && !escapes("..a") && !escapes("/a") && !escapes(""));
    }
}

//! The one cause behind many missing sources: the context is another folder than was meant.

use super::build::{Basis, Build};
use super::judge::{Source, above};
use super::resolve::{Outcome, resolve};
use super::transfer::Context;
use crate::scene::Scene;

/// The most folders that are tried.
const MOST: usize = 3_000;

/// A folder that would be a better context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Better {
    /// The folder, as it would be written where the context is written now.
    pub(crate) written: String,
    /// How many sources are found in it.
    pub(crate) found: usize,
    /// How many of those that are known are not the whole context.
    pub(crate) of: usize,
}

/// The folder in which the sources of a build are found, when at least two are missing now and at least three quarters
/// would be found there, more than half of the missing ones among them.
pub(crate) fn better(scene: &Scene, build: &Build, sources: &[Source]) -> Option<Better> {
    let telling: Vec<&Source> = sources.iter().filter(|source| is_telling(source)).collect();
    let missing = telling.iter().filter(|source| is_missing(&source.outcome)).count();
    if missing < 2 || build.basis == Basis::Inferred {
        return None;
    }
    let now = found(scene, build, &build.folder, &telling);
    let counted =
        candidates(scene, build).into_iter().map(|folder| (found(scene, build, &folder, &telling), folder));
    // Of equals, the first is the nearest.
    let (most, folder) = counted.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let enough = most * 4 >= telling.len() * 3 && (most.saturating_sub(now)) * 2 > missing;
    enough.then(|| Better { written: relative(&build.start, &folder), found: most, of: telling.len() })
}

fn is_telling(source: &Source) -> bool {
    source.inside.as_ref().is_some_and(|inside| !inside.is_empty())
        && !matches!(source.outcome, Outcome::Unknown)
}

fn is_missing(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Missing | Outcome::NoFolder(_, None))
}

/// How many sources are found in a folder, whatever an ignore file there says.
fn found(scene: &Scene, build: &Build, folder: &str, sources: &[&Source]) -> usize {
    let context = Context::new(scene, folder, &build.dockerfile);
    let there = |source: &&&Source| {
        let inside = source.inside.as_deref().unwrap_or_default();
        matches!(resolve(&context, inside, source.wildcards), Outcome::Found | Outcome::Ignored(_))
    };
    sources.iter().filter(there).count()
}

/// Folders that may be meant, the nearest first: those at and above the Dockerfile and the context, then all others.
fn candidates(scene: &Scene, build: &Build) -> Vec<String> {
    let mut folders = above(&build.dockerfile);
    folders.extend(above(&format!("{}/x", build.folder)));
    let mut others: Vec<String> = scene.own_files().map(|file| file.folder().to_owned()).collect();
    others.dedup();
    others.sort_by_key(|folder| folder.len());
    others.dedup();
    folders.extend(others.into_iter().take(MOST));
    folders.retain(|folder| *folder != build.folder);
    folders
}

/// A folder as it is written from another one: `..`, `../api`, `.`.
fn relative(from: &str, to: &str) -> String {
    let parts =
        |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    let path: Vec<&str> = up.chain(to[shared..].iter().map(String::as_str)).collect();
    if path.is_empty() { ".".to_owned() } else { path.join("/") }
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn folders_are_written_from_where_the_context_is_written() {
        assert_eq!(relative("", ""), ".");
        assert_eq!(relative("ops", ""), "..");
        assert_eq!(relative("a/b", "a/c/d"), "../c/d");
        assert_eq!(relative("", "api"), "api");
        assert_eq!(relative("a", "a"), ".");
    }
}

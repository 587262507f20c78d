//! What git knows about the files of a project. It is only asked when a rule wants to know, and changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;

use testyard_sys::tool;

/// Settings that keep a question free of side effects: no hook and no monitor of the repository is started.
const QUIET: [&str; 4] = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

/// How a file stands with git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in the index: a fresh clone has it, once it is committed.
    Tracked,
    /// It is neither in the index nor ignored.
    Untracked,
    /// It is ignored: no clone will ever have it.
    Ignored,
    /// There is no repository, no git, or no such file.
    Unknown,
}

/// The files of a repository below the project's root.
#[derive(Debug, Default)]
pub struct Git {
    tracked: BTreeMap<String, bool>,
    untracked: BTreeSet<String>,
}

impl Git {
    /// Asks git; `None` without a repository or without git.
    pub(crate) fn of(root: &Path) -> Option<Git> {
        let staged = ask(root, &["ls-files", "-z", "--stage"])?;
        let others = ask(root, &["ls-files", "-z", "--others", "--exclude-standard"])?;
        Some(Git {
            tracked: records(&staged).filter_map(staged_entry).collect(),
            untracked: records(&others).map(str::to_owned).collect(),
        })
    }

    /// Whether the index has a file.
    pub fn tracks(&self, path: &str) -> bool {
        self.tracked.contains_key(path)
    }

    /// Whether the index has any file below a folder.
    pub fn tracks_below(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        self.tracked.range(start.clone()..).next().is_some_and(|(path, _)| path.starts_with(&start))
    }

    /// Whether the index has a file as executable; `None` when it does not have it.
    pub fn executable(&self, path: &str) -> Option<bool> {
        self.tracked.get(path).copied()
    }

    /// All files of the index.
    pub fn tracked(&self) -> impl Iterator<Item = &str> {
        self.tracked.keys().map(String::as_str)
    }

    /// How an existing file stands.
    pub(crate) fn standing(&self, path: &str) -> Standing {
        if self.tracks(path) {
            Standing::Tracked
        } else if self.untracked.contains(path) {
            Standing::Untracked
        } else {
            Standing::Ignored
        }
    }
}

/// What git prints for a question, or nothing when it fails.
pub(crate) fn ask(root: &Path, question: &[&str]) -> Option<String> {
    let arguments: Vec<OsString> = QUIET.iter().chain(question).map(OsString::from).collect();
    let done = tool::output("git", &arguments, root, &[("GIT_OPTIONAL_LOCKS", "0")]).ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}

/// The files that differ from a revision, or from where the work began to differ from it, with those that git does not
/// know yet; relative to the root. Nothing without a repository or such a revision.
pub fn changed_since(root: &Path, revision: &str) -> Option<Vec<String>> {
    let commit = format!("{revision}^{{commit}}");
    let commit = ask(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
    // Of a branch that went on, only what this one changed counts.
    let base = ask(root, &["merge-base", commit.trim(), "HEAD"]).unwrap_or(commit);
    let question = ["diff", "--name-only", "-z", "--no-renames", "--relative", base.trim(), "--", "."];
    let differing = ask(root, &question)?;
    let unknown = ask(root, &["ls-files", "-z", "--others", "--exclude-standard"])?;
    let mut files: Vec<String> = records(&differing).chain(records(&unknown)).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    Some(files)
}

/// Those of some files and folders that git ignores, relative to the root as they were given; they need not exist. None
/// without a repository. Names with line ends and quotes, which git writes in another way, are not told.
pub fn ignored(root: &Path, paths: &[String]) -> BTreeSet<String> {
    // A command line is not endless.
    let parts = paths.chunks(500).filter_map(|part| {
        let question = ["-c", "core.quotePath=false", "check-ignore", "--"].into_iter();
        ask(root, &question.chain(part.iter().map(String::as_str)).collect::<Vec<_>>())
    });
    parts.flat_map(|told| told.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn records(text: &str) -> impl Iterator<Item = &str> {
    text.split('\0').filter(|record| !record.is_empty())
}

/// `100755 <object> 0<tab>path`.
fn staged_entry(record: &str) -> Option<(String, bool)> {
    let (facts, path) = record.split_once('\t')?;
    Some((path.to_owned(), facts.starts_with("100755")))
}

#[cfg(test)]
mod tests {
    use crate::fixture::repository;

    use super::*;

    #[test]
    fn files_stand_as_git_says() {
        let files = [(".gitignore", "*.env\n"), ("a/run.sh*", "true"), ("a/plain.sh", "true")];
        let Some(folder) = repository(&files, &[("secret.env", ""), ("new.txt", "")]) else { return };
        let git = Git::of(folder.path()).unwrap();
        let check = |path: &str, expected| assert_eq!(git.standing(path), expected, "{path}");
        check("a/run.sh", Standing::Tracked);
        check("new.txt", Standing::Untracked);
        check("secret.env", Standing::Ignored);
        assert_eq!(git.executable("a/run.sh"), Some(true));
        assert_eq!(git.executable("a/plain.sh"), Some(false));
        assert_eq!(git.executable("new.txt"), None);
        assert!(git.tracks_below("a") && !git.tracks_below("b"));
        assert_eq!(git.tracked().count(), 3);
    }

    #[test]
    fn changes_are_told_with_what_is_new() {
        let Some(folder) = repository(&[("a.py", ""), ("b.py", "")], &[("new.py", "")]) else { return };
        std::fs::remove_file(folder.path().join("b.py")).unwrap();
        assert_eq!(changed_since(folder.path(), "HEAD").unwrap(), ["b.py", "new.py"]);
        assert_eq!(changed_since(folder.path(), "no-such-revision"), None);
    }

    #[test]
    fn what_is_ignored_is_told() {
        let files = [(".gitignore", "*.log\n/build/\n")];
        let Some(folder) = repository(&files, &[("a.log", ""), ("build/x", "")]) else { return };
        let paths = ["a.log", "a.py", "build", "build/x", "gone.log", "it's ödd.log"].map(str::to_owned);
        let found = ignored(folder.path(), &paths);
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            ["a.log", "build", "build/x", "gone.log", "it's ödd.log"]
        );
        assert!(ignored(folder.path(), &paths[1..2]).is_empty());
    }

    #[test]
    fn without_a_repository_nothing_is_known() {
        let folder = crate::fixture::folder(&[("a", "")]);
        assert_eq!(changed_since(folder.path(), "HEAD"), None);
        assert!(Git::of(folder.path()).is_none());
    }
}

//! What a run's failures are held against: a run at the revision that the work began from, else the run before.

use std::ffi::OsString;
use std::path::Path;

use testyard_journal::{OutcomeFile, RunFolder, Spec};
use testyard_model::Verdict;
use testyard_sys::tool;

use crate::runs::Told;
use crate::{CommandError, Context};

/// What a branch usually begins from. Not its own upstream: once it is pushed, that is the branch itself.
const BEGINNINGS: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// The revision whose tests a whole run in this folder runs, by git. None where there is no git or no commit, and none
/// where files were changed since: what fails then may be the change's own.
pub(crate) fn revision(folder: &Path) -> Option<String> {
    let words: Vec<OsString> = ["diff", "--quiet", "HEAD"].map(Into::into).to_vec();
    let unchanged = tool::output("git", &words, folder, &[("GIT_OPTIONAL_LOCKS", "0")]).ok()?;
    unchanged.status.success().then(|| head(folder)).flatten()
}

fn head(folder: &Path) -> Option<String> {
    git(folder, &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
}

/// The newest run that came to an end at a revision: at the one that is named, else where this branch left the one it
/// began from. Where there is none at the latter, the newest one before `told`.
///
/// # Errors
/// When the revision that is named is none, or no run has ended there.
pub fn base_run(context: &Context, told: &Told, named: Option<&str>) -> Result<Option<Told>, CommandError> {
    let ended = ended(context, told)?;
    if let Some(named) = named {
        return at_named(context, &ended, named).map(Some);
    }
    let began = began(&context.root).and_then(|revision| at(&ended, &revision));
    let before = || ended.iter().find(|folder| folder.run() < told.folder.run());
    began.or_else(before).cloned().map(Told::read).transpose()
}

fn at_named(context: &Context, ended: &[RunFolder], named: &str) -> Result<Told, CommandError> {
    let usage = |message: String, help: String| CommandError::Usage { message, help };
    let asked = format!("{named}^{{commit}}");
    let revision = git(&context.root, &["rev-parse", "--verify", "--quiet", &asked]).ok_or_else(|| {
        usage(
            format!("--base {named}: git knows no such revision"),
            "name a branch, a tag or a commit".to_owned(),
        )
    })?;
    let folder = at(ended, &revision).ok_or_else(|| {
        usage(
            format!("--base {named}: no run has come to an end at {revision}"),
            format!("check {named} out and run the tests there"),
        )
    })?;
    Told::read(folder.clone())
}

/// The runs that came to an end, but for this one; the newest first.
fn ended(context: &Context, told: &Told) -> Result<Vec<RunFolder>, CommandError> {
    let others = context.runs().runs()?.into_iter().filter(|folder| *folder != told.folder);
    let has_ended = |folder: &RunFolder| {
        let outcome = OutcomeFile::read(folder).ok().flatten();
        outcome.is_some_and(|one| matches!(one.verdict, Verdict::Passed | Verdict::Failed))
    };
    Ok(others.filter(has_ended).collect())
}

fn at<'a>(ended: &'a [RunFolder], revision: &str) -> Option<&'a RunFolder> {
    let stood_at = |folder: &RunFolder| Spec::read(folder).ok()?.plan.project.revision;
    ended.iter().find(|folder| stood_at(folder).as_deref() == Some(revision))
}

/// Where this branch left the one it began from; none on that one itself.
fn began(root: &Path) -> Option<String> {
    let head = head(root)?;
    let left = BEGINNINGS.iter().filter_map(|beginning| git(root, &["merge-base", "HEAD", beginning]));
    left.into_iter().find(|left| *left != head)
}

/// The one line that git prints.
fn git(folder: &Path, words: &[&str]) -> Option<String> {
    let words: Vec<OsString> = words.iter().map(Into::into).collect();
    let done = tool::output("git", &words, folder, &[("GIT_OPTIONAL_LOCKS", "0")]).ok()?;
    let line = String::from_utf8(done.stdout).ok()?.trim().to_owned();
    (done.status.success() && !line.is_empty()).then_some(line)
}

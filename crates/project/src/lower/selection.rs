//! What of the plan one call asks for: suites by name, tests by path, arguments for the runner.

use std::path::{Path, PathBuf};

use testyard_model::Finding;
use testyard_model::plan::{AdapterKind, SuitePlan};

use super::suites::Draft;
use crate::codes;
use crate::error::ConfigError;
use crate::nearest;
use crate::request::{Only, Request};
use crate::source::Source;

/// Options of pytest that take their value as the next word. A path after one of them is no test.
const VALUED: [&str; 18] = [
    "-c",
    "-k",
    "-m",
    "-p",
    "-n",
    "-o",
    "-W",
    "-r",
    "--rootdir",
    "--ignore",
    "--ignore-glob",
    "--deselect",
    "--confcutdir",
    "--basetemp",
    "--maxfail",
    "--config-file",
    "--junitxml",
    "--durations",
];

/// Tests that were asked for by path.
#[derive(Debug)]
struct TestPath {
    /// The file or folder, absolute.
    file: PathBuf,
    /// What follows it: `::test_b[1]`, or nothing.
    rest: String,
}

/// Keeps what the request asks for. What is asked for and is not there is an error.
pub(super) fn apply(root: &Path, request: &Request, drafts: Vec<Draft>) -> Result<Vec<Draft>, ConfigError> {
    let mut names: Vec<&str> = Vec::new();
    let mut paths: Vec<TestPath> = Vec::new();
    for word in &request.selection {
        if drafts.iter().any(|draft| draft.plan.name == *word) {
            names.push(word);
        } else {
            paths.push(test_path(root, request, word).ok_or_else(|| unknown(word, &drafts))?);
        }
    }
    let mut drafts: Vec<Draft> = drafts
        .into_iter()
        .filter(|draft| names.is_empty() || names.contains(&draft.plan.name.as_str()))
        .collect();
    if !paths.is_empty() {
        drafts = narrowed(drafts, &paths)?;
    }
    if let Some(only) = &request.only {
        drafts = drafts.into_iter().filter_map(|draft| with_only(draft, only)).collect();
    }
    let kept: Vec<String> = drafts.iter().map(|draft| draft.plan.name.clone()).collect();
    for draft in &mut drafts {
        // Who asks for one suite by name does not ask for those before it.
        draft.plan.needs.retain(|need| kept.contains(need));
        draft.plan.arguments.extend(request.runner_arguments.iter().cloned());
    }
    Ok(drafts)
}

/// A pytest suite with those of its files that are asked for, or nothing where it has none of them. Of other suites, and
/// of those whose files were not among the ones that were chosen from, nobody knows: they stay whole.
fn with_only(mut draft: Draft, only: &Only) -> Option<Draft> {
    let held = |files: &[PathBuf]| -> Vec<TestPath> {
        let paths = files.iter().filter_map(|file| file.canonicalize().ok());
        let paths = paths.map(|file| TestPath { file, rest: String::new() });
        paths.filter(|path| !holders(std::slice::from_ref(&draft), path).is_empty()).collect()
    };
    if draft.plan.adapter != AdapterKind::Pytest || held(&only.of).is_empty() {
        return Some(draft);
    }
    let own = held(&only.files);
    own.iter().for_each(|path| narrow(&mut draft.plan, path));
    (!own.is_empty()).then_some(draft)
}

/// The file or folder that a word names: from the caller's folder, else from the root.
fn test_path(root: &Path, request: &Request, word: &str) -> Option<TestPath> {
    let split = word.find("::").unwrap_or(word.len());
    let (file, rest) = word.split_at(split);
    let found = [request.folder.as_path(), root]
        .into_iter()
        .map(|from| from.join(file))
        .find(|path| path.exists())?;
    let file = found.canonicalize().ok()?;
    Some(TestPath { file, rest: rest.to_owned() })
}

fn unknown(word: &str, drafts: &[Draft]) -> Finding {
    let names: Vec<&str> = drafts.iter().map(|draft| draft.plan.name.as_str()).collect();
    let message = format!("`{word}` is neither a suite nor a file or folder");
    Source::Discovered("command line".to_owned())
        .error(codes::UNKNOWN_NAME, message)
        .help(format!("suites: {}", nearest::help(word, names.iter().copied())))
}

/// The pytest suites that hold these paths, each with its own paths replaced by those asked for.
fn narrowed(drafts: Vec<Draft>, paths: &[TestPath]) -> Result<Vec<Draft>, ConfigError> {
    let mut kept: Vec<Draft> = Vec::new();
    for path in paths {
        let holders: Vec<&Draft> = holders(&drafts, path);
        if holders.is_empty() {
            let message = format!("no pytest suite holds `{}`", path.file.display());
            let source = Source::Discovered("command line".to_owned());
            let names = drafts.iter().map(|draft| draft.plan.name.as_str());
            let help = format!("the suites are: {}", super::services::list(names));
            return Err(source.error(codes::UNKNOWN_NAME, message).help(help).into());
        }
        for holder in holders {
            let found = kept.iter().position(|draft| draft.plan.name == holder.plan.name);
            let index = found.unwrap_or_else(|| {
                kept.push(holder.clone());
                kept.len() - 1
            });
            narrow(&mut kept[index].plan, path);
        }
    }
    Ok(kept)
}

/// Puts a path in the place of the suite's own. A path that holds them all asks for the whole suite.
fn narrow(suite: &mut SuitePlan, path: &TestPath) {
    if paths_of(suite).iter().any(|(_, own)| own.starts_with(&path.file)) && path.rest.is_empty() {
        return;
    }
    suite.command = without_paths(suite);
    let inside = path.file.strip_prefix(&suite.folder).unwrap_or(&path.file);
    let inside = if inside.as_os_str().is_empty() { Path::new(".") } else { inside };
    suite.arguments.push(format!("{}{}", inside.display(), path.rest));
}

/// The suites whose command names a path that holds this one; when there are none, those that name no path.
fn holders<'a>(drafts: &'a [Draft], path: &TestPath) -> Vec<&'a Draft> {
    let pytest = || drafts.iter().filter(|draft| draft.plan.adapter == AdapterKind::Pytest);
    let by_path: Vec<&Draft> = pytest()
        .filter(|draft| {
            let own = paths_of(&draft.plan);
            own.iter().any(|(_, own)| path.file.starts_with(own) || own.starts_with(&path.file))
        })
        .collect();
    if !by_path.is_empty() {
        return by_path;
    }
    pytest()
        .filter(|draft| paths_of(&draft.plan).is_empty())
        .filter(|draft| {
            path.file.starts_with(&draft.plan.folder) || draft.plan.folder.starts_with(&path.file)
        })
        .collect()
}

/// The words of a pytest command that are paths, with where they lead.
fn paths_of(suite: &SuitePlan) -> Vec<(usize, PathBuf)> {
    let start = 1 + suite
        .command
        .iter()
        .position(|word| word.ends_with("pytest") || word.ends_with("py.test"))
        .unwrap_or(0);
    let mut paths = Vec::new();
    for (index, word) in suite.command.iter().enumerate().skip(start) {
        let value = VALUED.contains(&suite.command[index - 1].as_str());
        let file = suite.folder.join(word.split("::").next().unwrap_or_default());
        if !value
            && !word.starts_with('-')
            && let Ok(file) = file.canonicalize()
        {
            paths.push((index, file));
        }
    }
    paths
}

fn without_paths(suite: &SuitePlan) -> Vec<String> {
    let paths: Vec<usize> = paths_of(suite).into_iter().map(|(index, _)| index).collect();
    let kept = suite.command.iter().enumerate().filter(|(index, _)| !paths.contains(index));
    kept.map(|(_, word)| word.clone()).collect()
}

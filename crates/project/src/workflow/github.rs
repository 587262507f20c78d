//! GitHub Actions.

use std::path::{Path, PathBuf};

use super::job::{Walk, below};
use super::yaml::{File, entries, items};
use super::{Job, What, Workflow};
use crate::commandline::{BakeCall, BuildCall, Call, Word};
use crate::compose::tree::{Entry, Map, Node};

/// Reads a workflow.
pub(super) fn read(file: &File<'_>) -> Workflow {
    let mut workflow = Workflow::default();
    let shared = Defaults::of(&file.root, &Defaults::default());
    for entry in entries(file.root.get("jobs")) {
        let Some(job) = entry.value.as_map() else { continue };
        workflow.reused.extend(job.get("uses").and_then(|node| local(file, node)));
        workflow.jobs.push(read_job(file, &entry.key, job, &shared));
    }
    workflow
}

/// `defaults.run`, and what kind of machine it is for.
#[derive(Clone, Default)]
struct Defaults {
    folder: Option<String>,
    shell: Option<String>,
}

impl Defaults {
    fn of(map: &Map, outer: &Defaults) -> Defaults {
        let run = map.get("defaults").and_then(Node::as_map).and_then(|map| map.get("run")?.as_map());
        run.map_or_else(|| outer.clone(), |run| outer.over(run))
    }

    fn over(&self, run: &Map) -> Defaults {
        let text = |key: &str| run.get(key).and_then(Node::as_text).map(str::to_owned);
        Defaults {
            folder: text("working-directory").or_else(|| self.folder.clone()),
            shell: text("shell").or_else(|| self.shell.clone()),
        }
    }

    /// The folder below the root; none when it depends on an expression.
    fn folder(&self) -> Option<PathBuf> {
        match &self.folder {
            None => Some(PathBuf::new()),
            Some(folder) if folder.contains('$') => None,
            Some(folder) => below(Path::new(""), folder),
        }
    }

    /// Whether scripts are for a shell that is read here.
    fn is_posix(&self) -> bool {
        let name = self.shell.as_deref().map(|shell| shell.split_whitespace().next().unwrap_or_default());
        matches!(name, None | Some("bash" | "sh"))
    }
}

fn read_job(file: &File<'_>, name: &str, job: &Map, shared: &Defaults) -> Job {
    let mut defaults = Defaults::of(job, shared);
    let machine = job.get("runs-on").and_then(Node::as_text).unwrap_or_default();
    if machine.starts_with("windows") && defaults.shell.is_none() {
        defaults.shell = Some("pwsh".to_owned());
    }
    // Until a checkout the repository's files are not there.
    let mut walk = Walk::new(name, false);
    let mut foreign = false;
    for step in items(job.get("steps")).iter().filter_map(Node::as_map) {
        if let Some(action) = step.get("uses") {
            foreign |= brings_files(action, step);
            walk.own_files = !foreign && (walk.own_files || is_checkout(action));
            uses(file, action, step, &mut walk);
        } else if let Some(entry) = step.entry("run") {
            run(file, entry, &defaults.over(step), &mut walk);
        }
    }
    walk.finish()
}

fn run(file: &File<'_>, entry: &Entry, defaults: &Defaults, walk: &mut Walk) {
    let Some(text) = entry.value.as_text().filter(|_| defaults.is_posix()) else { return };
    walk.script(text, &file.origin(&entry.value), defaults.folder());
}

/// The name of an action without its version.
fn action_name(action: &Node) -> &str {
    action.as_text().and_then(|text| text.split('@').next()).unwrap_or_default()
}

fn is_checkout(action: &Node) -> bool {
    action_name(action) == "actions/checkout"
}

/// Whether a step may put files of others where the repository's lie, or the repository somewhere else.
fn brings_files(action: &Node, step: &Map) -> bool {
    let with = |key: &str| entries(step.get("with")).iter().any(|entry| entry.key == key);
    match action_name(action) {
        "actions/checkout" => with("path") || with("repository") || foreign_ref(step),
        "actions/download-artifact" | "actions/cache" | "actions/cache/restore" => true,
        _ => false,
    }
}

/// Whether a checkout takes another state than the one that the workflow itself stands in.
fn foreign_ref(step: &Map) -> bool {
    let inputs = entries(step.get("with"));
    let reference = inputs.iter().find(|entry| entry.key == "ref").and_then(|entry| entry.value.as_text());
    reference.is_some_and(|text| !text.is_empty() && !text.contains("github."))
}

fn uses(file: &File<'_>, action: &Node, step: &Map, walk: &mut Walk) {
    let place = file.place(action.spot);
    let root = Some(PathBuf::new());
    match action_name(action) {
        "docker/build-push-action" => {
            walk.call(What::Command(Call::Build(build_push(file, step))), place, root);
        }
        "docker/bake-action" => walk.call(What::Command(Call::Bake(bake(file, step))), place, root),
        _ => {
            if let Some(word) = local(file, action) {
                walk.call(What::Action(word), place, root);
            }
        }
    }
}

/// `./…`: something of this repository.
fn local(file: &File<'_>, node: &Node) -> Option<Word> {
    file.word(node).filter(|word| word.known && word.text.starts_with("./") && !word.text.contains('@'))
}

/// An input of an action; an empty one counts as not given.
fn input(file: &File<'_>, step: &Map, key: &str) -> Option<Word> {
    let entry = entries(step.get("with")).iter().find(|entry| entry.key == key)?;
    file.word(&entry.value).filter(|word| !word.text.is_empty())
}

/// `docker/build-push-action`. Without a context it builds the repository at the workflow's own state, from its root.
fn build_push(file: &File<'_>, step: &Map) -> BuildCall {
    let (context, dockerfile) = (input(file, step, "context"), input(file, step, "file"));
    let target = input(file, step, "target");
    let written = [&context, &dockerfile, &target];
    let remote = context.as_ref().is_some_and(|word| word.text.contains("://") || word.text.contains("{{"));
    let complete = !remote && written.into_iter().flatten().all(|word| word.known);
    let place = step.entry("uses").map(|entry| file.place(entry.value.spot));
    let default = place.map(|place| Word::plain(".", place));
    let context = if context.is_some() { context } else { default };
    // What a file is relative to depends on the kind of context.
    let dockerfile = dockerfile.filter(|_| !remote);
    let known = |word: Option<Word>| word.filter(|word| word.known);
    BuildCall {
        context: known(context).filter(|_| !remote),
        file: known(dockerfile),
        target: known(target),
        complete,
    }
}

/// `docker/bake-action`: files and targets, one a line or separated by commas.
fn bake(file: &File<'_>, step: &Map) -> BakeCall {
    let list = |key: &str| -> Vec<Word> {
        let Some(word) = input(file, step, key) else { return Vec::new() };
        let parts = word.text.split(['\n', ',']).map(str::trim).filter(|part| !part.is_empty());
        let known = |part: &str| !part.contains('$') && !part.contains("{{");
        parts.filter(|part| known(part)).map(|part| Word::plain(part, word.place.clone())).collect()
    };
    let inputs = [input(file, step, "files"), input(file, step, "targets")];
    let elsewhere = input(file, step, "source").is_some() || input(file, step, "workdir").is_some();
    let known = inputs.iter().flatten().all(|word| word.known);
    BakeCall { files: list("files"), targets: list("targets"), complete: known && !elsewhere }
}

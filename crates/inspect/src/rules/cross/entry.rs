//! The scripts that containers start with, traced back to the files of the project.

use std::path::{Path, PathBuf};

use testyard_model::Place;
use testyard_project::compose::Service;
use testyard_project::compose::service::VolumeKind;
use testyard_project::dockerfile::{Command, Dockerfile, Instruction, Kind, Stage, TransferSource};

use crate::context::{Judged, builds, join};
use crate::scene::Scene;

/// A file that is executed as the first program of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The file, relative to the project.
    pub(super) file: String,
    /// Where it is named.
    pub(super) place: Place,
    /// What starts it, in words.
    pub(super) by: String,
    /// Whether it is executed itself; otherwise the entrypoint of an image may hand it to a shell.
    pub(super) direct: bool,
    /// The Dockerfile and the number of the stage that holds it; none where it is mounted.
    pub(super) stage: Option<(PathBuf, usize)>,
    /// Whether the build may set its run bit.
    pub(super) eased: bool,
    /// Whether the build may change its text.
    pub(super) rewritten: bool,
}

/// Every entry script that is a text file of the project. What is mounted stands for what is in the image.
pub(super) fn entries(scene: &Scene) -> Vec<Entry> {
    let services = scene.compose().iter().flat_map(|set| &set.project.services);
    let mounted = services.flat_map(|service| of_service(scene, service));
    let built = builds(scene).into_iter().flat_map(|build| of_build(scene, &build));
    let mut entries: Vec<Entry> = Vec::new();
    for entry in mounted.chain(built) {
        let known = entries.iter().any(|one| one.place == entry.place && one.file == entry.file);
        if !known && scene.text(&entry.file).is_some_and(|text| !text.is_empty()) {
            entries.push(entry);
        }
    }
    entries
}

fn of_service(scene: &Scene, service: &Service) -> Vec<Entry> {
    let words = [("entrypoint", &service.entrypoint, true), ("command", &service.command, false)];
    let entries = words.into_iter().filter_map(|(key, words, direct)| {
        let path = absolute(words.as_ref()?.first()?, service.working_dir.as_deref())?;
        let file = mounted(scene, service, &path)?;
        let place = service.place_of(key).clone();
        let by = format!("the service `{}`", service.name);
        Some(Entry { file, place, by, direct, stage: None, eased: false, rewritten: false })
    });
    entries.collect()
}

/// A path inside a container as an absolute one.
fn absolute(path: &str, folder: Option<&str>) -> Option<String> {
    if path.contains('$') || !path.contains('/') {
        return None;
    }
    if path.starts_with('/') {
        return Some(path.to_owned());
    }
    let path = path.strip_prefix("./").unwrap_or(path);
    let folder = folder.filter(|folder| folder.starts_with('/') && !folder.contains('$'))?;
    (!path.starts_with("../")).then(|| format!("{}/{path}", folder.trim_end_matches('/')))
}

/// The file of the project that a service sees under a path, by its longest mount.
fn mounted(scene: &Scene, service: &Service, path: &str) -> Option<String> {
    let mounts = service.volumes.iter().filter(|mount| Path::new(path).starts_with(&mount.target));
    let mount = mounts.max_by_key(|mount| mount.target.len())?;
    let VolumeKind::Bind(source) = &mount.kind else { return None };
    let rest = Path::new(path).strip_prefix(&mount.target).ok()?;
    scene.relative(&source.join(rest)).map(|file| file.trim_end_matches('/').to_owned())
}

/// The entry script of what a Dockerfile builds.
fn of_build(scene: &Scene, judged: &Judged) -> Vec<Entry> {
    let build = &judged.build;
    let file = scene.dockerfiles().iter().find(|file| file.path == Path::new(&build.dockerfile));
    let Some(file) = file.filter(|file| file.is_complete()) else { return Vec::new() };
    let stage = match &build.target {
        Some(target) => file.stage(target, file.stages.len()),
        None => file.last_stage(),
    };
    let Some(stage) = stage else { return Vec::new() };
    let entry = stage.own().filter_map(|one| program(one).map(|(word, direct)| (one, word, direct)));
    let entries = entry.filter_map(|(instruction, word, direct)| {
        let path = absolute(&word, workdir(stage).as_deref())?;
        let source = copied(stage, &path)?;
        let file_path = join(&build.folder, &source);
        Some(Entry {
            file: file_path.trim_start_matches("./").to_owned(),
            place: file.place(instruction.spot),
            by: instruction.keyword().to_owned(),
            direct,
            stage: Some((file.path.clone(), stage.index)),
            eased: says(file, "chmod"),
            rewritten: says(file, "dos2unix") || says(file, "\\r") || says(file, "sed "),
        })
    });
    entries.collect()
}

/// The program of an `ENTRYPOINT` or `CMD` without a shell, and whether it is certainly executed itself.
fn program(instruction: &Instruction) -> Option<(String, bool)> {
    let (command, direct) = match &instruction.kind {
        Kind::Entrypoint(command) => (command, true),
        Kind::Cmd(command) => (command, false),
        _ => return None,
    };
    match command {
        Command::Exec(words) => words.first().map(|word| (word.text.clone(), direct)),
        Command::Shell { .. } => None,
    }
}

/// The folder at the end of a stage, when one absolute `WORKDIR` says it.
fn workdir(stage: &Stage) -> Option<String> {
    let last = stage.own().rev().find_map(|one| match &one.kind {
        Kind::Workdir(word) => Some(word.text.clone()),
        _ => None,
    });
    last.filter(|folder| folder.starts_with('/') && !folder.contains('$'))
}

/// The source, relative to the context, that a stage copies to a path: of the last instruction that does.
fn copied(stage: &Stage, path: &str) -> Option<String> {
    let mut folder: Option<String> = None;
    let mut found = None;
    for instruction in stage.own() {
        if let Kind::Workdir(word) = &instruction.kind {
            folder = absolute(&word.text, folder.as_deref());
        }
        let Some(transfer) = instruction.transfer() else { continue };
        let odd = ["from", "parents", "exclude", "chmod"].iter().any(|flag| instruction.flag(flag).is_some());
        let [TransferSource::Path(source)] = transfer.sources.as_slice() else { continue };
        let to = transfer.destination.text.as_str();
        let to = if to == "." || to == "./" {
            folder.as_ref().map(|folder| format!("{folder}/"))
        } else {
            absolute(to, folder.as_deref())
        };
        let Some(hit) = to.and_then(|to| lands(&source.text, &to, path)) else { continue };
        // Something odd on the way makes the source uncertain.
        found = (!odd && !hit.contains(['$', '*', '?', '['])).then_some(hit);
    }
    found
}

/// The source of a path when `source` is copied to `to`: as a file under that name, or as one of a folder's files.
fn lands(source: &str, to: &str, path: &str) -> Option<String> {
    let source = source.trim_start_matches("./").trim_start_matches('/');
    if path == to {
        return Some(source.to_owned());
    }
    let rest = path.strip_prefix(to.trim_end_matches('/'))?.strip_prefix('/')?;
    let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if name == rest {
        return Some(source.to_owned());
    }
    let folder = source.trim_end_matches('/').trim_end_matches('.').trim_end_matches('/');
    Some(if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") })
}

/// Whether any command of a Dockerfile mentions a word.
fn says(file: &Dockerfile, word: &str) -> bool {
    let runs = file.stages.iter().flat_map(Stage::own).filter_map(|one| match &one.kind {
        Kind::Run(command) => Some(command),
        _ => None,
    });
    runs.into_iter().any(|command| match command {
        Command::Exec(words) => words.iter().any(|one| one.text.contains(word)),
        Command::Shell { text, heredocs } => {
            text.text.contains(word) || heredocs.iter().any(|one| one.text.contains(word))
        }
    })
}

//! Every build of a project with what becomes of each of its sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use testyard_model::Place;
use testyard_project::dockerfile::{self, Dockerfile, Expanded, Instruction, Kind};

use super::basis::named;
use super::build::{Arguments, Basis, Build};
use super::reads::{Read, reads};
use super::resolve::{Outcome, escapes, inside, resolve};
use super::solve::{self, Better};
use super::transfer::Context;
use crate::scene::Scene;

/// A build whose sources were looked for.
#[derive(Debug)]
pub(crate) struct Judged {
    /// The build.
    pub(crate) build: Build,
    /// Its sources, in the order of the stages.
    pub(crate) sources: Vec<Source>,
    /// A folder in which more of them are found, where that is the likely cause.
    pub(crate) better: Option<Better>,
}

/// One source with what becomes of it.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Where it stands.
    pub(crate) place: Place,
    /// Where its instruction stands.
    pub(crate) instruction: Place,
    /// `COPY`, `ADD` or `RUN --mount`.
    pub(crate) keyword: &'static str,
    /// As written.
    pub(crate) written: String,
    /// As the build looks for it, relative to the context; nothing where it cannot be known.
    pub(crate) inside: Option<String>,
    /// Variables without a value, whose place in it stays empty.
    pub(crate) unset: Vec<String>,
    /// Variables of which nothing is known.
    pub(crate) unknown: Vec<String>,
    /// One of these that is declared before the first `FROM` only, and so is not seen here.
    pub(crate) hidden: Option<String>,
    /// Whether it is the whole context if what is unknown is empty.
    pub(crate) everything_if_empty: bool,
    /// Whether it leads out of the context, were it followed.
    pub(crate) escapes: bool,
    /// Whether wildcards are matched, not only looked up.
    pub(crate) wildcards: bool,
    /// What becomes of it.
    pub(crate) outcome: Outcome,
}

/// Every build that is named, and one inferred for each Dockerfile that nothing names.
pub(crate) fn builds(scene: &Scene) -> Vec<Judged> {
    let named = named(scene);
    let known: BTreeSet<String> = named.iter().map(|build| build.dockerfile.clone()).collect();
    let own = scene.own_files().filter(|file| dockerfile::is_dockerfile(Path::new(&file.path)));
    let others = own.filter(|file| !known.contains(&file.path)).map(|file| file.path.clone());
    let mut files: BTreeMap<String, Dockerfile> = BTreeMap::new();
    let others: Vec<String> = others.collect();
    for path in known.iter().chain(&others) {
        let text = scene.text(path).unwrap_or_default();
        files.insert(path.clone(), dockerfile::parse(path, text));
    }
    let mut judged: Vec<Judged> = named
        .into_iter()
        .filter_map(|build| Some(judge(scene, files.get(&build.dockerfile)?, build)))
        .collect();
    judged.extend(others.iter().filter_map(|path| inferred(scene, files.get(path)?, path)));
    judged
}

/// Judges one build in its own context.
fn judge(scene: &Scene, file: &Dockerfile, build: Build) -> Judged {
    let reads = build_reads(file, &build);
    let context = Context::new(scene, &build.folder, &build.dockerfile);
    let sources: Vec<Source> = reads.iter().map(|read| source(&context, file, read)).collect();
    let better = solve::better(scene, &build, &sources);
    Judged { build, sources, better }
}

/// What a build reads. Where it may be given arguments that are not known, sources with variables are not known, either.
fn build_reads(file: &Dockerfile, build: &Build) -> Vec<Read> {
    let given = if let Arguments::All(given) = &build.arguments { Some(given) } else { None };
    let mut reads = reads(file, build.target.as_deref(), given);
    if build.arguments == Arguments::Unknown {
        for read in reads.iter_mut().filter(|read| read.written.contains('$')) {
            read.source = Expanded::Unknown(Vec::new());
            read.at_least.clone_from(&read.written);
        }
    }
    reads
}

fn source(context: &Context<'_>, file: &Dockerfile, read: &Read) -> Source {
    let (text, unset, unknown) = match &read.source {
        Expanded::Known { text, unset } => (Some(text.as_str()), unset.clone(), Vec::new()),
        Expanded::Unknown(names) => (None, Vec::new(), names.clone()),
    };
    let special =
        read.parents && text.is_some_and(|text| text.contains(['*', '?', '[']) || text.contains("/./"));
    let outcome = match text {
        Some(text) if !special => resolve(context, text, read.wildcards),
        _ => Outcome::Unknown,
    };
    let declared = |name: &&String| file.arguments.iter().any(|argument| declares(argument, name));
    let hidden = unset.iter().chain(&unknown).find(declared).cloned();
    Source {
        hidden,
        place: file.place(read.spot),
        instruction: file.place(read.instruction),
        keyword: read.keyword,
        written: read.written.clone(),
        inside: text.map(inside),
        everything_if_empty: !(unset.is_empty() && unknown.is_empty()) && inside(&read.at_least).is_empty(),
        unset,
        unknown,
        escapes: text.is_some_and(escapes),
        wildcards: read.wildcards,
        outcome,
    }
}

fn declares(argument: &Instruction, name: &str) -> bool {
    matches!(&argument.kind, Kind::Arg(list) if list.iter().any(|one| one.name.text == name))
}

/// The build of a Dockerfile that nothing names, in the folder at or above it where most of its sources are found.
/// Nothing when none of several sources is found anywhere: then its context is made somewhere else.
fn inferred(scene: &Scene, file: &Dockerfile, path: &str) -> Option<Judged> {
    let mut best: Option<Judged> = None;
    for folder in above(path) {
        let build = Build {
            dockerfile: path.to_owned(),
            folder,
            target: None,
            arguments: Arguments::Defaults,
            basis: Basis::Inferred,
            start: String::new(),
        };
        let reads = build_reads(file, &build);
        let context = Context::new(scene, &build.folder, path);
        let sources: Vec<Source> = reads.iter().map(|read| source(&context, file, read)).collect();
        let failing = |judged: &Judged| judged.sources.iter().filter(|source| source.outcome.fails()).count();
        let judged = Judged { build, sources, better: None };
        if best.as_ref().is_none_or(|best| failing(&judged) < failing(best)) {
            best = Some(judged);
        }
    }
    best.filter(|judged| {
        let found = judged
            .sources
            .iter()
            .any(|source| is_telling(source) && matches!(source.outcome, Outcome::Found));
        found || judged.sources.iter().filter(|source| source.outcome.fails()).count() < 2
    })
}

/// Whether finding a source says anything: the context itself is found everywhere.
fn is_telling(source: &Source) -> bool {
    source.inside.as_ref().is_some_and(|inside| !inside.is_empty())
}

/// The folder of a file and all above it, the nearest first.
pub(super) fn above(path: &str) -> Vec<String> {
    let ends = path.rmatch_indices('/').map(|(at, _)| path[..at].to_owned());
    ends.chain([String::new()]).collect()
}

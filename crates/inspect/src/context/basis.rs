//! Which builds a project has, and how each is known: a Dockerfile with a context, a target and build arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use testyard_project::build_command::{self, BuildCommand};
use testyard_project::compose::Service;
use testyard_project::compose::service::InlineOrFile;

use super::transfer::join;
use crate::scene::{File, Scene};

/// How a build is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Basis {
    /// A service of a compose file, in words.
    Compose(String),
    /// A command in a CI workflow or makefile, in words. Earlier steps may make files that are not there now.
    Step(String),
    /// A command in a script, in words: where the script runs is a guess.
    Script(String),
    /// Nothing names the Dockerfile; its context is the folder in which most of its sources are found.
    Inferred,
}

impl Basis {
    /// The basis as findings show it.
    pub(crate) fn words(&self) -> &str {
        match self {
            Basis::Compose(words) | Basis::Step(words) | Basis::Script(words) => words,
            Basis::Inferred => "inferred",
        }
    }

    /// Whether the context is certain, so that a finding may be an error.
    pub(crate) fn is_certain(&self) -> bool {
        matches!(self, Basis::Compose(_) | Basis::Step(_))
    }

    /// Whether the files that are there now are those the build will see.
    pub(crate) fn sees_files_of_now(&self) -> bool {
        matches!(self, Basis::Compose(_))
    }
}

/// One build.
#[derive(Debug, Clone)]
pub(crate) struct Build {
    /// The Dockerfile, relative to the project.
    pub(crate) dockerfile: String,
    /// The context, relative to the project; empty for its root.
    pub(crate) folder: String,
    /// The stage that is asked for; the last one when `None`.
    pub(crate) target: Option<String>,
    /// Build arguments, `None` for one whose value is not known.
    pub(crate) args: BTreeMap<String, Option<String>>,
    /// Whether `args` are all that the build is given.
    pub(crate) args_complete: bool,
    /// How it is known.
    pub(crate) basis: Basis,
    /// The folder from which the context is written, relative to the project.
    pub(crate) start: String,
}

/// Every build that something in the project names. One that several places name alike stands once.
pub(crate) fn named(scene: &Scene) -> Vec<Build> {
    let sets = scene.compose().iter();
    let services = sets.flat_map(|set| set.project.services.iter().map(move |service| (set.basis(), service)));
    let mut builds: Vec<Build> = services.filter_map(|(basis, service)| composed(scene, &basis, service)).collect();
    builds.extend(scene.own_files().filter_map(kind).flat_map(|(file, kind)| commanded(scene, file, kind)));
    let mut seen = BTreeSet::new();
    builds.retain(|build| {
        seen.insert((build.dockerfile.clone(), build.folder.clone(), build.target.clone(), build.args.clone()))
    });
    builds
}

fn composed(scene: &Scene, basis: &str, service: &Service) -> Option<Build> {
    let build = service.build.as_ref()?;
    let InlineOrFile::File(dockerfile) = &build.dockerfile else { return None };
    let dockerfile = scene.relative(dockerfile)?;
    let folder = scene.relative(Path::new(&build.context)).filter(|_| build.context.starts_with('/'))?;
    let there = scene.tree().file(&dockerfile).is_some() && scene.tree().is_folder(&folder);
    let args = build.args.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
    there.then(|| Build {
        dockerfile,
        folder,
        target: build.target.clone(),
        args,
        args_complete: true,
        basis: Basis::Compose(format!("{basis}: service `{}`", service.name)),
        start: build.place.path.to_str().and_then(|path| path.rsplit_once('/')).map_or("", |(folder, _)| folder).to_owned(),
    })
}

/// What kind of file may hold `docker build` calls.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Workflow,
    Makefile,
    Script,
}

fn kind(file: &File) -> Option<(&File, Kind)> {
    let name = file.name();
    let ends = |end: &str| name.ends_with(end);
    let workflow = file.folder() == ".github/workflows" && (ends(".yml") || ends(".yaml"));
    if workflow || file.path == ".gitlab-ci.yml" {
        return Some((file, Kind::Workflow));
    }
    if matches!(name, "Makefile" | "makefile" | "GNUmakefile" | "justfile" | "Justfile") {
        return Some((file, Kind::Makefile));
    }
    (ends(".sh") || ends(".bash")).then_some((file, Kind::Script))
}

fn commanded(scene: &Scene, file: &File, kind: Kind) -> Vec<Build> {
    let Some(text) = scene.text(&file.path).filter(|text| text.contains("build")) else { return Vec::new() };
    // Steps of a workflow may each run in a folder of their own.
    if kind == Kind::Workflow && text.contains("working-directory") {
        return Vec::new();
    }
    let calls = build_command::find(text);
    calls.iter().filter_map(|call| called(scene, file, kind, call)).collect()
}

/// A call as a build, if there is exactly one folder from which it makes sense.
fn called(scene: &Scene, file: &File, kind: Kind, call: &BuildCommand) -> Option<Build> {
    let starts: &[&str] = match kind {
        Kind::Workflow => &[""],
        Kind::Makefile => &[file.folder()],
        Kind::Script => &["", file.folder()],
    };
    let mut found: Vec<(&str, (String, String))> =
        starts.iter().filter_map(|start| Some((*start, paths(scene, start, call)?))).collect();
    found.dedup();
    let [(start, (dockerfile, folder))] = <[_; 1]>::try_from(found).ok()?;
    let words = format!("{}:{}", file.path, call.line);
    Some(Build {
        dockerfile,
        folder,
        target: call.target.clone(),
        args: call.args.clone(),
        args_complete: true,
        basis: if kind == Kind::Script { Basis::Script(words) } else { Basis::Step(words) },
        start: start.to_owned(),
    })
}

/// The Dockerfile and context of a call that runs in a folder, if both are there.
fn paths(scene: &Scene, start: &str, call: &BuildCommand) -> Option<(String, String)> {
    if call.context.contains("://") || call.context.starts_with("git@") {
        return None;
    }
    let folder = scene.relative(Path::new(&join(start, &call.context)))?;
    let dockerfile = match &call.dockerfile {
        Some(path) => scene.relative(Path::new(&join(start, path)))?,
        None => join(&folder, "Dockerfile"),
    };
    let there = scene.tree().is_folder(&folder) && scene.tree().file(&dockerfile).is_some();
    there.then_some((dockerfile, folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::scene;

    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let (scene, _kept) = scene(files);
        let shown = |build: &Build| {
            let target = build.target.as_deref().unwrap_or("-");
            format!("{} in {:?} for {target} by {}", build.dockerfile, build.folder, build.basis.words())
        };
        let builds: Vec<String> = named(&scene).iter().map(shown).collect();
        assert_eq!(builds, expected);
    }

    #[test]
    fn compose_names_context_dockerfile_and_target() {
        let compose = "services: {a: {build: {context: .., dockerfile: ops/Dockerfile, target: dev}}, \
            b: {build: ./none}, c: {build: 'https://x.example/y.git'}}";
        check(&[("ops/compose.yaml", compose), ("ops/Dockerfile", "FROM x")], &[
            "ops/Dockerfile in \"\" for dev by ops/compose.yaml: service `a`",
        ]);
    }

    #[test]
    fn commands_name_them_where_their_folder_is_known() {
        let files = [
            ("Dockerfile", "FROM x"),
            ("api/Dockerfile", "FROM x"),
            ("api/Makefile", "image:\n\tdocker build -t a .\n"),
            (".github/workflows/ci.yml", "jobs: {a: {steps: [\n{\nrun: docker build -f api/Dockerfile .\n"),
            ("api/build.sh", "docker build .\ndocker build api\ndocker build /abs\ncd x\ndocker build api"),
        ];
        check(&files, &[
            "api/Dockerfile in \"\" for - by .github/workflows/ci.yml:3",
            "api/Dockerfile in \"api\" for - by api/Makefile:2",
        ]);
    }
}

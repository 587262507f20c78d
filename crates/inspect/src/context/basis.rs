//! Which builds a project has, and how each is known: a Dockerfile with a context, a target and build arguments.

use std::collections::BTreeSet;
use std::path::Path;

use testyard_project::commandline::{self, BuildCall, Call, Origin};
use testyard_project::compose::Service;
use testyard_project::compose::service::InlineOrFile;
use testyard_project::workflow::{self, What};

use super::bake;
use super::build::{Arguments, Basis, Build};
use super::transfer::join;
use crate::scene::{File, Scene};

/// Every build that something in the project names. One that several places name alike stands once.
pub(crate) fn named(scene: &Scene) -> Vec<Build> {
    let sets = scene.compose().iter();
    let services =
        sets.flat_map(|set| set.project.services.iter().map(move |service| (set.basis(), service)));
    let mut builds: Vec<Build> =
        services.filter_map(|(basis, service)| composed(scene, &basis, service)).collect();
    builds.extend(scene.own_files().flat_map(|file| in_workflows(scene, file)));
    builds.extend(bake::builds(scene));
    builds.extend(scene.own_files().flat_map(|file| in_commands(scene, file)));
    let mut seen = BTreeSet::new();
    builds.retain(|build| {
        seen.insert((
            build.dockerfile.clone(),
            build.folder.clone(),
            build.target.clone(),
            build.arguments.clone(),
        ))
    });
    builds
}

fn composed(scene: &Scene, basis: &str, service: &Service) -> Option<Build> {
    let build = service.build.as_ref()?;
    let InlineOrFile::File(dockerfile) = &build.dockerfile else { return None };
    let dockerfile = scene.relative(dockerfile)?;
    let folder = scene.relative(Path::new(&build.context)).filter(|_| build.context.starts_with('/'))?;
    let there = scene.tree().file(&dockerfile).is_some() && scene.tree().is_folder(&folder);
    there.then(|| Build {
        dockerfile,
        folder,
        target: build.target.clone(),
        arguments: Arguments::All(build.args.clone()),
        basis: Basis::Compose(format!("{basis}: service `{}`", service.name)),
        start: build
            .place
            .path
            .to_str()
            .and_then(|path| path.rsplit_once('/'))
            .map_or("", |(folder, _)| folder)
            .to_owned(),
    })
}

/// The builds that CI workflows start.
fn in_workflows(scene: &Scene, file: &File) -> Vec<Build> {
    // The name is asked first: every other file of the project stays unread.
    if !workflow::is_workflow(Path::new(&file.path)) {
        return Vec::new();
    }
    let Some(text) = scene.text(&file.path) else { return Vec::new() };
    let read = workflow::read(Path::new(&file.path), text);
    let calls = read.jobs.iter().flat_map(|job| job.calls.iter().map(move |call| (job, call)));
    let builds = calls.filter_map(|(job, call)| {
        let What::Command(Call::Build(build)) = &call.what else { return None };
        let start = call.folder.as_deref()?.to_str()?;
        let basis = Basis::Step(format!("{}:{}", file.path, call.place.line));
        let build = called(scene, start, build, basis)?;
        // What an earlier step may have made is not judged.
        let made = |folder: &str| !folder.is_empty() && job.mentioned_before(call, folder);
        (!made(&build.folder)).then_some(build)
    });
    builds.collect()
}

/// The builds that a makefile or a script starts, up to where it changes its folder.
fn in_commands(scene: &Scene, file: &File) -> Vec<Build> {
    let makefile = matches!(file.name(), "Makefile" | "makefile" | "GNUmakefile");
    let script = file.name().ends_with(".sh") || file.name().ends_with(".bash");
    let text = if makefile || script { scene.text(&file.path) } else { None };
    let Some(text) = text.filter(|text| text.contains("build")) else { return Vec::new() };
    let calls = build_calls(Path::new(&file.path), text, makefile);
    let starts: &[&str] = if makefile { &[file.folder()] } else { &["", file.folder()] };
    let basis = |line: u32| {
        let words = format!("{}:{line}", file.path);
        if makefile { Basis::Step(words) } else { Basis::Script(words) }
    };
    calls.iter().filter_map(|(line, call)| from_one_of(scene, starts, call, &basis(*line))).collect()
}

/// The `docker build` calls of a text before its first change of folder, each with its line.
fn build_calls(path: &Path, text: &str, makefile: bool) -> Vec<(u32, BuildCall)> {
    // A recipe's line may begin with signs to `make`.
    let strip =
        |line: &str| line.trim_start_matches(|sign: char| makefile && "\t@-+".contains(sign)).to_owned();
    let lines: Vec<String> = text.lines().map(strip).collect();
    let origin = Origin::lines(path, 1, vec![1; lines.len()]);
    let mut found = Vec::new();
    for command in commandline::split(&lines.join("\n"), &origin) {
        match commandline::call(&command) {
            Some(Call::Folder(_)) => break,
            Some(Call::Build(build)) => {
                found.extend(command.words.first().map(|word| (word.place.line, build)));
            }
            _ => {}
        }
    }
    found
}

/// A call as a build, if there is exactly one of these folders from which it makes sense.
fn from_one_of(scene: &Scene, starts: &[&str], call: &BuildCall, basis: &Basis) -> Option<Build> {
    let mut found: Vec<Build> =
        starts.iter().filter_map(|start| called(scene, start, call, basis.clone())).collect();
    found.dedup_by(|a, b| a.dockerfile == b.dockerfile && a.folder == b.folder);
    <[Build; 1]>::try_from(found).ok().map(|[build]| build)
}

/// A call that runs in a folder as a build, if its Dockerfile and its context are there.
fn called(scene: &Scene, start: &str, call: &BuildCall, basis: Basis) -> Option<Build> {
    let context = call.context.as_ref().filter(|_| call.complete)?.known()?;
    if context == "-" || context.contains("://") || context.starts_with("git@") || context.starts_with('/') {
        return None;
    }
    let folder = scene.relative(Path::new(&join(start, context)))?;
    let dockerfile = match &call.file {
        Some(path) => scene.relative(Path::new(&join(start, path.known()?)))?,
        None => join(&folder, "Dockerfile"),
    };
    let there = scene.tree().is_folder(&folder) && scene.tree().file(&dockerfile).is_some();
    there.then(|| Build {
        dockerfile,
        folder,
        target: call.target.as_ref().map(|target| target.text.clone()),
        arguments: Arguments::Unknown,
        basis,
        start: start.to_owned(),
    })
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
        check(
            &[("ops/compose.yaml", compose), ("ops/Dockerfile", "FROM x")],
            &["ops/Dockerfile in \"\" for dev by ops/compose.yaml: service `a`"],
        );
    }

    #[test]
    fn bake_files_name_them_where_only_one_folder_makes_sense() {
        let bake =
            "target \"api\" {\n  context = \".\"\n  dockerfile = \"api/Dockerfile\"\n  target = \"dev\"\n}\n";
        let expected = "api/Dockerfile in \"\" for dev by ops/docker-bake.hcl: target `api`";
        check(&[("ops/docker-bake.hcl", bake), ("api/Dockerfile", "FROM x")], &[expected]);
        let both = [("api/Dockerfile", "FROM x"), ("ops/api/Dockerfile", "FROM x")];
        check(&[("ops/docker-bake.hcl", bake), both[0], both[1]], &[]);
    }

    #[test]
    fn commands_name_them_where_their_folder_is_known() {
        let files = [
            ("Dockerfile", "FROM x"),
            ("api/Dockerfile", "FROM x"),
            ("api/Makefile", "image:\n\t@docker build -t a .\n"),
            (
                ".github/workflows/ci.yml",
                "jobs: {a: {steps: [\n{uses: actions/checkout@v4},\n{run: docker build -f api/Dockerfile .}]}}\n",
            ),
            ("api/build.sh", "docker build .\ndocker build api\ndocker build /abs\ncd x\ndocker build api"),
        ];
        check(
            &files,
            &[
                "api/Dockerfile in \"\" for - by .github/workflows/ci.yml:3",
                "api/Dockerfile in \"api\" for - by api/Makefile:2",
            ],
        );
    }
}

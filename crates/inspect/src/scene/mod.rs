//! The scene: everything a rule may look at. Each thing is read when the first rule asks for it, and once.

mod compose;
mod dockerfile;
mod git;
mod tree;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use testyard_model::{Finding, Place};
use testyard_project::config::{self, CheckConfig, Config};
use testyard_project::discover::{self, Discovery};
use testyard_project::dockerfile::Dockerfile;
use testyard_project::script::{self, Script};
use testyard_project::source::masked_line;
use testyard_project::workflow::{self, Workflow};

use crate::context::{self, Judged};

pub use compose::ComposeSet;
pub(crate) use git::ask as ask_git;
pub use git::{Git, Standing, changed_since, ignored};
pub use tree::{File, Tree};

/// The largest file whose text is read, in bytes. What people write is some kilobytes.
const MAX_BYTES: u64 = 4 << 20;

/// A project as the rules see it.
pub struct Scene {
    root: PathBuf,
    variables: BTreeMap<String, String>,
    config: Config,
    config_findings: Vec<Finding>,
    tree: Tree,
    texts: Vec<OnceLock<Option<Box<str>>>>,
    git: OnceLock<Option<Git>>,
    discovery: OnceLock<Discovery>,
    compose: OnceLock<Vec<ComposeSet>>,
    scripts: OnceLock<Vec<(String, Script)>>,
    dockerfiles: OnceLock<Vec<Dockerfile>>,
    workflows: OnceLock<Vec<Workflow>>,
    builds: OnceLock<Vec<Judged>>,
}

impl Scene {
    /// The scene of a folder. `variables` is the caller's environment and `overrides` are settings from the command
    /// line; nothing else is asked of the process.
    pub fn open(root: &Path, variables: BTreeMap<String, String>, overrides: &[(String, String)]) -> Scene {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let (config, config_findings) = config::load(Some(&root), &variables, overrides);
        let tree = Tree::of(&root);
        let texts = tree.files().iter().map(|_| OnceLock::new()).collect();
        Scene {
            root,
            variables,
            config,
            config_findings,
            tree,
            texts,
            git: OnceLock::new(),
            discovery: OnceLock::new(),
            compose: OnceLock::new(),
            scripts: OnceLock::new(),
            dockerfiles: OnceLock::new(),
            workflows: OnceLock::new(),
            builds: OnceLock::new(),
        }
    }

    /// The project's folder, absolute and without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The caller's environment.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// `testyard.toml` and what overrides it.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// `[check]`.
    pub fn check_config(&self) -> &CheckConfig {
        &self.config.check
    }

    /// What is wrong with the settings.
    pub(crate) fn config_findings(&self) -> &[Finding] {
        &self.config_findings
    }

    /// All files, sorted by path, with lookups.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The files that the project's people wrote, sorted by path: all that do not lie in `node_modules`, an
    /// environment, a cache.
    pub fn own_files(&self) -> impl Iterator<Item = &File> {
        self.tree.files().iter().filter(|file| !file.foreign)
    }

    /// Whether there is a file, folder or link at a path relative to the root. `false` is certain.
    pub fn exists(&self, path: &str) -> bool {
        self.tree.file(path).is_some() || self.tree.is_folder(path) || self.behind_a_link(path)
    }

    /// A path that is not listed may lie behind a link to a folder, or in a tree too large to list.
    fn behind_a_link(&self, path: &str) -> bool {
        let linked = || {
            let slashes = path.match_indices('/').map(|(at, _)| &path[..at]);
            slashes.into_iter().any(|folder| self.tree.file(folder).is_some_and(|file| file.link.is_some()))
        };
        (!self.tree.complete() || linked()) && self.root.join(path).exists()
    }

    /// A path as the scene names files: relative to the root, cleaned of `.` and `..`. `None` when it leads outside.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        let inside = if path.is_absolute() { path.strip_prefix(&self.root).ok()? } else { path };
        for part in inside.components() {
            match part {
                Component::Normal(part) => parts.push(part.to_str()?),
                Component::ParentDir => drop(parts.pop()?),
                _ => {}
            }
        }
        Some(parts.join("/"))
    }

    /// The text of a file, line ends as they are. `None` for what is not there, not text, or larger than people write.
    /// Bytes that are not UTF-8 are replaced. Links are followed.
    pub fn text(&self, path: &str) -> Option<&str> {
        let at = self.tree.position(path)?;
        self.texts[at].get_or_init(|| read(&self.root.join(path))).as_deref()
    }

    /// The files whose text was read so far.
    pub(crate) fn read_files(&self) -> impl Iterator<Item = &str> {
        let read = self.texts.iter().zip(self.tree.files());
        read.filter(|(text, _)| text.get().is_some()).map(|(_, file)| file.path.as_str())
    }

    /// The line of a place as it may be shown, secrets masked.
    pub(crate) fn shown_line(&self, place: &Place) -> Option<String> {
        let index = (place.line as usize).checked_sub(1)?;
        let line = self.text(place.path.to_str()?)?.lines().nth(index)?;
        Some(masked_line(line))
    }

    /// What git knows; `None` without a repository or without git: then nothing may be said about a clone.
    pub fn git(&self) -> Option<&Git> {
        self.git.get_or_init(|| Git::of(&self.root)).as_ref()
    }

    /// How an existing file stands with git.
    pub fn standing(&self, path: &str) -> Standing {
        match self.git() {
            Some(git) if self.tree.file(path).is_some() => git.standing(path),
            _ => Standing::Unknown,
        }
    }

    /// What the project has: pytest's configuration, requirement files, the compose files a run uses.
    pub fn discovery(&self) -> &Discovery {
        self.discovery.get_or_init(|| discover::discover(&self.root, &self.variables))
    }

    /// Every set of compose files, the one that a run uses first.
    pub fn compose(&self) -> &[ComposeSet] {
        self.compose.get_or_init(|| {
            let environment = &self.config.environment;
            let profiles = environment.profiles.iter().flat_map(|profiles| &profiles.value);
            compose::Reading {
                root: &self.root,
                tree: &self.tree,
                variables: &self.variables,
                chosen: self.chosen_compose(),
                profiles: profiles.map(|profile| profile.value.clone()).collect(),
            }
            .sets()
        })
    }

    /// The paths of the shell scripts that the project's people wrote: by their names, or by the first line of what can
    /// be executed and has no ending.
    pub fn script_paths(&self) -> impl Iterator<Item = &str> {
        self.own_files().filter(|file| self.is_script(file)).map(|file| file.path.as_str())
    }

    /// Every shell script with its path, read.
    pub fn scripts(&self) -> &[(String, Script)] {
        self.scripts.get_or_init(|| {
            let texts = self.script_paths().filter_map(|path| Some((path, self.text(path)?)));
            texts.map(|(path, text)| (path.to_owned(), script::read(text))).collect()
        })
    }

    fn is_script(&self, file: &File) -> bool {
        match file.name().rsplit_once('.') {
            _ if file.link.is_some() => false,
            Some((_, "sh" | "bash")) => true,
            Some(_) => false,
            None => file.executable && self.text(&file.path).is_some_and(speaks_shell),
        }
    }

    /// The CI workflows, read.
    pub fn workflows(&self) -> &[Workflow] {
        self.workflows.get_or_init(|| {
            let paths = self.own_files().map(|file| file.path.as_str());
            let paths = paths.filter(|path| workflow::is_workflow(Path::new(path)));
            let texts = paths.filter_map(|path| Some((path, self.text(path)?)));
            texts.map(|(path, text)| workflow::read(Path::new(path), text)).collect()
        })
    }

    /// Every build of the project, with what becomes of each thing it reads from its context.
    pub(crate) fn builds(&self) -> &[Judged] {
        self.builds.get_or_init(|| context::builds(self))
    }

    /// Every Dockerfile, by its name or because a compose file builds from it, sorted by path.
    pub fn dockerfiles(&self) -> &[Dockerfile] {
        self.dockerfiles.get_or_init(|| dockerfile::read(self))
    }

    /// The compose files that a run uses: the configured ones, else the discovered ones.
    fn chosen_compose(&self) -> Vec<String> {
        if let Some(configured) = &self.config.environment.compose {
            let files = configured.value.iter().filter_map(|file| self.relative(Path::new(&file.value)));
            return files.filter(|file| self.tree.file(file).is_some()).collect();
        }
        let found = self.discovery().compose.iter();
        let files =
            found.flat_map(|found| found.base.iter().filter(|_| needs_base(self, found)).chain(&found.files));
        files.filter_map(|file| self.relative(file)).collect()
    }
}

/// Whether a text's first line says that a shell reads it: `#!/usr/bin/env bash`.
fn speaks_shell(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let words = line.strip_prefix("#!").unwrap_or_default().split([' ', '/', '\t']);
    words.into_iter().any(|word| matches!(word, "sh" | "bash" | "dash" | "ash" | "ksh"))
}

/// Whether the discovered files only make sense over their base file: a service in them says neither what it runs nor
/// how it is built.
fn needs_base(scene: &Scene, found: &discover::ComposeFiles) -> bool {
    let files: Vec<String> = found.files.iter().filter_map(|file| scene.relative(file)).collect();
    let texts = files.iter().filter_map(|file| Some((file.as_str(), scene.text(file)?)));
    let texts: Vec<(&str, &str)> = texts.collect();
    let named: Vec<&str> = files.iter().map(String::as_str).collect();
    let (_, findings) = testyard_project::compose::parse_files(&texts, &named, &scene.variables);
    let codes = [testyard_project::compose::codes::NO_IMAGE, testyard_project::compose::codes::UNDEFINED];
    findings.iter().any(|finding| codes.contains(&finding.code.as_str()))
}

fn read(path: &Path) -> Option<Box<str>> {
    let data = std::fs::metadata(path).ok()?;
    if !data.is_file() || data.len() > MAX_BYTES {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    if bytes.contains(&0) {
        return None;
    }
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|wrong| String::from_utf8_lossy(wrong.as_bytes()).into_owned());
    Some(text.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use crate::fixture::scene;

    use super::*;

    #[test]
    fn paths_are_named_from_the_root() {
        let (scene, _folder) = scene(&[("a/b.txt", "x"), ("real/c.txt", ""), ("linked@", "real")]);
        let relative = |path: &str| scene.relative(Path::new(path));
        assert_eq!(relative("a/../a/./b.txt").as_deref(), Some("a/b.txt"));
        assert_eq!(relative("../x"), None);
        assert_eq!(relative("/etc/passwd"), None);
        assert_eq!(scene.relative(&scene.root().join("a")).as_deref(), Some("a"));
        assert_eq!(scene.relative(scene.root()).as_deref(), Some(""));
        for (path, there) in
            [("a", true), ("a/b.txt", true), ("a/c", false), ("linked/c.txt", true), ("linked/d", false)]
        {
            assert_eq!(scene.exists(path), there, "{path}");
        }
    }

    #[test]
    fn text_is_read_once_and_only_where_it_is_text() {
        let (scene, _folder) = scene(&[("a.txt", "one\ntwo"), ("b.bin", "a\0b"), ("l@", "a.txt")]);
        assert_eq!(scene.text("a.txt"), Some("one\ntwo"));
        assert_eq!(scene.text("l"), Some("one\ntwo"));
        assert_eq!(scene.text("b.bin"), None);
        assert_eq!(scene.text("none"), None);
        assert_eq!(scene.read_files().collect::<Vec<_>>(), ["a.txt", "b.bin", "l"]);
    }

    #[test]
    fn scripts_and_workflows_are_known_by_their_names() {
        let (scene, _folder) = scene(&[
            ("run.sh", "true\n"),
            ("bin/start*", "#!/usr/bin/env bash\n"),
            ("bin/tool*", "#!/usr/bin/env python3\n"),
            ("bin/data", "#!/bin/sh\n"),
            ("node_modules/x/run.sh", "true\n"),
            (".github/workflows/ci.yml", "jobs: {}\n"),
        ]);
        assert_eq!(scene.script_paths().collect::<Vec<_>>(), ["bin/start", "run.sh"]);
        assert_eq!(scene.workflows().len(), 1);
    }

    #[test]
    fn lines_are_shown_without_secrets() {
        let (scene, _folder) = scene(&[("Dockerfile", "FROM x\nENV DB_PASSWORD=hunter2\n")]);
        let line = scene.shown_line(&Place::at("Dockerfile", 2, 1));
        assert_eq!(line.as_deref(), Some("ENV DB_PASSWORD=****"));
        assert_eq!(scene.shown_line(&Place::at("Dockerfile", 9, 1)), None);
    }
}

//! The sets of compose files of a project: each file once, together with those it is used with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use testyard_model::{Finding, Severity};
use testyard_project::compose::{self, ComposeProject, LoadRequest, codes};

use super::tree::Tree;

/// The names Compose itself looks for, in its order.
const BASE: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// What is only wrong as long as a file stands without the one it is laid over.
const OF_PARTS: [&str; 3] = [codes::NO_IMAGE, codes::UNDEFINED, codes::INACTIVE_DEPENDENCY];

/// What is wrong with a value, and may be right with another one.
const OF_VALUES: [&str; 6] = [
    codes::WRONG_TYPE,
    codes::BAD_VALUE,
    codes::BAD_PORT,
    codes::BAD_VOLUME,
    codes::MISSING_KEY,
    codes::EXCLUSIVE_KEYS,
];

/// A set of compose files that are used together, read and merged.
#[derive(Debug)]
pub struct ComposeSet {
    /// The files in the order they are merged, relative to the root.
    pub files: Vec<String>,
    /// What they say.
    pub project: ComposeProject,
    /// What the reader says is wrong with them.
    pub findings: Vec<Finding>,
    /// Whether this is the set that `testyard run` uses.
    pub chosen: bool,
    /// Whether the set is whole: a file that is laid over another one nobody named is not, and what is missing in it
    /// may stand elsewhere.
    pub whole: bool,
}

impl ComposeSet {
    /// The set in words, for a finding's basis: `compose.yaml + compose.override.yaml`.
    pub fn basis(&self) -> String {
        self.files.join(" + ")
    }
}

/// What the sets are read with.
pub(crate) struct Reading<'a> {
    pub(crate) root: &'a Path,
    pub(crate) tree: &'a Tree,
    pub(crate) variables: &'a BTreeMap<String, String>,
    /// The files `testyard run` uses.
    pub(crate) chosen: Vec<String>,
    /// The profiles it activates.
    pub(crate) profiles: Vec<String>,
}

impl Reading<'_> {
    /// Every set: the chosen one first, then those `docker compose` finds by itself, then every other file, over the
    /// base file beside it when it cannot stand alone.
    pub(crate) fn sets(&self) -> Vec<ComposeSet> {
        let mut sets = Vec::new();
        if !self.chosen.is_empty() {
            sets.push(ComposeSet { chosen: true, ..self.read(self.chosen.clone()) });
        }
        let files = self.candidates();
        for base in files.iter().filter(|file| BASE.contains(&name(file))) {
            let mut set = vec![base.clone()];
            set.extend(over(base).filter(|over| files.contains(over)));
            if sets.iter().all(|known| known.files != set) {
                sets.push(self.read(set));
            }
        }
        for file in &files {
            if !sets.iter().any(|set| reads(set, file)) {
                sets.push(self.part(file, &files));
            }
        }
        sets
    }

    fn candidates(&self) -> Vec<String> {
        let own = self.tree.files().iter().filter(|file| !file.foreign && is_compose(file.name()));
        let own = own.filter(|file| !is_elsewhere(&file.path));
        own.map(|file| file.path.clone()).collect()
    }

    /// A file that nobody asked for: alone, else over the base file beside it or in the root.
    fn part(&self, file: &str, files: &[String]) -> ComposeSet {
        let alone = self.read(vec![file.to_owned()]);
        if alone.whole {
            return alone;
        }
        let folder = folder(file);
        let bases = files.iter().filter(|base| BASE.contains(&name(base)));
        let beside = bases.filter(|base| [folder, ""].contains(&self::folder(base)));
        let mut beside: Vec<&String> = beside.collect();
        beside.sort_by_key(|base| self::folder(base) != folder);
        let over = beside.iter().map(|base| self.read(vec![(*base).clone(), file.to_owned()]));
        over.into_iter().find(|set| set.whole).unwrap_or(alone)
    }

    fn read(&self, files: Vec<String>) -> ComposeSet {
        // Relative paths start from the first file's folder, as `docker compose -f` has it.
        let first = files.first().map(|file| self.root.join(file));
        let directory = first.as_deref().and_then(Path::parent).unwrap_or(self.root).to_owned();
        let (project, findings) = compose::load(&LoadRequest {
            files: files.iter().map(|file| self.root.join(file)).collect(),
            project_directory: directory,
            variables: self.variables,
            env_files: Vec::new(),
            profiles: self.profiles.clone(),
            display_root: self.root.to_owned(),
        });
        let whole = !findings.iter().any(|finding| OF_PARTS.contains(&finding.code.as_str()));
        ComposeSet { files, project, findings, chosen: false, whole }
    }
}

impl ComposeSet {
    /// The reader's findings that are certain: nothing about what may stand in another file or in the environment of
    /// whoever starts it.
    pub(crate) fn certain(&self) -> impl Iterator<Item = Finding> + '_ {
        let without_image = self.findings.iter().any(|finding| finding.code == codes::NO_IMAGE);
        let usual = self.files.iter().any(|file| BASE.contains(&name(file)));
        // A file under its usual name may be a part, too: of a set that only a command line names.
        let part = !self.whole && !self.chosen && (without_image || !usual);
        let kept =
            self.findings.iter().filter(move |finding| !(part && OF_PARTS.contains(&finding.code.as_str())));
        kept.cloned().map(|finding| match finding.code.as_str() {
            codes::REQUIRED_VARIABLE => Finding { severity: Severity::Warning, ..finding },
            // What a variable makes of a value is only known where it is set.
            code if OF_VALUES.contains(&code) && varies(&finding) => {
                Finding { severity: finding.severity.min(Severity::Warning), ..finding }
            }
            _ => finding,
        })
    }
}

/// Whether a path is that of a workflow, whose name may speak of compose, or of a template that only becomes a file.
fn is_elsewhere(path: &str) -> bool {
    path.starts_with(".github/") || path.contains("{{")
}

/// Whether the line of a finding holds a variable.
fn varies(finding: &Finding) -> bool {
    finding.source.as_deref().is_some_and(|line| line.contains('$'))
}

/// Whether a file is named as a compose file.
fn is_compose(name: &str) -> bool {
    let name = name.to_lowercase();
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    stem.is_some_and(|stem| stem.split(['-', '_', '.']).any(|word| word == "compose"))
}

/// The override files that Compose lays over a base file by itself.
fn over(base: &str) -> impl Iterator<Item = String> + '_ {
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    ["yml", "yaml"].into_iter().map(move |kind| format!("{stem}.override.{kind}"))
}

fn reads(set: &ComposeSet, file: &str) -> bool {
    set.project.files.contains(&PathBuf::from(file)) || set.files.iter().any(|own| own == file)
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use crate::fixture::scene;

    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let (scene, _folder) = scene(files);
        let shown = |set: &super::ComposeSet| {
            let chosen = if set.chosen { "!" } else { "" };
            let part = if set.whole { "" } else { "?" };
            format!("{}{chosen}{part}", set.basis())
        };
        let sets: Vec<String> = scene.compose().iter().map(shown).collect();
        assert_eq!(sets, expected);
    }

    #[test]
    fn every_file_is_read_with_those_it_is_used_with() {
        let whole = "services: {a: {image: x}}";
        let part = "services: {a: {ports: ['1:1']}}";
        check(&[("compose.yaml", whole)], &["compose.yaml!"]);
        check(
            &[("compose.yaml", whole), ("compose.override.yaml", part)],
            &["compose.yaml + compose.override.yaml!"],
        );
        check(
            &[("docker-compose.yml", whole), ("docker-compose.prod.yml", part)],
            &["docker-compose.yml!", "docker-compose.yml + docker-compose.prod.yml"],
        );
        check(
            &[("docker-compose.yml", whole), ("docker-compose.prod.yml", whole)],
            &["docker-compose.yml!", "docker-compose.prod.yml"],
        );
        check(&[("x/y/prod-compose.yml", part)], &["x/y/prod-compose.yml?"]);
        check(&[("node_modules/a/compose.yaml", part), ("composer.yml", part)], &[]);
    }

    #[test]
    fn what_a_variable_decides_is_a_warning() {
        let text = "services:\n  a:\n    image: x\n    volumes: ['${DATA}:/data']\n    ports: ['x:y']\n";
        let (scene, _folder) =
            scene(&[("compose.yaml", text), (".github/workflows/compose.yml", "on: push")]);
        let found: Vec<_> = scene.compose().iter().flat_map(|set| set.certain()).collect();
        let of =
            |code: &str| found.iter().find(|finding| finding.code == code).map(|finding| finding.severity);
        assert_eq!(of("TY-CM014"), Some(testyard_model::Severity::Warning));
        assert_eq!(of("TY-CM013"), Some(testyard_model::Severity::Error));
        assert!(found.iter().all(|finding| finding.place.path.ends_with("compose.yaml")));
    }

    fn parts_under_usual_names() -> (crate::Scene, tempfile::TempDir) {
        scene(&[
            ("compose.yaml", "services: {a: {image: x}}"),
            ("ci/one/compose.yaml", "services: {a: {ports: ['1:1']}}"),
            ("{{cookiecutter.slug}}/compose.yaml", "services: {a: {image: {{ x }}}}"),
        ])
    }

    #[test]
    fn what_a_part_lacks_is_not_told() {
        let (scene, _folder) = scene(&[("x/y/prod-compose.yml", "services: {a: {ports: ['1:1']}}")]);
        assert_eq!(scene.compose()[0].certain().count(), 0);
        let (others, _folder) = parts_under_usual_names();
        assert_eq!(others.compose().iter().flat_map(|set| set.certain()).count(), 0);
        assert_eq!(scene.compose()[0].findings.len(), 1);
    }
}

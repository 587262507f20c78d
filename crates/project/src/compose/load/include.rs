//! `include`: other sets of compose files, each with its own folder and variables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Base, Loader};
use crate::compose::codes;
use crate::compose::files;
use crate::compose::findings::Problem;
use crate::compose::merge;
use crate::compose::tree::{Entry, Map, Node, Spot, Value};

/// What an include brings.
const SECTIONS: [&str; 5] = ["services", "volumes", "networks", "secrets", "configs"];

/// One entry of `include`.
struct Include {
    paths: Vec<(String, Spot)>,
    folder: Option<String>,
    env_files: Vec<String>,
    spot: Spot,
}

impl Loader {
    /// Takes `include` out of a document and puts what it names under what the document says itself.
    pub(super) fn include(
        &mut self,
        document: &mut Map,
        base: &Base,
        path: &Path,
        including: &mut Vec<PathBuf>,
    ) {
        let Some(entry) = document.take("include") else { return };
        let items = match entry.value.value {
            Value::List(items) => items,
            Value::Null => return,
            _ => {
                self.bad(entry.value.spot, "`include` is a list of files".to_owned());
                return;
            }
        };
        for item in &items {
            if let Some(include) = self.read_include(item) {
                let imported = self.included(&include, base, path, including);
                self.import(document, imported);
            }
        }
    }

    fn read_include(&mut self, item: &Node) -> Option<Include> {
        let spot = item.spot;
        let include = match &item.value {
            Value::Scalar(scalar) => Include {
                paths: vec![(scalar.text.clone(), spot)],
                folder: None,
                env_files: Vec::new(),
                spot,
            },
            Value::Map(map) => {
                let texts = |key| map.get(key).map(texts).unwrap_or_default();
                Include {
                    paths: texts("path"),
                    folder: map.get("project_directory").and_then(Node::as_text).map(str::to_owned),
                    env_files: texts("env_file").into_iter().map(|(text, _)| text).collect(),
                    spot,
                }
            }
            Value::Null | Value::List(_) => {
                self.bad(
                    spot,
                    format!("an entry of `include` is a path or a mapping, and this is {}", item.kind()),
                );
                return None;
            }
        };
        if include.paths.is_empty() {
            self.bad(spot, "an entry of `include` has no `path`".to_owned());
            return None;
        }
        let remote = include.paths.iter().find(|(path, _)| is_remote(path));
        if let Some((path, spot)) = remote {
            let message = format!("`{path}` lies outside this machine and is left out");
            let help = "fetch it into the project, and include the copy";
            self.findings.push(Problem::warning(codes::REMOTE, *spot, message).help(help));
            return None;
        }
        Some(include)
    }

    /// The tree of one entry: its files merged, with everything they include and extend.
    fn included(&mut self, include: &Include, base: &Base, from: &Path, including: &mut Vec<PathBuf>) -> Map {
        let paths: Vec<(PathBuf, Spot)> =
            include.paths.iter().map(|(path, spot)| (self.locate(path, base, from), *spot)).collect();
        if let Some((path, spot)) = paths.iter().find(|(path, _)| including.contains(path)) {
            self.include_cycle(path, *spot, including);
            return Map::default();
        }
        let folder = match (&include.folder, paths.first()) {
            (Some(folder), _) => files::absolute(folder, &base.folder, &base.variables),
            (None, Some((path, _))) => path.parent().unwrap_or(&base.folder).to_owned(),
            (None, None) => base.folder.clone(),
        };
        let variables = self.included_variables(include, base, &folder);
        let documents: Vec<(PathBuf, Vec<Node>)> = paths
            .into_iter()
            .map(|(path, spot)| {
                let nodes = self.read(&path, Some((codes::BAD_INCLUDE, spot)));
                (path, nodes)
            })
            .collect();
        let own = self.base(folder, variables);
        self.merged(documents, &own, including)
    }

    /// Variables of the include's own files count under those of the project.
    fn included_variables(
        &mut self,
        include: &Include,
        base: &Base,
        folder: &Path,
    ) -> BTreeMap<String, String> {
        let usual = folder.join(".env");
        let paths: Vec<PathBuf> = if include.env_files.is_empty() {
            Some(usual).filter(|usual| self.files.has(usual)).into_iter().collect()
        } else {
            let named = include.env_files.iter().filter(|path| *path != "/dev/null");
            named.map(|path| files::absolute(path, &base.folder, &base.variables)).collect()
        };
        self.variables_under(&base.variables, &paths, Some(include.spot))
    }

    /// The path of an included file, relative to the project's folder, else to the file that names it.
    fn locate(&self, path: &str, base: &Base, from: &Path) -> PathBuf {
        let first = files::absolute(path, &base.folder, &base.variables);
        let beside = files::absolute(path, from.parent().unwrap_or(&base.folder), &base.variables);
        if !self.files.has(&first) && self.files.has(&beside) { beside } else { first }
    }

    /// Puts what was included into the document, under what stands there already.
    fn import(&mut self, document: &mut Map, imported: Map) {
        for section in SECTIONS {
            let Some(Node { value: Value::Map(from), spot, .. }) = imported.get(section).cloned() else {
                continue;
            };
            if document.get(section).is_none_or(Node::is_null) {
                document.put(Entry {
                    key: section.to_owned(),
                    spot,
                    value: Node::new(Value::Map(Map::default()), spot),
                });
            }
            let Some(Node { value: Value::Map(to), .. }) = document.get_mut(section) else { continue };
            for entry in from.entries {
                match to.get_mut(&entry.key) {
                    None => to.put(entry),
                    Some(local) => {
                        let over = std::mem::replace(local, Node::null(spot));
                        let mut at = vec![section.to_owned(), entry.key];
                        *local = merge::merge(entry.value, over, &mut at, &mut self.findings);
                    }
                }
            }
        }
    }

    fn include_cycle(&mut self, path: &Path, spot: Spot, including: &[PathBuf]) {
        let start = including.iter().position(|known| known == path).unwrap_or(0);
        let names = including[start..].iter().map(PathBuf::as_path).chain([path]);
        let names: Vec<String> = names.map(|path| self.shown(path).display().to_string()).collect();
        let message = format!("`include` leads back to itself: {}", names.join(" → "));
        self.findings.push(
            Problem::error(codes::INCLUDE_CYCLE, spot, message)
                .help("let no file include one that includes it"),
        );
    }

    fn bad(&mut self, spot: Spot, message: String) {
        self.findings.push(Problem::error(codes::BAD_INCLUDE, spot, message).help(
            "write `include: [other.yaml]`, or entries with `path`, `project_directory` and `env_file`",
        ));
    }
}

/// A text or a list of texts, each with its spot.
fn texts(node: &Node) -> Vec<(String, Spot)> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter_map(|item| Some((item.as_text()?.to_owned(), item.spot))).collect()
}

/// Whether an included path is a repository or an artifact of a registry.
fn is_remote(path: &str) -> bool {
    ["oci://", "https://", "http://", "git://", "ssh://", "git@"].iter().any(|start| path.starts_with(start))
}

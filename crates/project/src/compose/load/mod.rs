//! From files to one tree: reading, interpolation, `include`, `extends` and the merge, in the order compose has.
//!
//! For each document of each file: YAML with anchors, interpolation, canonical form, `include`, `extends`, the merge over
//! what came before, uniqueness. The typed reader (`read`) takes over from the tree that results.

mod extends;
mod include;
mod variables;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::canonical::{self, Scope};
use super::codes;
use super::files::{self, Files};
use super::findings::{Findings, Problem};
use super::interpolate::{RemarkKind, interpolate};
use super::merge;
use super::project::LoadRequest;
use super::tree::{self, Entry, Map, Node, Scalar, Spot, Value};

/// The most compose files that one project may be made of, included and extended ones counted.
const MAX_FILES: usize = 200;

/// What a project's files say, merged, and what is needed to read it.
pub(crate) struct Loaded {
    /// The merged tree.
    pub(crate) root: Map,
    /// The project's name.
    pub(crate) name: String,
    /// The variables that interpolation saw.
    pub(crate) variables: BTreeMap<String, String>,
    /// The loader, to read the files that the tree names.
    pub(crate) loader: Loader,
}

/// Reads files and remembers what was found in them.
pub(crate) struct Loader {
    /// What is wrong so far.
    pub(crate) findings: Findings,
    files: Files,
    display_root: PathBuf,
    documents_read: usize,
    extended: HashMap<(usize, PathBuf), Rc<extends::Book>>,
    bases: usize,
    unset: HashSet<String>,
}

/// The folder and variables that one set of files is read with. An included set has its own.
#[derive(Debug)]
struct Base {
    folder: PathBuf,
    variables: BTreeMap<String, String>,
    /// Tells bases apart: the same file means something else under other variables.
    number: usize,
}

/// Reads and merges everything a request names.
pub(crate) fn load(request: &LoadRequest<'_>, files: Files) -> Loaded {
    let mut loader = Loader {
        findings: Findings::default(),
        files,
        display_root: request.display_root.clone(),
        documents_read: 0,
        extended: HashMap::new(),
        bases: 0,
        unset: HashSet::new(),
    };
    let mut variables = loader.project_variables(request);
    let paths: Vec<PathBuf> =
        request.files.iter().map(|file| files::clean(&request.project_directory.join(file))).collect();
    let documents: Vec<(PathBuf, Vec<Node>)> =
        paths.iter().map(|path| (path.clone(), loader.read(path, None))).collect();
    let name = loader.project_name(&documents, &variables, &request.project_directory);
    variables.insert("COMPOSE_PROJECT_NAME".to_owned(), name.clone());
    let base = loader.base(request.project_directory.clone(), variables);
    let root = loader.merged(documents, &base, &mut Vec::new());
    Loaded { root, name, variables: base.variables, loader }
}

impl Loader {
    fn base(&mut self, folder: PathBuf, variables: BTreeMap<String, String>) -> Base {
        self.bases += 1;
        Base { folder, variables, number: self.bases }
    }

    /// The documents of a file. `named_at` is where another file names it; none for the caller's own.
    fn read(&mut self, path: &Path, named_at: Option<(&'static str, Spot)>) -> Vec<Node> {
        self.documents_read += 1;
        if self.documents_read > MAX_FILES {
            let (code, spot) = named_at.unwrap_or((codes::UNREADABLE, Spot::default()));
            let message = format!("more than {MAX_FILES} compose files");
            self.findings.push(Problem::error(code, spot, message).help("include fewer files"));
            return Vec::new();
        }
        let shown = self.shown(path);
        match self.files.read(path) {
            Ok(text) => {
                let file = self.findings.open(shown, &text);
                let documents = tree::parse(&text, file, &mut self.findings);
                if documents.is_empty() && !self.findings.any_in(file) {
                    let spot = Spot { file, line: 0, column: 0 };
                    let help = "start with `services:` and the services below it";
                    self.findings
                        .push(Problem::error(codes::NOT_A_MAPPING, spot, "the file is empty").help(help));
                }
                documents
            }
            Err(why) => {
                let message = format!("`{}` cannot be read: {why}", shown.display());
                let (code, spot) = named_at.unwrap_or_else(|| {
                    let file = self.findings.open(shown, "");
                    (codes::UNREADABLE, Spot { file, line: 0, column: 0 })
                });
                self.findings
                    .push(Problem::error(code, spot, message).help("correct the path, or make the file"));
                Vec::new()
            }
        }
    }

    /// The text of a file that is not a compose file, or why there is none. Remembered as read.
    pub(crate) fn side_file(&mut self, path: &Path) -> Result<(u32, String), String> {
        let text = self.files.read(path)?;
        let shown = self.shown(path);
        Ok((self.findings.open(shown, &text), text))
    }

    /// A file beside one that is not there which shows what it would hold, as messages name it: `.env.example`.
    pub(crate) fn example_of(&self, path: &Path) -> Option<PathBuf> {
        let name = path.file_name()?.to_str()?;
        let ends = ["example", "sample", "template", "dist"];
        // `.env.test` may be made from `.env.test.example` or from `.env.example`.
        let stems = [Some(name), name.rsplit_once('.').map(|(stem, _)| stem).filter(|stem| !stem.is_empty())];
        let names = stems.into_iter().flatten().flat_map(|stem| ends.map(|end| format!("{stem}.{end}")));
        let example = names.map(|name| path.with_file_name(name)).find(|example| self.files.has(example))?;
        Some(self.shown(&example))
    }

    /// A path as messages name it.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        files::shown(&self.display_root, path)
    }

    /// One tree of the documents of several files, with everything they include and extend.
    fn merged(
        &mut self,
        documents: Vec<(PathBuf, Vec<Node>)>,
        base: &Base,
        including: &mut Vec<PathBuf>,
    ) -> Map {
        let mut root = Map::default();
        for (path, nodes) in documents {
            including.push(path.clone());
            for node in nodes {
                let Some(mut document) = self.document(node, base) else { continue };
                self.include(&mut document, base, &path, including);
                self.extend(&mut document, base, &path);
                root = self.merged_over(root, document);
            }
            including.pop();
        }
        default_contexts(&mut root, &base.folder);
        root
    }

    fn merged_over(&mut self, root: Map, document: Map) -> Map {
        let spot = Spot::default();
        let (base, over) = (Node::new(Value::Map(root), spot), Node::new(Value::Map(document), spot));
        let mut done = merge::merge(base, over, &mut Vec::new(), &mut self.findings);
        merge::sweep(&mut done);
        match done.value {
            Value::Map(mut root) => {
                merge::enforce_uniqueness(&mut root);
                root
            }
            _ => Map::default(),
        }
    }

    /// One document, interpolated and in canonical form.
    fn document(&mut self, mut node: Node, base: &Base) -> Option<Map> {
        self.interpolate(&mut node, &base.variables);
        let spot = node.spot;
        match node.value {
            Value::Map(mut map) => {
                let scope = Scope { folder: &base.folder, variables: &base.variables };
                canonical::document(&mut map, &scope, &mut self.findings);
                Some(map)
            }
            _ => {
                let message = format!("a compose file is a mapping, and this is {}", node_kind(&node.value));
                self.findings.push(
                    Problem::error(codes::NOT_A_MAPPING, spot, message)
                        .help("start with `services:` and the services below it"),
                );
                None
            }
        }
    }

    /// Interpolates every string value. Keys stay.
    fn interpolate(&mut self, node: &mut Node, variables: &BTreeMap<String, String>) {
        let spot = node.spot;
        match &mut node.value {
            Value::Null => {}
            Value::Scalar(scalar) => {
                if scalar.text.contains('$') {
                    let done = interpolate(&scalar.text, variables);
                    for remark in done.remarks {
                        self.remark(self.findings.nth_dollar(spot, remark.dollar), remark.kind);
                    }
                    *scalar = Scalar::string(done.text);
                }
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.interpolate(item, variables)),
            Value::Map(map) => {
                map.entries.iter_mut().for_each(|entry| self.interpolate(&mut entry.value, variables));
            }
        }
    }

    /// Says what there is to say about an interpolation. A variable that is not set is named once.
    pub(crate) fn remark(&mut self, spot: Spot, kind: RemarkKind) {
        // One variable may stand in many places: the first says enough.
        if let RemarkKind::Unset(name) = &kind
            && !self.unset.insert(name.clone())
        {
            return;
        }
        self.findings.push(match kind {
            RemarkKind::Unset(name) => Problem::warning(
                codes::UNSET_VARIABLE,
                spot,
                format!("the variable `{name}` is not set: a blank stands in its place"),
            )
            .help(format!("set it, or give it a default: `${{{name}:-default}}`")),
            RemarkKind::Required { name, reason } => {
                let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
                let message = format!("the required variable `{name}` is not set{reason}");
                Problem::error(codes::REQUIRED_VARIABLE, spot, message)
                    .help(format!("set `{name}` in the environment or in `.env`"))
            }
            RemarkKind::Malformed(why) => Problem::error(codes::BAD_INTERPOLATION, spot, why)
                .help("write `$$` for a `$` that stands for itself"),
        });
    }

    /// `COMPOSE_PROJECT_NAME`, else the last `name`, else the folder's name. The latter two are made fit.
    fn project_name(
        &mut self,
        documents: &[(PathBuf, Vec<Node>)],
        variables: &BTreeMap<String, String>,
        folder: &Path,
    ) -> String {
        if let Some(name) = variables.get("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty()) {
            return name.clone();
        }
        let written = documents.iter().flat_map(|(_, nodes)| nodes).rev().find_map(|node| {
            let name = node.as_map()?.get("name")?.as_text()?;
            Some(fit(&interpolate(name, variables).text)).filter(|name| !name.is_empty())
        });
        written.unwrap_or_else(|| fit(&folder.file_name().unwrap_or_default().to_string_lossy()))
    }
}

/// A name made fit for a project: lower-case letters, digits, `-` and `_`, starting with a letter or digit.
fn fit(name: &str) -> String {
    let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let name: String = name.to_lowercase().chars().filter(allowed).collect();
    name.trim_start_matches(['-', '_']).to_owned()
}

/// A build without a context is built from its project's folder.
fn default_contexts(root: &mut Map, folder: &Path) {
    let Some(Node { value: Value::Map(services), .. }) = root.get_mut("services") else { return };
    for service in services.entries.iter_mut().filter_map(|entry| match &mut entry.value.value {
        Value::Map(service) => Some(service),
        _ => None,
    }) {
        if let Some(Node { value: Value::Map(build), spot, .. }) = service.get_mut("build")
            && build.get("context").is_none_or(Node::is_null)
        {
            let value = Node::text(folder.to_string_lossy(), *spot);
            build.put(Entry { key: "context".to_owned(), spot: *spot, value });
        }
    }
}

fn node_kind(value: &Value) -> &'static str {
    Node::new(value.clone(), Spot::default()).kind()
}

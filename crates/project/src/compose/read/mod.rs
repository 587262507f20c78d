//! From the merged tree to typed values: services, and the resources of the top level.

mod at;
mod environment;
mod health;
mod keys;
mod network;
mod place;
mod port;
mod resources;
mod run;
mod service;
mod storage;
mod top;
mod units;
mod words;

use std::collections::BTreeMap;

use super::codes;
use super::findings::Problem;
use super::load::{Loaded, Loader};
use super::project::ComposeProject;
use super::tree::{Map, Node, Spot, Value};
use at::At;

/// Reads everything. Nothing is decided yet: every service is taken for active.
pub(crate) fn project(loaded: &mut Loaded) -> ComposeProject {
    let root = Node::new(Value::Map(std::mem::take(&mut loaded.root)), Spot::default());
    let root = At::new(&root, "");
    let loader = &mut loaded.loader;
    root.known(keys::ROOT, &mut loader.findings);
    obsolete_version(&root, loader);
    let services = section(&root, "services", loader)
        .into_iter()
        .filter_map(|(name, spot, at)| service::read(name, spot, &at, loader, &loaded.variables))
        .collect();
    ComposeProject {
        name: loaded.name.clone(),
        services,
        volumes: top::all(&root, "volumes", loader, top::volume),
        networks: top::all(&root, "networks", loader, top::network),
        secrets: top::all(&root, "secrets", loader, top::material),
        configs: top::all(&root, "configs", loader, top::material),
        profiles: Vec::new(),
        files: Vec::new(),
        variables: loaded.variables.clone(),
        extensions: extensions(root.node.as_map()),
    }
}

/// The entries of a top-level key, with the spot of each name.
fn section<'n>(root: &At<'n>, key: &str, loader: &mut Loader) -> Vec<(&'n str, Spot, At<'n>)> {
    let Some(node) = root.node.as_map().and_then(|map| map.get(key)).filter(|node| !node.is_null()) else {
        return Vec::new();
    };
    let Some(map) = At::new(node, key).map(&mut loader.findings) else { return Vec::new() };
    let at = |name: &str, value| At::new(value, format!("{key}.{name}"));
    map.entries.iter().map(|entry| (entry.key.as_str(), entry.spot, at(&entry.key, &entry.value))).collect()
}

fn obsolete_version(root: &At<'_>, loader: &mut Loader) {
    if let Some(entry) = root.node.as_map().and_then(|map| map.entry("version")) {
        let message = "`version` is obsolete and has no effect";
        loader
            .findings
            .push(Problem::note(codes::OBSOLETE_VERSION, entry.spot, message).help("remove the line"));
    }
}

/// The `x-…` keys of a mapping, as JSON.
fn extensions(map: Option<&Map>) -> BTreeMap<String, serde_json::Value> {
    let entries = map.map(|map| map.entries.as_slice()).unwrap_or_default();
    let own = entries.iter().filter(|entry| entry.key.starts_with("x-"));
    own.map(|entry| (entry.key.clone(), json(&entry.value))).collect()
}

fn json(node: &Node) -> serde_json::Value {
    use super::tree::Kind;
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Scalar(scalar) => match scalar.kind {
            Kind::String => scalar.text.clone().into(),
            Kind::Bool(value) => value.into(),
            Kind::Int(value) => {
                serde_json::Number::from_i128(value).map_or(serde_json::Value::Null, Into::into)
            }
            Kind::Float(value) => value.into(),
        },
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => map.entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect(),
    }
}

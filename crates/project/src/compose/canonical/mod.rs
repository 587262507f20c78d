//! One document in canonical form: short forms become long, lists of `K=V` become mappings, paths become absolute.
//!
//! Happens before anything is merged, so that merging, uniqueness and the typed reader meet one form only, and so that a
//! relative path still knows the folder of the file it was written in. A value of the wrong type is left as it is: the
//! typed reader says what is wrong with it.

mod port;
mod shape;
mod volume;

pub(crate) use port::range as port_range;

use std::collections::BTreeMap;
use std::path::Path;

use super::files;
use super::findings::Findings;
use super::tree::{Map, Mark, Node, Value};

/// What the relative things in a document start from.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'a> {
    /// The folder of relative paths, absolute.
    pub(crate) folder: &'a Path,
    /// The variables that names without a value take theirs from.
    pub(crate) variables: &'a BTreeMap<String, String>,
}

impl Scope<'_> {
    fn absolute(&self, node: Node) -> Node {
        let spot = node.spot;
        match node.as_text().filter(|text| !text.is_empty()) {
            Some(text) => {
                let path = files::absolute(text, self.folder, self.variables);
                Node { mark: node.mark, ..Node::text(path.to_string_lossy(), spot) }
            }
            None => node,
        }
    }
}

/// The document in canonical form.
pub(crate) fn document(root: &mut Map, scope: &Scope<'_>, findings: &mut Findings) {
    each(root, "services", |service| self::service(service, scope, findings));
    each(root, "networks", |network| {
        change(network, "labels", shape::keyed);
        external(network);
    });
    each(root, "volumes", |volume| {
        change(volume, "labels", shape::keyed);
        external(volume);
        bind_options(volume, scope);
    });
    for section in ["secrets", "configs"] {
        each(root, section, |material| {
            change(material, "file", |file| scope.absolute(file));
            external(material);
        });
    }
}

fn service(service: &mut Map, scope: &Scope<'_>, findings: &mut Findings) {
    for key in ["environment", "labels", "annotations", "sysctls"] {
        change(service, key, shape::keyed);
    }
    for key in ["dns", "dns_search", "dns_opt", "tmpfs", "label_file", "profiles"] {
        change(service, key, shape::list);
    }
    change(service, "environment", |node| shape::resolved(node, scope.variables));
    change(service, "label_file", |node| shape::items(node, |item| scope.absolute(item)));
    change(service, "env_file", |node| {
        shape::items(shape::list(node), |item| {
            let mut item = shape::under("path", item);
            if let Value::Map(file) = &mut item.value {
                change(file, "path", |path| scope.absolute(path));
            }
            item
        })
    });
    change(service, "build", |node| build(node, scope));
    change(service, "extends", |node| shape::under("service", node));
    change(service, "depends_on", |node| shape::map_of(node, shape::started));
    change(service, "networks", |node| shape::map_of(node, Node::null));
    change(service, "extra_hosts", shape::hosts);
    change(service, "ports", |node| shape::unrolled(node, |item| port::long(item, findings)));
    change(service, "volumes", |node| shape::unrolled(node, |item| volume::long(item, scope, findings)));
    for key in ["secrets", "configs"] {
        change(service, key, |node| shape::items(node, |item| shape::under("source", item)));
    }
    inside(service, "deploy", |deploy| change(deploy, "labels", shape::keyed));
}

fn build(node: Node, scope: &Scope<'_>) -> Node {
    let mut node = shape::under("context", node);
    if let Value::Map(build) = &mut node.value {
        for key in ["args", "labels", "additional_contexts"] {
            change(build, key, shape::keyed);
        }
        change(build, "args", |args| shape::resolved(args, scope.variables));
        change(build, "extra_hosts", shape::hosts);
        change(build, "context", |context| match context.as_text() {
            Some(text) if is_remote(text) => context,
            _ => scope.absolute(context),
        });
    }
    node
}

/// Whether a build context lies outside this machine, or is another service's.
pub(crate) fn is_remote(context: &str) -> bool {
    context.contains("://")
        || ["service:", "github.com/", "git@"].iter().any(|start| context.starts_with(start))
}

/// `external: {name: x}`, the form of long ago, becomes `external: true` and `name: x`.
fn external(resource: &mut Map) {
    let Some(Value::Map(outside)) = resource.get("external").map(|node| node.value.clone()) else { return };
    let Some(entry) = resource.take("external") else { return };
    resource.set("external", Node::text("true", entry.value.spot));
    if let Some(name) = outside.get("name")
        && resource.get("name").is_none()
    {
        resource.set("name", name.clone());
    }
}

/// A local volume that is a bind mount in disguise has a path.
fn bind_options(volume: &mut Map, scope: &Scope<'_>) {
    if volume.get("driver").and_then(Node::as_text) != Some("local") {
        return;
    }
    inside(volume, "driver_opts", |options| {
        if options.get("o").and_then(Node::as_text) == Some("bind") {
            change(options, "device", |device| scope.absolute(device));
        }
    });
}

/// Runs over every mapping under a top-level key.
fn each(root: &mut Map, section: &str, mut change: impl FnMut(&mut Map)) {
    inside(root, section, |section| {
        for entry in &mut section.entries {
            if let Value::Map(map) = &mut entry.value.value {
                change(map);
            }
        }
    });
}

/// Runs over the mapping under a key, if there is one.
fn inside(map: &mut Map, key: &str, change: impl FnOnce(&mut Map)) {
    if let Some(Node { value: Value::Map(map), .. }) = map.get_mut(key) {
        change(map);
    }
}

/// Changes the value of a key, if there is one that says something. Its mark stays.
fn change(map: &mut Map, key: &str, change: impl FnOnce(Node) -> Node) {
    let Some(place) = map.get_mut(key) else { return };
    if place.is_null() || place.mark == Mark::Reset {
        return;
    }
    let spot = place.spot;
    let node = std::mem::replace(place, Node::null(spot));
    let mark = node.mark;
    *place = Node { mark, ..change(node) };
}

//! Uniqueness: of several entries that mean the same thing the later one counts, at the place of the first.

use std::collections::HashMap;

use crate::compose::tree::{Map, Node, Value};

/// What makes two entries of a list the same.
#[derive(Debug, Clone, Copy)]
enum Identity {
    /// The part before a `=`, or the whole.
    Key,
    /// `ip:published:target/protocol`.
    Port,
    /// `target`.
    Target,
    /// `target`, else this folder with `source` in it.
    Mount(&'static str),
    /// `path`.
    Path,
    /// The target of `source:target:permissions`.
    Device,
}

/// Lists of services whose entries are unique.
const UNIQUE: &[(&[&str], Identity)] = &[
    (&["build", "tags"], Identity::Key),
    (&["cap_add"], Identity::Key),
    (&["cap_drop"], Identity::Key),
    (&["configs"], Identity::Mount("")),
    (&["devices"], Identity::Device),
    (&["dns"], Identity::Key),
    (&["dns_opt"], Identity::Key),
    (&["dns_search"], Identity::Key),
    (&["env_file"], Identity::Path),
    (&["expose"], Identity::Key),
    (&["links"], Identity::Key),
    (&["networks", "*", "aliases"], Identity::Key),
    (&["networks", "*", "link_local_ips"], Identity::Key),
    (&["ports"], Identity::Port),
    (&["profiles"], Identity::Key),
    (&["secrets"], Identity::Mount("/run/secrets")),
    (&["tmpfs"], Identity::Key),
    (&["volumes"], Identity::Target),
];

/// Makes the lists of every service unique.
pub(crate) fn enforce(root: &mut Map) {
    let Some(Node { value: Value::Map(services), .. }) = root.get_mut("services") else { return };
    for service in &mut services.entries {
        for (path, identity) in UNIQUE {
            at(&mut service.value, path, *identity);
        }
    }
}

fn at(node: &mut Node, path: &[&str], identity: Identity) {
    match (path, &mut node.value) {
        ([], Value::List(items)) => *items = unique(std::mem::take(items), identity),
        (["*", rest @ ..], Value::Map(map)) => {
            map.entries.iter_mut().for_each(|entry| at(&mut entry.value, rest, identity));
        }
        ([key, rest @ ..], Value::Map(map)) => {
            if let Some(node) = map.get_mut(key) {
                at(node, rest, identity);
            }
        }
        _ => {}
    }
}

fn unique(items: Vec<Node>, identity: Identity) -> Vec<Node> {
    let mut done: Vec<Node> = Vec::with_capacity(items.len());
    let mut known = HashMap::new();
    for item in items {
        let Some(key) = identity.of(&item) else {
            done.push(item);
            continue;
        };
        match known.get(&key) {
            Some(at) => done[*at] = item,
            None => {
                known.insert(key, done.len());
                done.push(item);
            }
        }
    }
    done
}

impl Identity {
    /// What an entry is known by; none for one that is malformed.
    fn of(self, node: &Node) -> Option<String> {
        let field = |name: &str| node.as_map()?.get(name)?.as_text().map(str::to_owned);
        match self {
            Identity::Key => {
                let text = node.as_text()?;
                Some(text.split('=').next().unwrap_or(text).to_owned())
            }
            Identity::Port => Some(format!(
                "{}:{}:{}/{}",
                field("host_ip").unwrap_or_else(|| "0.0.0.0".to_owned()),
                field("published").unwrap_or_default(),
                field("target")?,
                field("protocol").unwrap_or_else(|| "tcp".to_owned())
            )),
            Identity::Target => field("target"),
            Identity::Mount(folder) => {
                field("target").or_else(|| field("source").map(|source| format!("{folder}/{source}")))
            }
            Identity::Path => field("path"),
            Identity::Device => {
                let of_text = node.as_text().map(|text| text.split(':').nth(1).unwrap_or(text).to_owned());
                of_text.or_else(|| field("target")).or_else(|| field("source"))
            }
        }
    }
}

//! Where the keys of a service stand, by dotted path.

use std::collections::BTreeMap;

use testyard_model::Place;

use crate::compose::findings::Findings;
use crate::compose::tree::{Map, Node, Value};

/// The deepest paths that are remembered: `deploy.resources.limits.memory`.
const MAX_DEPTH: usize = 4;

/// The places of a mapping's keys and of its lists' items.
pub(super) fn all(map: &Map, findings: &Findings) -> BTreeMap<String, Place> {
    let mut places = BTreeMap::new();
    of_map(map, "", 1, findings, &mut places);
    places
}

fn of_map(map: &Map, prefix: &str, depth: usize, findings: &Findings, places: &mut BTreeMap<String, Place>) {
    for entry in &map.entries {
        let path = format!("{prefix}{}", entry.key);
        places.insert(path.clone(), findings.place(entry.spot));
        below(&entry.value, &path, depth, findings, places);
    }
}

fn below(node: &Node, path: &str, depth: usize, findings: &Findings, places: &mut BTreeMap<String, Place>) {
    if depth >= MAX_DEPTH {
        return;
    }
    match &node.value {
        Value::Map(map) => of_map(map, &format!("{path}."), depth + 1, findings, places),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}.{index}");
                places.insert(path.clone(), findings.place(item.spot));
                below(item, &path, depth + 1, findings, places);
            }
        }
        Value::Null | Value::Scalar(_) => {}
    }
}

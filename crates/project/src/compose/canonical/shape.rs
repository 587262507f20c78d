//! The general turns from a short form to a long one. What does not fit stays as it is.

use std::collections::BTreeMap;

use crate::compose::tree::{Entry, Map, Mark, Node, Scalar, Spot, Value};

/// A list of `K=V` as a mapping. A `K` without `=` has no value. The last of one key counts.
pub(super) fn keyed(node: Node) -> Node {
    let Value::List(items) = &node.value else { return node };
    let mut map = Map::default();
    for item in items {
        let Value::Scalar(scalar) = &item.value else { return node };
        let text = scalar.canonical();
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Node::text(value, item.spot)),
            None => (text.as_ref(), Node::null(item.spot)),
        };
        map.put(Entry { key: key.to_owned(), spot: item.spot, value: Node { mark: item.mark, ..value } });
    }
    Node::new(Value::Map(map), node.spot)
}

/// A mapping in which keys without a value take it from the variables, where there is one.
pub(super) fn resolved(mut node: Node, variables: &BTreeMap<String, String>) -> Node {
    if let Value::Map(map) = &mut node.value {
        for entry in &mut map.entries {
            if entry.value.is_null()
                && entry.value.mark != Mark::Reset
                && let Some(value) = variables.get(&entry.key)
            {
                entry.value.value = Value::Scalar(Scalar::string(value));
            }
        }
    }
    node
}

/// A single value as a list of one.
pub(super) fn list(node: Node) -> Node {
    match node.value {
        Value::Scalar(_) | Value::Map(_) => {
            let spot = node.spot;
            Node::new(Value::List(vec![node]), spot)
        }
        _ => node,
    }
}

/// A single value as a mapping with this one key.
pub(super) fn under(key: &str, node: Node) -> Node {
    match node.value {
        Value::Scalar(_) => {
            let spot = node.spot;
            let mut map = Map::default();
            map.set(key, node);
            Node::new(Value::Map(map), spot)
        }
        _ => node,
    }
}

/// A list with each of its items changed.
pub(super) fn items(mut node: Node, change: impl FnMut(Node) -> Node) -> Node {
    if let Value::List(items) = node.value {
        node.value = Value::List(items.into_iter().map(change).collect());
    }
    node
}

/// A list in which each item becomes none, one or several.
pub(super) fn unrolled(mut node: Node, change: impl FnMut(Node) -> Vec<Node>) -> Node {
    if let Value::List(items) = node.value {
        node.value = Value::List(items.into_iter().flat_map(change).collect());
    }
    node
}

/// A list of names as a mapping from each name to the same value.
pub(super) fn map_of(node: Node, value: impl Fn(Spot) -> Node) -> Node {
    let Value::List(items) = &node.value else { return node };
    let mut map = Map::default();
    for item in items {
        let Some(name) = item.as_text() else { return node };
        map.put(Entry { key: name.to_owned(), spot: item.spot, value: value(item.spot) });
    }
    Node::new(Value::Map(map), node.spot)
}

/// What the short form of `depends_on` means.
pub(super) fn started(spot: Spot) -> Node {
    let mut map = Map::default();
    map.set("condition", Node::text("service_started", spot));
    map.set("required", Node::text("true", spot));
    Node::new(Value::Map(map), spot)
}

/// `extra_hosts` as a list of `name=address`, from a list with `:` or `=` or from a mapping.
pub(super) fn hosts(node: Node) -> Node {
    let host = |name: &str, address: &str, spot| {
        let address = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(address);
        Node::text(format!("{name}={address}"), spot)
    };
    let mut done = Vec::new();
    match &node.value {
        Value::List(items) => {
            for item in items {
                let pair =
                    item.as_text().and_then(|text| text.split_once('=').or_else(|| text.split_once(':')));
                match pair {
                    Some((name, address)) => done.push(host(name, address, item.spot)),
                    None => done.push(item.clone()),
                }
            }
        }
        Value::Map(map) => {
            for entry in &map.entries {
                let addresses: Vec<&Node> = match &entry.value.value {
                    Value::List(items) => items.iter().collect(),
                    _ => vec![&entry.value],
                };
                done.extend(
                    addresses
                        .iter()
                        .map(|node| host(&entry.key, node.as_text().unwrap_or_default(), entry.spot)),
                );
            }
        }
        Value::Null | Value::Scalar(_) => return node,
    }
    Node::new(Value::List(done), node.spot)
}

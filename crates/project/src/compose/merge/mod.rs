//! Merging one tree over another, both in canonical form.
//!
//! The rules are compose-go's: mappings merge deeply and lists append, but for the paths in [`RULES`]. `!reset` removes,
//! `!override` replaces, and nothing written in an override keeps what was there.

mod unique;

pub(crate) use unique::enforce as enforce_uniqueness;

use super::codes;
use super::findings::{Findings, Problem};
use super::tree::{Map, Mark, Node, Value};

/// How the values at one path are merged.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    /// The usual: mappings deeply, lists by appending, the rest by replacing.
    Usual,
    /// The override replaces, even when it is nothing.
    Replace,
    /// A mapping that stands for a list of `K=V`: the override wins key by key, even with a key that has no value.
    Keyed,
    /// Appended, but for what is there already.
    Hosts,
    /// Deeply, when both name one driver or one names none; else the override replaces.
    Logging,
    /// Entry by entry, by their subnet.
    Subnets,
}

/// Paths with a rule of their own. `*` stands for any one key. Forms that are brought to another one first (`build`,
/// `depends_on`, `networks`, `env_file`, …) are not here: they already are in it.
const RULES: &[(&[&str], Rule)] = &[
    (&["networks", "*", "ipam", "config"], Rule::Subnets),
    (&["networks", "*", "labels"], Rule::Keyed),
    (&["volumes", "*", "labels"], Rule::Keyed),
    (&["services", "*", "annotations"], Rule::Keyed),
    (&["services", "*", "build", "additional_contexts"], Rule::Keyed),
    (&["services", "*", "build", "args"], Rule::Keyed),
    (&["services", "*", "build", "extra_hosts"], Rule::Hosts),
    (&["services", "*", "build", "labels"], Rule::Keyed),
    (&["services", "*", "command"], Rule::Replace),
    (&["services", "*", "deploy", "labels"], Rule::Keyed),
    (&["services", "*", "entrypoint"], Rule::Replace),
    (&["services", "*", "environment"], Rule::Keyed),
    (&["services", "*", "extra_hosts"], Rule::Hosts),
    (&["services", "*", "healthcheck", "test"], Rule::Replace),
    (&["services", "*", "labels"], Rule::Keyed),
    (&["services", "*", "logging"], Rule::Logging),
    (&["services", "*", "sysctls"], Rule::Keyed),
    (&["services", "*", "ulimits", "*"], Rule::Replace),
];

/// One tree over another at a path such as `["services", "db"]`. Marks stay, so that what was merged inside one file
/// (by `extends` or `include`) can still remove and replace what other files say.
pub(crate) fn merge(base: Node, over: Node, path: &mut Vec<String>, findings: &mut Findings) -> Node {
    if over.mark != Mark::None || base.mark == Mark::Reset {
        return over;
    }
    let rule = rule(path);
    if rule == Rule::Replace {
        return over;
    }
    if over.is_null() {
        return base;
    }
    let (spot, mark) = (over.spot, base.mark);
    match (base.value, over.value) {
        (Value::Map(base), Value::Map(over)) => {
            let map = match rule {
                Rule::Logging if drivers_differ(&base, &over) => over,
                _ => merge_maps(base, over, rule == Rule::Keyed, path, findings),
            };
            Node { value: Value::Map(map), spot, mark }
        }
        (Value::List(base), Value::List(over)) => {
            let list = match rule {
                Rule::Subnets => merge_subnets(base, over, path, findings),
                Rule::Hosts => append_new(base, over),
                _ => base.into_iter().chain(over).collect(),
            };
            Node { value: Value::List(list), spot, mark }
        }
        (Value::Null | Value::Scalar(_), over) => Node { value: over, spot, mark: Mark::None },
        (base, over) => {
            let (base, over) = (Node::new(base, spot), Node::new(over, spot));
            let message = format!(
                "`{}` is {} here and {} in what it is merged over",
                path.join("."),
                over.kind(),
                base.kind()
            );
            findings.push(
                Problem::error(codes::CANNOT_MERGE, spot, message)
                    .help("write both in one form, or replace the other with the tag `!override`"),
            );
            over
        }
    }
}

/// Merges each entry. `keyed`: a key without a value wins as well.
fn merge_maps(base: Map, over: Map, keyed: bool, path: &mut Vec<String>, findings: &mut Findings) -> Map {
    let mut done = base;
    for mut entry in over.entries {
        if let Some(known) = done.get_mut(&entry.key) {
            let spot = known.spot;
            let base = std::mem::replace(known, Node::null(spot));
            path.push(entry.key.clone());
            // An override that says nothing keeps the place of what it keeps.
            let keeps = entry.value.is_null() && entry.value.mark == Mark::None && !keyed;
            let value = if keyed { entry.value } else { merge(base, entry.value, path, findings) };
            path.pop();
            if keeps && let Some(known) = done.get_mut(&entry.key) {
                *known = value;
                continue;
            }
            entry.value = value;
        }
        done.put(entry);
    }
    done
}

fn rule(path: &[String]) -> Rule {
    let fits = |pattern: &[&str]| {
        pattern.len() == path.len() && pattern.iter().zip(path).all(|(part, key)| *part == "*" || part == key)
    };
    RULES.iter().find(|(pattern, _)| fits(pattern)).map_or(Rule::Usual, |(_, rule)| *rule)
}

fn drivers_differ(base: &Map, over: &Map) -> bool {
    match (base.get("driver"), over.get("driver")) {
        (Some(base), Some(over)) => base.as_text() != over.as_text(),
        _ => false,
    }
}

fn append_new(base: Vec<Node>, over: Vec<Node>) -> Vec<Node> {
    let mut done = base;
    for node in over {
        if !done.iter().any(|known| known.value == node.value) {
            done.push(node);
        }
    }
    done
}

fn merge_subnets(
    base: Vec<Node>,
    over: Vec<Node>,
    path: &mut Vec<String>,
    findings: &mut Findings,
) -> Vec<Node> {
    let subnet = |node: &Node| node.as_map().and_then(|map| map.get("subnet")?.as_text().map(str::to_owned));
    let mut done = base;
    for node in over {
        let known = done.iter().position(|known| subnet(known).is_some() && subnet(known) == subnet(&node));
        match known {
            None => done.push(node),
            Some(at) => {
                path.push("*".to_owned());
                let base = done[at].clone();
                done[at] = merge(base, node, path, findings);
                path.pop();
            }
        }
    }
    done
}

/// Takes out what is marked to be removed, and the marks of what has replaced.
pub(crate) fn sweep(node: &mut Node) {
    node.mark = Mark::None;
    match &mut node.value {
        Value::Map(map) => {
            map.entries.retain(|entry| entry.value.mark != Mark::Reset);
            map.entries.iter_mut().for_each(|entry| sweep(&mut entry.value));
        }
        Value::List(items) => {
            items.retain(|item| item.mark != Mark::Reset);
            items.iter_mut().for_each(sweep);
        }
        Value::Null | Value::Scalar(_) => {}
    }
}

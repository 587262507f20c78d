//! Every key that `testyard.toml` knows, in one table.
//!
//! `*` stands for a name the user chooses. A key that no other room uses yet is still known here and checked, so that
//! a file written for a later version of a feature is not wrong in this one.

use super::kind::Kind;
use crate::nearest;

/// The engines that may be asked for.
const ENGINES: &[&str] = &["auto", "docker", "native", "attach"];
/// How tests are kept apart in one database.
const ISOLATIONS: &[&str] = &["template", "rollback", "truncate", "shared"];

/// From which weight on findings count.
const THRESHOLDS: &[&str] = &["error", "warning", "note", "never"];
/// How much a finding may weigh.
const SEVERITIES: &[&str] = &["error", "warning", "note"];

/// The keys and what they take.
pub(super) const KEYS: &[(&str, Kind)] = &[
    ("project.name", Kind::Text),
    ("environment.compose", Kind::Texts),
    ("environment.profiles", Kind::Texts),
    ("environment.engine", Kind::Choice(ENGINES)),
    ("environment.strict-versions", Kind::Flag),
    ("environment.attach.*", Kind::Text),
    ("environment.native.*.command", Kind::Text),
    ("python.requirements", Kind::Texts),
    ("python.optional", Kind::Texts),
    ("python.extras", Kind::Texts),
    ("python.groups", Kind::Texts),
    ("python.as-of", Kind::Date),
    ("python.timeouts", Kind::Durations),
    ("python.version", Kind::Text),
    ("python.offline", Kind::Flag),
    ("suite.*.name", Kind::Text),
    ("suite.*.command", Kind::Text),
    ("suite.*.folder", Kind::Text),
    ("suite.*.needs", Kind::Texts),
    ("suite.*.services", Kind::Texts),
    ("suite.*.setup", Kind::Texts),
    ("suite.*.environment.*", Kind::Scalar),
    ("suite.*.junit", Kind::Texts),
    ("suite.*.tap", Kind::Flag),
    ("suite.*.timeout", Kind::Duration),
    ("suite.*.database.service", Kind::Text),
    ("suite.*.database.isolation", Kind::Choice(ISOLATIONS)),
    ("coverage.source", Kind::Texts),
    ("coverage.total", Kind::Number(100.0)),
    ("coverage.goals.*", Kind::Number(100.0)),
    ("gates.pass-rate", Kind::Number(1.0)),
    ("gates.collection-errors", Kind::Count),
    ("gates.flaky", Kind::Count),
    ("gates.stand-ins", Kind::Count),
    ("limits.workers", Kind::Workers),
    ("limits.memory", Kind::Size),
    ("retention.age", Kind::Duration),
    ("retention.runs", Kind::Count),
    ("retention.size", Kind::Size),
    ("check.fail-on", Kind::Choice(THRESHOLDS)),
    ("check.select", Kind::Texts),
    ("check.ignore", Kind::Texts),
    ("check.severity.*", Kind::Choice(SEVERITIES)),
    ("check.scripts.*.requires", Kind::Texts),
];

/// What a path leads to.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    /// A value of this kind.
    Leaf(Kind),
    /// A table with keys of its own.
    Table,
    /// Nothing: where the path leaves the known keys, and what to do about it.
    Unknown {
        /// The index of the first part that is not known.
        depth: usize,
        /// The help line.
        help: String,
    },
}

/// What a path of keys leads to.
pub(super) fn lookup(path: &[String]) -> Node {
    for depth in 0..path.len() {
        if !KEYS.iter().any(|(key, _)| starts_with(key, &path[..=depth])) {
            return Node::Unknown { depth, help: help(&path[..=depth]) };
        }
    }
    let exact = KEYS.iter().find(|(key, _)| key.split('.').count() == path.len() && starts_with(key, path));
    exact.map_or(Node::Table, |(_, kind)| Node::Leaf(*kind))
}

/// Whether a known key leads through this path.
fn starts_with(key: &str, path: &[String]) -> bool {
    let mut parts = key.split('.');
    path.iter().all(|wanted| parts.next().is_some_and(|part| part == "*" || part == wanted))
}

/// The nearest known name for the last part of a path; when it is known elsewhere, where.
fn help(path: &[String]) -> String {
    let Some((last, before)) = path.split_last() else { return String::new() };
    let mut siblings: Vec<&str> = KEYS
        .iter()
        .filter(|(key, _)| starts_with(key, before))
        .filter_map(|(key, _)| key.split('.').nth(before.len()))
        .collect();
    siblings.dedup();
    if nearest::nearest(last, siblings.iter().copied()).is_none()
        && let Some((key, _)) = KEYS.iter().find(|(key, _)| key.split('.').next_back() == Some(last))
    {
        return format!("`{last}` belongs in `{}`", key.rsplit_once('.').map_or(*key, |(table, _)| table));
    }
    nearest::help(last, siblings)
}

/// The path that a variable such as `TESTYARD_PYTHON_AS_OF` sets. `names` are the names that a `*` may stand for,
/// as far as they are known. `None` when no key is spelled so.
pub(super) fn path_of_variable(name: &str, names: &[&str]) -> Option<Vec<String>> {
    let wanted = name.strip_prefix("TESTYARD_")?;
    KEYS.iter().find_map(|(key, _)| {
        let mut path = Vec::new();
        spell(wanted, key.split('.').collect::<Vec<_>>().as_slice(), names, &mut path).then_some(path)
    })
}

/// Whether the rest of a variable's name spells these parts; collects what they stand for.
fn spell(wanted: &str, parts: &[&str], names: &[&str], path: &mut Vec<String>) -> bool {
    let Some((part, rest)) = parts.split_first() else { return wanted.is_empty() };
    let candidates = if *part == "*" { names.to_vec() } else { vec![*part] };
    let mut tries: Vec<(String, &str)> = candidates
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), wanted.strip_prefix(&spelled(name))?)))
        .collect();
    // The last part may be any name: a variable of a suite, a service that only the compose file knows.
    if *part == "*" && rest.is_empty() && tries.iter().all(|(_, left)| !left.is_empty()) && !wanted.is_empty()
    {
        tries.push((wanted.to_owned(), ""));
    }
    for (name, left) in tries {
        let left = if rest.is_empty() { Some(left) } else { left.strip_prefix('_') };
        path.push(name);
        if left.is_some_and(|left| spell(left, rest, names, path)) {
            return true;
        }
        path.pop();
    }
    false
}

/// A key as it is spelled in the name of a variable.
pub(crate) fn spelled(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// The sections, by their names.
pub(super) fn sections() -> Vec<&'static str> {
    let mut sections: Vec<&str> = KEYS.iter().filter_map(|(key, _)| key.split('.').next()).collect();
    sections.dedup();
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(key: &str) -> Vec<String> {
        key.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn paths_lead_to_values_tables_or_nowhere() {
        assert_eq!(lookup(&path("python.as-of")), Node::Leaf(Kind::Date));
        assert_eq!(lookup(&path("environment.attach")), Node::Table);
        assert_eq!(lookup(&path("environment.attach.db")), Node::Leaf(Kind::Text));
        let unknown = |key: &str, depth: usize, help: &str| {
            assert_eq!(lookup(&path(key)), Node::Unknown { depth, help: help.to_owned() }, "{key}");
        };
        unknown("python.asof", 1, "did you mean `as-of`?");
        unknown("pyhton.as-of", 0, "did you mean `python`?");
        unknown("project.workers", 1, "`workers` belongs in `limits`");
        unknown("suite.unit.comand", 2, "did you mean `command`?");
    }

    #[test]
    fn variables_spell_keys() {
        let check = |name: &str, expected: Option<&str>| {
            let found = path_of_variable(name, &["unit-fast", "unit"]).map(|path| path.join("."));
            assert_eq!(found.as_deref(), expected, "{name}");
        };
        check("TESTYARD_PYTHON_AS_OF", Some("python.as-of"));
        check("TESTYARD_SUITE_UNIT_COMMAND", Some("suite.unit.command"));
        check("TESTYARD_SUITE_UNIT_FAST_TIMEOUT", Some("suite.unit-fast.timeout"));
        check("TESTYARD_SUITE_UNIT_ENVIRONMENT_DATABASE_URL", Some("suite.unit.environment.DATABASE_URL"));
        check("TESTYARD_ENVIRONMENT_ATTACH_DB", Some("environment.attach.DB"));
        check("TESTYARD_PYTHON_ASOF", None);
        check("TESTYARD_SUITE_OTHER_COMMAND", None);
    }
}

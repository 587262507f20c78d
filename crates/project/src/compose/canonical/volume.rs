//! Volumes: `[source:]target[:options]` as mappings, and bind sources made absolute.

use super::{Scope, change};
use crate::compose::codes;
use crate::compose::findings::{Findings, Problem};
use crate::compose::tree::{Map, Node, Spot, Value};

/// One entry of `volumes` in the long form; none when it is malformed.
pub(super) fn long(item: Node, scope: &Scope<'_>, findings: &mut Findings) -> Vec<Node> {
    let mark = item.mark;
    let mut node = match item.as_text() {
        None => item,
        Some(text) => match short(text) {
            Ok(volume) => Node { mark, ..volume.node(item.spot) },
            Err(why) => {
                findings.push(
                    Problem::error(codes::BAD_VOLUME, item.spot, format!("`{text}` is no volume: {why}"))
                        .help("write `[source:]target[:options]`, such as `./seed.sql:/docker-entrypoint-initdb.d/1.sql:ro`"),
                );
                return Vec::new();
            }
        },
    };
    if let Value::Map(volume) = &mut node.value
        && volume.get("type").and_then(Node::as_text) == Some("bind")
    {
        change(volume, "source", |source| match source.as_text() {
            Some(text) if is_windows(text) => source,
            _ => scope.absolute(source),
        });
    }
    vec![node]
}

#[derive(Debug, PartialEq)]
struct Short<'a> {
    source: Option<&'a str>,
    target: &'a str,
    read_only: bool,
    nocopy: bool,
}

impl Short<'_> {
    fn is_bind(&self) -> bool {
        self.source.is_some_and(|source| source.starts_with(['.', '/', '~']) || is_windows(source))
    }

    fn node(&self, spot: Spot) -> Node {
        let text = |text: &str| Node::text(text, spot);
        let mut map = Map::default();
        map.set("type", text(if self.is_bind() { "bind" } else { "volume" }));
        if let Some(source) = self.source {
            map.set("source", text(source));
        }
        map.set("target", text(self.target));
        if self.read_only {
            map.set("read_only", text("true"));
        }
        if self.nocopy {
            let mut volume = Map::default();
            volume.set("nocopy", text("true"));
            map.set("volume", Node::new(Value::Map(volume), spot));
        }
        Node::new(Value::Map(map), spot)
    }
}

/// Whether a source is a path of Windows: a drive's letter or a pipe.
fn is_windows(source: &str) -> bool {
    let mut chars = source.chars();
    let drive = chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':');
    drive || source.starts_with("\\\\")
}

fn short(text: &str) -> Result<Short<'_>, String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    let parts = parts(text);
    if text.len() > 2 && parts.iter().any(|part| part.is_empty()) {
        return Err("there is nothing between two colons".to_owned());
    }
    let (source, target, options) = match parts[..] {
        [target] => (None, target, ""),
        [source, target] => (Some(source), target, ""),
        [source, target, options] => (Some(source), target, options),
        _ => return Err("it has too many colons".to_owned()),
    };
    // Other options, such as SELinux labels and consistency, have no effect that a reader could see.
    let has = |option: &str| options.split(',').any(|one| one == option);
    Ok(Short { source, target, read_only: has("ro"), nocopy: has("nocopy") })
}

/// The text split at its colons, but for the one after a Windows drive's letter.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(':') {
        let part = &text[start..at];
        let is_drive = part.len() == 1 && part.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_drive {
            parts.push(part);
            start = at + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms() {
        let check = |text: &str, source: Option<&str>, target: &str, read_only: bool, bind: bool| {
            let volume = short(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(
                (volume.source, volume.target, volume.read_only, volume.is_bind()),
                (source, target, read_only, bind),
                "{text}"
            );
        };
        check("/data", None, "/data", false, false);
        check("data:/data", Some("data"), "/data", false, false);
        check("./a:/b:ro", Some("./a"), "/b", true, true);
        check("~/a:/b:z,ro", Some("~/a"), "/b", true, true);
        check("/a:/b:rw", Some("/a"), "/b", false, true);
        check("../a:/b", Some("../a"), "/b", false, true);
        check("C:\\a:/b", Some("C:\\a"), "/b", false, true);
        check("x", None, "x", false, false);
        assert!(short("data:/data:nocopy").is_ok_and(|volume| volume.nocopy));
    }

    #[test]
    fn what_is_no_volume() {
        for (text, part) in
            [("", "empty"), ("aa::b", "nothing between"), ("/a:/b:ro:x", "too many"), (":/a", "nothing")]
        {
            assert!(short(text).is_err_and(|why| why.contains(part)), "{text}");
        }
    }
}

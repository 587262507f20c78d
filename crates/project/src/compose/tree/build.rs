//! From a text to trees, one a document.
//!
//! Never fails: what is wrong becomes a problem, and what stands before it is kept. Aliases are unfolded in place, with
//! bounds, so that a small file cannot become a huge tree.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};

use super::{Entry, Map, Mark, Node, Scalar, Spot, Value};
use crate::compose::codes;
use crate::compose::findings::{Findings, Problem};

/// The most nodes a file may unfold to. compose-go stops at the same number.
const MAX_NODES: usize = 100_000;

/// The deepest nesting that is read. Real files stay below 12; the bound keeps recursion over a tree safe.
const MAX_DEPTH: usize = 64;

/// How many lines are moved at most before a text is given up, see [`with_closer_moved`].
const MAX_MOVED: usize = 64;

/// The documents of a text. A text with an error yields the documents before it.
pub(crate) fn parse(text: &str, file: u32, findings: &mut Findings) -> Vec<Node> {
    let mut text = Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut moved = 0;
    loop {
        let mut builder = Builder::new(file, findings);
        let Err(error) = builder.read(&text) else { return builder.documents };
        match with_closer_moved(&text, &error).filter(|_| moved < MAX_MOVED) {
            Some(other) => (text, moved) = (Cow::Owned(other), moved + 1),
            None => {
                let spot = builder.spot(*error.marker());
                let help = "the file is not valid YAML from here on: check indentation, quotes and brackets";
                builder.findings.push(Problem::error(codes::SYNTAX, spot, plain(error.info())).help(help));
                return builder.documents;
            }
        }
    }
}

/// The text with the line of an error moved to the right, when all that is wrong with it is that a closing bracket
/// stands too far left: the parser follows YAML's grammar there, and compose does not.
fn with_closer_moved(text: &str, error: &ScanError) -> Option<String> {
    let start =
        text.split_inclusive('\n').take(error.marker().line().checked_sub(1)?).map(str::len).sum::<usize>();
    let line = text.get(start..)?;
    let closes = line.trim_start_matches(' ').starts_with([']', '}']);
    (closes && error.info().contains("invalid indentation"))
        .then(|| format!("{}{:MAX_DEPTH$}{line}", &text[..start], ""))
}

/// The parser's message without its technical beginning.
fn plain(info: &str) -> String {
    let message =
        info.rsplit_once(", ").filter(|(start, _)| start.starts_with("while ")).map_or(info, |x| x.1);
    message.trim_end_matches('.').to_owned()
}

/// Nothing more of this text can be read.
struct Stop;

struct Builder<'a> {
    file: u32,
    findings: &'a mut Findings,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchor>,
    nodes: usize,
    documents: Vec<Node>,
}

/// A finished anchor with its size, so that an alias can be weighed before it is copied.
struct Anchor {
    node: Node,
    nodes: usize,
    height: usize,
}

/// A list or mapping whose end has not come yet.
struct Open {
    node: Node,
    anchor: usize,
    nodes_before: usize,
    height: usize,
    key: Option<Key>,
    keys: HashSet<String>,
    merges: Vec<(Spot, Node)>,
}

/// A key whose value has not come yet.
enum Key {
    /// A key of the mapping's own.
    Named(String, Spot),
    /// `<<`.
    Merge(Spot),
}

impl<'a> Builder<'a> {
    fn new(file: u32, findings: &'a mut Findings) -> Builder<'a> {
        Builder { file, findings, open: Vec::new(), anchors: HashMap::new(), nodes: 0, documents: Vec::new() }
    }

    /// Reads a text to its end, to its first error, or until it becomes too large.
    fn read(&mut self, text: &str) -> Result<(), ScanError> {
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event?;
            if self.event(event, span).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn spot(&self, marker: Marker) -> Spot {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Spot { file: self.file, line: number(marker.line().max(1)), column: number(marker.col() + 1) }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        let spot = self.spot(span.start);
        match event {
            Event::Scalar(text, ScalarStyle::Plain, 0, None) if text == "<<" && self.expects_key() => {
                self.set_key(Key::Merge(spot));
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let mut node = scalar(&text, style, tag.as_deref(), spot);
                node.mark = mark(tag.as_deref());
                self.finished(node, anchor, 1, 1)
            }
            Event::SequenceStart(anchor, tag) => {
                self.start(Value::List(Vec::new()), anchor, tag.as_deref(), spot)
            }
            Event::MappingStart(anchor, tag) => {
                self.start(Value::Map(Map::default()), anchor, tag.as_deref(), spot)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, spot),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn start(&mut self, value: Value, anchor: usize, tag: Option<&Tag>, spot: Spot) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            return self.too_much(spot, format!("nested more than {MAX_DEPTH} levels deep"));
        }
        let node = Node { value, spot, mark: mark(tag) };
        self.open.push(Open {
            node,
            anchor,
            nodes_before: self.nodes,
            height: 0,
            key: None,
            keys: HashSet::new(),
            merges: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Stop> {
        let Some(mut open) = self.open.pop() else { return Ok(()) };
        let merges = std::mem::take(&mut open.merges);
        if let Value::Map(map) = &mut open.node.value {
            for (spot, merged) in merges {
                self.merge_in(map, spot, merged);
            }
        }
        let nodes = self.nodes - open.nodes_before + 1;
        self.finished(open.node, open.anchor, nodes, open.height + 1)
    }

    fn alias(&mut self, anchor: usize, spot: Spot) -> Result<(), Stop> {
        let Some(known) = self.anchors.get(&anchor) else {
            let problem = Problem::error(codes::ALIAS_BOUND, spot, "an alias stands inside its own anchor");
            self.findings.push(problem.help("repeat the value, or anchor a smaller part of it"));
            return self.finished(Node::null(spot), 0, 1, 1);
        };
        let (nodes, height) = (known.nodes, known.height);
        if self.nodes + nodes > MAX_NODES {
            return self.too_much(spot, format!("aliases unfold to more than {MAX_NODES} values"));
        }
        if self.open.len() + height > MAX_DEPTH {
            return self.too_much(spot, format!("aliases nest more than {MAX_DEPTH} levels deep"));
        }
        let node = known.node.clone();
        self.nodes += nodes - 1;
        self.finished(node, 0, 1, height)
    }

    fn too_much(&mut self, spot: Spot, message: String) -> Result<(), Stop> {
        self.findings.push(Problem::error(codes::ALIAS_BOUND, spot, message).help("make the file simpler"));
        Err(Stop)
    }

    /// Puts a finished node where it belongs: under its key, into its list, or at the end as a document.
    fn finished(&mut self, node: Node, anchor: usize, nodes: usize, height: usize) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.too_much(node.spot, format!("more than {MAX_NODES} values in one file"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Anchor { node: node.clone(), nodes, height });
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        open.height = open.height.max(height);
        match (&mut open.node.value, open.key.take()) {
            (Value::List(items), _) => items.push(node),
            (Value::Map(_), None) => self.key(node),
            (Value::Map(_), Some(Key::Merge(spot))) => open.merges.push((spot, node)),
            (Value::Map(map), Some(Key::Named(key, spot))) => {
                // An empty value has no place of its own: its key's is the nearest.
                let value = if node.is_null() { Node { spot, ..node } } else { node };
                let entry = Entry { key, spot, value };
                if open.keys.insert(entry.key.clone()) {
                    map.entries.push(entry);
                } else {
                    let message = format!("the key `{}` stands twice in this mapping", entry.key);
                    let problem = Problem::error(codes::DUPLICATE_KEY, spot, message);
                    self.findings.push(problem.help("keep one of them, or put both values under one key"));
                    map.put(entry);
                }
            }
            (Value::Null | Value::Scalar(_), _) => {}
        }
        Ok(())
    }

    /// Remembers a key until its value comes.
    fn key(&mut self, node: Node) {
        let spot = node.spot;
        let text = match &node.value {
            Value::Scalar(scalar) => scalar.text.clone(),
            Value::Null => "null".to_owned(),
            Value::List(_) | Value::Map(_) => String::new(),
        };
        let is_string = matches!(&node.value, Value::Scalar(scalar) if scalar.kind == super::Kind::String);
        if !is_string {
            let message = format!("a key must be a string, and this is {}", node.kind());
            self.findings.push(Problem::error(codes::KEY_NOT_STRING, spot, message).help("put it in quotes"));
        }
        self.set_key(Key::Named(text, spot));
    }

    fn set_key(&mut self, key: Key) {
        if let Some(open) = self.open.last_mut() {
            open.key = Some(key);
        }
    }

    fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.key.is_none() && open.node.as_map().is_some())
    }

    /// `<<`: takes over what the mapping does not say itself.
    fn merge_in(&mut self, map: &mut Map, spot: Spot, merged: Node) {
        match merged.value {
            Value::Map(other) => {
                let mut known: HashSet<String> = map.entries.iter().map(|entry| entry.key.clone()).collect();
                map.entries.extend(other.entries.into_iter().filter(|entry| known.insert(entry.key.clone())));
            }
            Value::List(items) if items.iter().all(|item| item.as_map().is_some()) => {
                items.into_iter().for_each(|item| self.merge_in(map, spot, item));
            }
            _ => {
                let message = "`<<` takes a mapping or a list of mappings";
                self.findings.push(
                    Problem::error(codes::BAD_MERGE_KEY, spot, message)
                        .help("write `<<: *name` with an anchor on a mapping"),
                );
            }
        }
    }
}

/// A scalar event as a node. Only a plain scalar can be a number, a boolean or nothing.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, spot: Spot) -> Node {
    let forced = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
    match (style, forced) {
        (_, Some("str")) => Node::text(text, spot),
        (_, Some("null")) => Node::null(spot),
        (ScalarStyle::Plain, _) | (_, Some("int" | "float" | "bool")) => match Scalar::plain(text) {
            Some(scalar) => Node::new(Value::Scalar(scalar), spot),
            None => Node::null(spot),
        },
        _ => Node::text(text, spot),
    }
}

fn mark(tag: Option<&Tag>) -> Mark {
    match tag {
        Some(tag) if tag.handle == "!" && tag.suffix == "reset" => Mark::Reset,
        Some(tag) if tag.handle == "!" && tag.suffix == "override" => Mark::Override,
        _ => Mark::None,
    }
}

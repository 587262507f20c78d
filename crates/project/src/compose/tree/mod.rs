//! YAML as a tree in which everything knows where it stands.
//!
//! What lives here: nodes with their spots, YAML's own rules for scalars, and the way from a text to a tree. What does
//! not: any meaning that compose gives to a key.

mod build;
mod scalar;

pub(crate) use build::parse;
pub(crate) use scalar::{Kind, Scalar};

/// A position in one of the files that were read. Line and column count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spot {
    /// The number of the file, as [`super::findings::Findings::open`] gave it.
    pub(crate) file: u32,
    /// The line; 0 for a file as a whole.
    pub(crate) line: u32,
    /// The column, in characters.
    pub(crate) column: u32,
}

/// What a tag asks of the merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mark {
    /// Nothing: the usual rules.
    #[default]
    None,
    /// `!reset`: the key is removed.
    Reset,
    /// `!override`: the value replaces what was there.
    Override,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The value.
    pub(crate) value: Value,
    /// Where it starts.
    pub(crate) spot: Spot,
    /// What its tag asks of the merge.
    pub(crate) mark: Mark,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing, or `null`.
    Null,
    /// A string, number or boolean.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping.
    Map(Map),
}

/// A mapping that keeps the order it was written in. No key stands in it twice.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Map {
    /// The entries.
    pub(crate) entries: Vec<Entry>,
}

/// One key with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) spot: Spot,
    /// The value.
    pub(crate) value: Node,
}

impl Node {
    /// A node without a mark.
    pub(crate) fn new(value: Value, spot: Spot) -> Node {
        Node { value, spot, mark: Mark::None }
    }

    /// A string.
    pub(crate) fn text(text: impl Into<String>, spot: Spot) -> Node {
        Node::new(Value::Scalar(Scalar::string(text)), spot)
    }

    /// Nothing.
    pub(crate) fn null(spot: Spot) -> Node {
        Node::new(Value::Null, spot)
    }

    /// The mapping, if it is one.
    pub(crate) fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The text of a scalar, as written.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Whether it is nothing.
    pub(crate) fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Scalar(scalar) => scalar.kind_word(),
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

impl Map {
    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key, to change it.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
    }

    /// Puts an entry in the place of the one with its key, or at the end.
    pub(crate) fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes the entry of a key out.
    pub(crate) fn take(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }

    /// Puts a value under a key, both at one spot.
    pub(crate) fn set(&mut self, key: &str, value: Node) {
        self.put(Entry { key: key.to_owned(), spot: value.spot, value });
    }
}

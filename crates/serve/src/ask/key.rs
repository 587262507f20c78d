//! Which keys the document of an answer has: what others may rely on, and what tests hold answers against.

use serde_json::Value;

/// A key of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What is behind it.
    pub kind: Kind,
}

/// What is behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// Documents in a list.
    List,
    /// A document.
    Object,
    /// Text, or null.
    MaybeText,
    /// A whole number, or null.
    MaybeNumber,
}

impl Key {
    pub(super) const fn of(name: &'static str, kind: Kind) -> Key {
        Key { name, kind }
    }
}

impl Kind {
    /// Its types as JSON Schema names them.
    pub fn types(self) -> &'static [&'static str] {
        match self {
            Kind::Text => &["string"],
            Kind::Number => &["integer"],
            Kind::Flag => &["boolean"],
            Kind::List => &["array"],
            Kind::Object => &["object"],
            Kind::MaybeText => &["string", "null"],
            Kind::MaybeNumber => &["integer", "null"],
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Kind::Text => value.is_string(),
            Kind::Number => value.is_i64() || value.is_u64(),
            Kind::Flag => value.is_boolean(),
            Kind::List => value.is_array(),
            Kind::Object => value.is_object(),
            Kind::MaybeText => value.is_null() || Kind::Text.fits(value),
            Kind::MaybeNumber => value.is_null() || Kind::Number.fits(value),
        }
    }
}

/// The names of the keys that a document does not have, or has with something else behind them.
pub fn missing(document: &Value, keys: &[Key]) -> Vec<&'static str> {
    let wrong = keys.iter().filter(|key| !document.get(key.name).is_some_and(|value| key.kind.fits(value)));
    wrong.map(|key| key.name).collect()
}

//! Reading values out of a tree: each knows the path it stands at, for messages, and says when it has the wrong type.
//!
//! A value of the wrong type is left out, or read as far as its meaning is clear (a number where a string stands).
//! Nothing written is the same as a key that is not there.

use std::time::Duration;

use super::units;
use crate::compose::codes;
use crate::compose::findings::{Findings, Problem};
use crate::compose::tree::{Kind, Map, Node, Scalar, Spot, Value};
use crate::nearest;

/// A value and its dotted path.
#[derive(Debug, Clone)]
pub(super) struct At<'n> {
    /// The value.
    pub(super) node: &'n Node,
    /// Its path, such as `services.db.image`.
    pub(super) path: String,
}

impl<'n> At<'n> {
    pub(super) fn new(node: &'n Node, path: impl Into<String>) -> At<'n> {
        At { node, path: path.into() }
    }

    /// Where it stands.
    pub(super) fn spot(&self) -> Spot {
        self.node.spot
    }

    /// The value of a key, if something is written there.
    pub(super) fn get(&self, key: &str) -> Option<At<'n>> {
        let node = self.node.as_map()?.get(key).filter(|node| !node.is_null())?;
        Some(At::new(node, format!("{}.{key}", self.path)))
    }

    /// It as a mapping.
    pub(super) fn map(&self, findings: &mut Findings) -> Option<&'n Map> {
        match &self.node.value {
            Value::Map(map) => Some(map),
            _ => self.wrong("a mapping", findings),
        }
    }

    /// The entries of a mapping, those without a value as well.
    pub(super) fn entries(&self, findings: &mut Findings) -> Vec<(&'n str, At<'n>)> {
        let Some(map) = self.map(findings) else { return Vec::new() };
        let at = |key: &str, node| At::new(node, format!("{}.{key}", self.path));
        map.entries.iter().map(|entry| (entry.key.as_str(), at(&entry.key, &entry.value))).collect()
    }

    /// The items of a list.
    pub(super) fn items(&self, findings: &mut Findings) -> Vec<At<'n>> {
        match &self.node.value {
            Value::List(items) => {
                let at = |(index, node)| At::new(node, format!("{}.{index}", self.path));
                items.iter().enumerate().map(at).collect()
            }
            _ => self.wrong("a list", findings).unwrap_or_default(),
        }
    }

    /// It as a string. A number or boolean is said to be wrong, and read.
    pub(super) fn text(&self, findings: &mut Findings) -> Option<String> {
        let scalar = self.scalar("a string", findings)?;
        if scalar.kind != Kind::String {
            let message = format!("`{}` must be a string, and this is {}", self.path, scalar.kind_word());
            let help = format!("put it in quotes: `\"{}\"`", scalar.text);
            findings.push(Problem::error(codes::WRONG_TYPE, self.spot(), message).help(help));
        }
        Some(scalar.text.clone())
    }

    /// It as a string, where a number is as good.
    pub(super) fn text_or_number(&self, findings: &mut Findings) -> Option<String> {
        self.scalar("a string or a number", findings).map(|scalar| scalar.canonical().into_owned())
    }

    /// It as a list of strings. A single string is a list of one.
    pub(super) fn texts(&self, findings: &mut Findings) -> Vec<String> {
        match &self.node.value {
            Value::Scalar(_) => self.text(findings).into_iter().collect(),
            _ => self.items(findings).iter().filter_map(|item| item.text(findings)).collect(),
        }
    }

    /// It as a boolean. The words of YAML 1.1 are read as well.
    pub(super) fn boolean(&self, findings: &mut Findings) -> Option<bool> {
        let scalar = self.scalar("true or false", findings)?;
        match scalar.text.to_lowercase().as_str() {
            "true" | "y" | "yes" | "on" => Some(true),
            "false" | "n" | "no" | "off" => Some(false),
            _ => self.wrong("true or false", findings),
        }
    }

    /// It as a whole number.
    pub(super) fn integer<T: TryFrom<i128>>(&self, findings: &mut Findings) -> Option<T> {
        let scalar = self.scalar("a whole number", findings)?;
        let number = match scalar.kind {
            Kind::Int(number) => Some(number),
            Kind::String => scalar.text.trim().parse().ok(),
            Kind::Bool(_) | Kind::Float(_) => None,
        };
        let Some(number) = number else { return self.wrong("a whole number", findings) };
        T::try_from(number).map_or_else(|_| self.bad(format!("`{number}` is out of range"), findings), Some)
    }

    /// It as a number.
    pub(super) fn number(&self, findings: &mut Findings) -> Option<f64> {
        let scalar = self.scalar("a number", findings)?;
        let number =
            scalar.canonical().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
        number.or_else(|| self.wrong("a number", findings))
    }

    /// It as a time, such as `1m30s`.
    pub(super) fn duration(&self, findings: &mut Findings) -> Option<Duration> {
        let scalar = self.scalar("a time", findings)?;
        units::duration(&scalar.text).or_else(|| {
            let message = format!("`{}` is no time: `{}`", scalar.text, self.path);
            let help = "write a number with a unit, such as `500ms`, `30s` or `1m30s`";
            findings.push(Problem::error(codes::BAD_VALUE, self.spot(), message).help(help));
            None
        })
    }

    /// It as a number of bytes, such as `512m`.
    pub(super) fn bytes(&self, findings: &mut Findings) -> Option<u64> {
        let scalar = self.scalar("a size", findings)?;
        units::bytes(&scalar.canonical()).or_else(|| {
            let message = format!("`{}` is no size: `{}`", scalar.text, self.path);
            let help = "write a number with a unit, such as `512m` or `2g`";
            findings.push(Problem::error(codes::BAD_VALUE, self.spot(), message).help(help));
            None
        })
    }

    /// Says which keys of a mapping are not known. `x-…` always is.
    pub(super) fn known(&self, known: &[&str], findings: &mut Findings) {
        let Some(map) = self.node.as_map() else { return };
        let holder =
            if self.path.is_empty() { "at the top level".to_owned() } else { format!("in `{}`", self.path) };
        for entry in map.entries.iter().filter(|entry| !entry.key.starts_with("x-")) {
            if !known.contains(&entry.key.as_str()) {
                let message = format!("unknown key `{}` {holder}", entry.key);
                let help = match nearest::nearest(&entry.key, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "remove it, or let its name start with `x-`".to_owned(),
                };
                findings.push(Problem::warning(codes::UNKNOWN_KEY, entry.spot, message).help(help));
            }
        }
    }

    /// Says that the value means nothing here.
    pub(super) fn bad<T>(&self, message: String, findings: &mut Findings) -> Option<T> {
        findings.push(Problem::error(codes::BAD_VALUE, self.spot(), format!("{message}: `{}`", self.path)));
        None
    }

    /// Says that the value has the wrong type.
    pub(super) fn wrong<T>(&self, wanted: &str, findings: &mut Findings) -> Option<T> {
        let message = format!("`{}` must be {wanted}, and this is {}", self.path, self.node.kind());
        findings.push(Problem::error(codes::WRONG_TYPE, self.spot(), message));
        None
    }

    fn scalar(&self, wanted: &str, findings: &mut Findings) -> Option<&'n Scalar> {
        match &self.node.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => self.wrong(wanted, findings),
        }
    }
}

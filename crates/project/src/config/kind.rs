//! What kinds of values `testyard.toml` knows and how each is read, from TOML and from plain text.
//!
//! Durations are milliseconds, sizes bytes, once they are read.

use toml_edit::{Item, Value as Toml};

use super::units;
use crate::source::{Source, Sourced, Text};

/// The kind of value a key takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A text, or a number or truth value taken as text: the value of an environment variable.
    Scalar,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0.
    Count,
    /// `"auto"` or a whole number from 1.
    Workers,
    /// A number from 0 to the given one.
    Number(f64),
    /// A span of time with its unit.
    Duration,
    /// A list of spans of time.
    Durations,
    /// An amount of bytes with its unit.
    Size,
    /// A day, `2025-11-30`.
    Date,
}

/// A value, checked against its kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Texts(Vec<Sourced<String>>),
    Flag(bool),
    /// A count, milliseconds or bytes.
    Count(u64),
    /// Milliseconds.
    Counts(Vec<u64>),
    Number(f64),
}

impl Kind {
    /// What a message says the key takes.
    pub(super) fn expected(self) -> String {
        match self {
            Kind::Text => "text in quotes".to_owned(),
            Kind::Choice(words) => format!("one of \"{}\"", words.join("\", \"")),
            Kind::Texts => "a list of texts: [\"a\", \"b\"]".to_owned(),
            Kind::Scalar => "a text, a number, true or false".to_owned(),
            Kind::Flag => "true or false".to_owned(),
            Kind::Count => "a whole number from 0".to_owned(),
            Kind::Workers => "\"auto\" or a whole number from 1".to_owned(),
            Kind::Number(most) => format!("a number from 0 to {most}"),
            Kind::Duration => {
                "a duration with its unit: \"500ms\", \"60s\", \"5m\", \"1h30m\", \"7d\"".to_owned()
            }
            Kind::Durations => "a list of durations with units: [\"60s\", \"3m\"]".to_owned(),
            Kind::Size => "a size with its unit: \"512MiB\", \"2GiB\"".to_owned(),
            Kind::Date => "a day: \"2025-11-30\"".to_owned(),
        }
    }

    /// Reads a TOML value. `None` when it is of another kind.
    pub(super) fn read(self, item: &Item, text: Text<'_>) -> Option<Value> {
        let value = item.as_value()?;
        match self {
            Kind::Texts => Some(Value::Texts(texts(value, text)?)),
            Kind::Durations => {
                let each = |one: &Toml| one.as_str().and_then(units::duration);
                value.as_array()?.iter().map(each).collect::<Option<Vec<u64>>>().map(Value::Counts)
            }
            Kind::Flag => value.as_bool().map(Value::Flag),
            Kind::Count => u64::try_from(value.as_integer()?).ok().map(Value::Count),
            Kind::Workers if value.is_integer() => {
                u64::try_from(value.as_integer()?).ok().filter(|n| *n > 0).map(Value::Count)
            }
            Kind::Number(most) => {
                #[allow(clippy::cast_precision_loss, reason = "only numbers up to 100 are valid")]
                let number = value.as_float().or_else(|| value.as_integer().map(|n| n as f64))?;
                (0.0..=most).contains(&number).then_some(Value::Number(number))
            }
            Kind::Size if value.is_integer() => u64::try_from(value.as_integer()?).ok().map(Value::Count),
            Kind::Date if value.is_datetime() => {
                self.parse(value.as_datetime()?.to_string().as_str(), &Source::Default)
            }
            Kind::Scalar => scalar(value).map(Value::Text),
            Kind::Text | Kind::Choice(_) | Kind::Workers | Kind::Duration | Kind::Size | Kind::Date => {
                self.parse(value.as_str()?, &Source::Default)
            }
        }
    }

    /// Reads plain text, as it stands on a command line or in a variable. Lists are written as in TOML or with
    /// commas.
    pub(super) fn parse(self, text: &str, source: &Source) -> Option<Value> {
        let words = || split_list(text);
        match self {
            Kind::Text | Kind::Scalar => Some(Value::Text(text.to_owned())),
            Kind::Choice(choices) => choices.contains(&text).then(|| Value::Text(text.to_owned())),
            Kind::Texts => {
                let each = |word: String| Sourced::new(word, source.clone());
                Some(Value::Texts(words()?.into_iter().map(each).collect()))
            }
            Kind::Flag => match text {
                "true" | "1" | "yes" => Some(Value::Flag(true)),
                "false" | "0" | "no" => Some(Value::Flag(false)),
                _ => None,
            },
            Kind::Count => text.parse().ok().map(Value::Count),
            Kind::Workers if text == "auto" => Some(Value::Text(text.to_owned())),
            Kind::Workers => text.parse().ok().filter(|n| *n > 0).map(Value::Count),
            Kind::Number(most) => {
                text.parse().ok().filter(|number| (0.0..=most).contains(number)).map(Value::Number)
            }
            Kind::Duration => units::duration(text).map(Value::Count),
            Kind::Durations => {
                words()?.iter().map(|word| units::duration(word)).collect::<Option<_>>().map(Value::Counts)
            }
            Kind::Size => units::size(text).map(Value::Count),
            Kind::Date => units::is_date(text).then(|| Value::Text(text.to_owned())),
        }
    }
}

/// The texts of a list, each with its own place.
fn texts(value: &Toml, text: Text<'_>) -> Option<Vec<Sourced<String>>> {
    let each = |one: &Toml| {
        let source = one.span().map_or(Source::Default, |span| text.source_at(span.start));
        Some(Sourced::new(one.as_str()?.to_owned(), source))
    };
    value.as_array()?.iter().map(each).collect()
}

/// A scalar as the text that an environment variable gets.
fn scalar(value: &Toml) -> Option<String> {
    match value {
        Toml::String(text) => Some(text.value().clone()),
        Toml::Integer(number) => Some(number.value().to_string()),
        Toml::Float(number) => Some(number.value().to_string()),
        Toml::Boolean(flag) => Some(flag.value().to_string()),
        Toml::Datetime(_) | Toml::Array(_) | Toml::InlineTable(_) => None,
    }
}

/// Splits a list: TOML's own form in brackets, else words between commas. Nothing is an empty list.
fn split_list(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    if text.starts_with('[') {
        let value: Toml = text.parse().ok()?;
        return value.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect();
    }
    Some(text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_read_by_kind() {
        let check = |kind: Kind, text: &str, expected: Option<Value>| {
            assert_eq!(kind.parse(text, &Source::Default), expected, "{kind:?} {text}");
        };
        let texts = |words: &[&str]| {
            let each = |word: &&str| Sourced::new((*word).to_owned(), Source::Default);
            Some(Value::Texts(words.iter().map(each).collect()))
        };
        check(Kind::Texts, "a, b", texts(&["a", "b"]));
        check(Kind::Texts, "[\"a,b\"]", texts(&["a,b"]));
        check(Kind::Texts, "", texts(&[]));
        check(Kind::Texts, "[1]", None);
        check(Kind::Flag, "1", Some(Value::Flag(true)));
        check(Kind::Flag, "maybe", None);
        check(Kind::Workers, "auto", Some(Value::Text("auto".to_owned())));
        check(Kind::Workers, "0", None);
        check(Kind::Number(1.0), "0.9", Some(Value::Number(0.9)));
        check(Kind::Number(1.0), "90", None);
        check(Kind::Number(1.0), "NaN", None);
        check(Kind::Date, "2025-02-29", None);
        check(Kind::Date, "2024-02-29", Some(Value::Text("2024-02-29".to_owned())));
        check(Kind::Durations, "60s,3m", Some(Value::Counts(vec![60_000, 180_000])));
        check(Kind::Choice(&["auto", "native"]), "docker", None);
    }
}

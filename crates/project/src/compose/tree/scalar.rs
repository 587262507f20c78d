//! Scalars: when a plain text is a number, a boolean or nothing, and how a number is written again.
//!
//! The rules are those of the YAML reader behind `docker compose`: YAML 1.2's core schema, with the leading-zero octals
//! and underscores of YAML 1.1. A number where compose wants a string is written again from its value, so
//! `VERSION: 1.10` reaches the container as `1.1`.

use std::borrow::Cow;

/// A scalar as it was written, and what YAML takes it for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scalar {
    /// The text, without quotes and escapes.
    pub(crate) text: String,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What YAML takes a scalar for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// A string.
    String,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Another number.
    Float(f64),
}

impl Scalar {
    /// A string.
    pub(crate) fn string(text: impl Into<String>) -> Scalar {
        Scalar { text: text.into(), kind: Kind::String }
    }

    /// The scalar that a plain text stands for; `None` for nothing.
    pub(crate) fn plain(text: &str) -> Option<Scalar> {
        let kind = match text {
            "" | "~" | "null" | "Null" | "NULL" => return None,
            "true" | "True" | "TRUE" => Kind::Bool(true),
            "false" | "False" | "FALSE" => Kind::Bool(false),
            _ => int(text).map(Kind::Int).or_else(|| float(text).map(Kind::Float)).unwrap_or(Kind::String),
        };
        Some(Scalar { text: text.to_owned(), kind })
    }

    /// The text that reaches a place where strings stand.
    pub(crate) fn canonical(&self) -> Cow<'_, str> {
        match self.kind {
            Kind::String => Cow::Borrowed(&self.text),
            Kind::Bool(value) => Cow::Owned(value.to_string()),
            Kind::Int(value) => Cow::Owned(value.to_string()),
            Kind::Float(value) => Cow::Owned(written(value)),
        }
    }

    /// What it is, for messages.
    pub(crate) fn kind_word(&self) -> &'static str {
        match self.kind {
            Kind::String => "a string",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) | Kind::Float(_) => "a number",
        }
    }
}

/// The whole number in a plain text: decimal, `0x`, `0o`, `0b`, a leading zero for octal, underscores anywhere.
fn int(text: &str) -> Option<i128> {
    let plain = text.replace('_', "");
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let number = if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        unsigned(hex, 16)
    } else if let Some(octal) = digits.strip_prefix("0o").or_else(|| digits.strip_prefix("0O")) {
        unsigned(octal, 8)
    } else if let Some(binary) = digits.strip_prefix("0b").or_else(|| digits.strip_prefix("0B")) {
        unsigned(binary, 2)
    } else if digits.len() > 1 && digits.starts_with('0') {
        unsigned(digits, 8)
    } else {
        unsigned(digits, 10)
    }?;
    // A number past 64 bits is a float to the reader compose uses.
    let number = i128::from(number);
    let signed = if negative { -number } else { number };
    (signed >= i128::from(i64::MIN)).then_some(signed)
}

/// A number without any sign of its own.
fn unsigned(digits: &str, radix: u32) -> Option<u64> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// The float in a plain text, by the core schema: digits, a point, an exponent; `.inf` and `.nan`.
fn float(text: &str) -> Option<f64> {
    let plain = text.replace('_', "");
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            return Some(if plain.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == plain.len() => return Some(f64::NAN),
        _ => {}
    }
    let starts = unsigned.starts_with(|c: char| c.is_ascii_digit())
        || (unsigned.starts_with('.') && unsigned[1..].starts_with(|c: char| c.is_ascii_digit()));
    let shaped = unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if starts && shaped { plain.parse().ok() } else { None }
}

/// A float as compose writes it: shortest digits, an exponent below 1e-4 and from 1e6 on.
fn written(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() };
    }
    let scientific = format!("{value:e}");
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    if (-4..6).contains(&exponent) || value == 0.0 {
        return format!("{value}");
    }
    let digits = scientific.split('e').next().unwrap_or(&scientific);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_and_what_reaches_a_container() {
        let check = |text: &str, expected: &str| {
            let scalar = Scalar::plain(text).unwrap_or_else(|| panic!("{text} is nothing"));
            assert_eq!(scalar.canonical(), expected, "{text}");
        };
        check("hello", "hello");
        check("yes", "yes");
        check("True", "true");
        check("5432", "5432");
        check("+5", "5");
        check("007", "7");
        check("0o17", "15");
        check("0x1F", "31");
        check("0b101", "5");
        check("1_000", "1000");
        check("08", "8");
        check("1.10", "1.1");
        check("1.0", "1");
        check("-0.5", "-0.5");
        check("1e3", "1000");
        check("1e30", "1e+30");
        check("1234567.5", "1.2345675e+06");
        check("0.00001", "1e-05");
        check(".inf", "+Inf");
        check("1.2.3", "1.2.3");
        check("1e", "1e");
        check("5432:5432", "5432:5432");
        check("2025-01-01", "2025-01-01");
        check("-", "-");
        check("0x", "0x");
    }

    #[test]
    fn nothing() {
        for text in ["", "~", "null", "NULL"] {
            assert_eq!(Scalar::plain(text), None, "{text}");
        }
    }
}

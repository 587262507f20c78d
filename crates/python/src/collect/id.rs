//! The ids of values. Source: pytest 8 and 9, `IdMaker._idval_from_value` and `ascii_escaped`.

use std::sync::Arc;

use super::marks::canonical;
use crate::project::{Lead, Module, Project};
use crate::read::{Bound, Call, Class, Value};

/// The id of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Id {
    /// This one.
    Known(String),
    /// The argument's name with the set's number.
    Numbered,
    /// It depends on what only runs.
    Unknown,
}

/// How often a name that stands for another is replaced.
const HOPS: usize = 8;

pub(super) fn of(project: &Project<'_>, module: &Arc<Module>, value: &Value) -> Id {
    at(project, module, value, HOPS)
}

/// An id that is certain.
fn known(text: &str) -> Id {
    Id::Known(text.to_owned())
}

fn at(project: &Project<'_>, module: &Arc<Module>, value: &Value, hops: usize) -> Id {
    match value {
        Value::Nothing => known("None"),
        Value::Bool(true) => known("True"),
        Value::Bool(false) => known("False"),
        Value::Int(int) => known(int),
        Value::Float(float) => Id::Known(written(*float)),
        Value::Complex(..) | Value::Unknown => Id::Unknown,
        Value::Text(text) => Id::Known(escaped(text)),
        Value::Bytes(bytes) => Id::Known(escaped_bytes(bytes)),
        Value::List(_) | Value::Dict(_) | Value::Object => Id::Numbered,
        Value::Lambda => known("<lambda>"),
        Value::Call(call) => of_call(project, module, call),
        Value::Name(name) => match hops.checked_sub(1) {
            Some(hops) => of_name(project, module, name, hops),
            None => Id::Unknown,
        },
    }
}

fn of_name(project: &Project<'_>, module: &Arc<Module>, name: &str, hops: usize) -> Id {
    match project.lead(module, name) {
        Lead::Here(place) => match place.bound() {
            Some(Bound::Function(function)) if function.is_lambda => known("<lambda>"),
            Some(Bound::Function(_) | Bound::Class(_)) => {
                Id::Known(place.way.last().cloned().unwrap_or_default())
            }
            Some(Bound::Value(value)) => of_member(project, &place.module, &place.way, value)
                .unwrap_or_else(|| at(project, &place.module, value, hops)),
            _ => Id::Unknown,
        },
        Lead::Module(_) => Id::Unknown,
        Lead::Outside(name) => of_builtin(&name),
    }
}

/// A member of an enumeration: `Color.RED`.
fn of_member(project: &Project<'_>, module: &Arc<Module>, way: &[String], value: &Value) -> Option<Id> {
    let [class, member] = way else { return None };
    let Some(Bound::Class(found)) = module.body.last(class) else { return None };
    match kind(project, module, found)? {
        "Enum" | "Flag" => Some(Id::Known(format!("{class}.{member}"))),
        // These are numbers and texts first.
        _ if matches!(value, Value::Text(_) | Value::Int(_)) => None,
        _ => Some(Id::Unknown),
    }
}

/// The kind of enumeration that a class is.
fn kind<'c>(project: &Project<'_>, module: &Arc<Module>, class: &'c Class) -> Option<&'c str> {
    let names = class.bases.iter().filter_map(|base| match base {
        Value::Name(name) => Some(name.as_str()),
        _ => None,
    });
    let names: Vec<&str> = names.collect();
    let is_enum = names.iter().any(|name| canonical(project, module, name).starts_with("enum."));
    let mixed =
        names.len() > 1 || names.iter().any(|name| name.ends_with("IntEnum") || name.ends_with("StrEnum"));
    is_enum.then_some(if mixed { "mixed" } else { "Enum" })
}

/// Names that every module has, and classes of well-known modules by their habit.
fn of_builtin(name: &str) -> Id {
    const BUILTINS: [&str; 24] = [
        "int",
        "str",
        "float",
        "bool",
        "list",
        "dict",
        "tuple",
        "set",
        "frozenset",
        "bytes",
        "bytearray",
        "object",
        "type",
        "complex",
        "len",
        "sorted",
        "sum",
        "min",
        "max",
        "abs",
        "range",
        "print",
        "iter",
        "repr",
    ];
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_class = last.starts_with(|first: char| first.is_ascii_uppercase())
        && last.contains(|sign: char| sign.is_ascii_lowercase());
    if (!name.contains('.') && (BUILTINS.contains(&name) || is_class))
        || (is_class && name.split('.').count() == 2)
    {
        Id::Known(last.to_owned())
    } else {
        Id::Unknown
    }
}

/// What a call gives: an instance of a class has no id of its own.
fn of_call(project: &Project<'_>, module: &Arc<Module>, call: &Call) -> Id {
    let name = canonical(project, module, &call.name);
    match (name.as_str(), call.arguments.as_slice()) {
        ("re.compile", [Value::Text(pattern), ..]) => return Id::Known(escaped(pattern)),
        ("dict" | "list" | "set" | "tuple" | "frozenset" | "object" | "bytearray" | "range", _) => {
            return Id::Numbered;
        }
        _ => {}
    }
    match project.lead(module, &call.name) {
        Lead::Here(place) => match place.bound() {
            Some(Bound::Class(class)) if class.bases.is_empty() => Id::Numbered,
            _ => Id::Unknown,
        },
        Lead::Outside(name) if is_object(&name) => Id::Numbered,
        _ => Id::Unknown,
    }
}

/// Classes of the standard library whose instances are neither texts nor numbers.
fn is_object(name: &str) -> bool {
    const OBJECTS: [&str; 12] = [
        "datetime.datetime",
        "datetime.date",
        "datetime.time",
        "datetime.timedelta",
        "datetime.timezone",
        "decimal.Decimal",
        "fractions.Fraction",
        "pathlib.Path",
        "pathlib.PurePath",
        "uuid.UUID",
        "collections.OrderedDict",
        "unittest.mock.Mock",
    ];
    OBJECTS.contains(&name)
}

/// A number as Python writes it.
fn written(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let size = float.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{float:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = float.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// A text in ASCII, with Python's escapes.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        match sign {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(sign),
            _ if u32::from(sign) < 0x100 => out.push_str(&format!("\\x{:02x}", u32::from(sign))),
            _ if u32::from(sign) < 0x1_0000 => out.push_str(&format!("\\u{:04x}", u32::from(sign))),
            _ => out.push_str(&format!("\\U{:08x}", u32::from(sign))),
        }
    }
    out
}

/// Bytes in ASCII; a backslash stays as it is.
fn escaped_bytes(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_look_as_in_python() {
        for (float, expected) in [
            (1.0, "1.0"),
            (0.5, "0.5"),
            (-2.25, "-2.25"),
            (1e16, "1e+16"),
            (1.5e-7, "1.5e-07"),
            (0.0001, "0.0001"),
            (1e100, "1e+100"),
        ] {
            assert_eq!(written(float), expected);
        }
        assert_eq!(written(f64::INFINITY), "inf");
        assert_eq!(escaped("a b\n\\é€😀\u{7f}"), "a b\\n\\\\\\xe9\\u20ac\\U0001f600\\x7f");
        assert_eq!(escaped_bytes(b"a\\\xff\0"), "a\\\\xff\\x00");
    }
}

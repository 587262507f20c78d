//! Expressions as values, as far as literals and names say them.

use ruff_python_ast::{Expr, ExprCall, Number, UnaryOp};
use serde::{Deserialize, Serialize};

/// How deep values inside of values are followed.
const DEPTH: usize = 32;

/// What an expression gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Value {
    /// `None`.
    Nothing,
    /// `True` or `False`.
    Bool(bool),
    /// A whole number, as Python writes it.
    Int(String),
    /// A number with a fraction.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list, tuple or set that is written out.
    List(Vec<Value>),
    /// A dictionary that is written out; keys that are no values are unknown.
    Dict(Vec<(Value, Value)>),
    /// A dotted name.
    Name(String),
    /// A call.
    Call(Box<Call>),
    /// A `lambda`.
    Lambda,
    /// Anything else that is certainly an object without a name of its own, such as a comprehension.
    Object,
    /// It depends on what only runs.
    Unknown,
}

impl Value {
    /// The text that it is.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

/// A call of something that has a dotted name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Call {
    /// What is called.
    pub(crate) name: String,
    /// Its arguments without a name; a starred one is unknown.
    pub(crate) arguments: Vec<Value>,
    /// Its arguments with one.
    pub(crate) keywords: Vec<(String, Value)>,
}

impl Call {
    /// An argument by its place or by its name.
    pub(crate) fn argument(&self, place: usize, name: &str) -> Option<&Value> {
        self.arguments.get(place).or_else(|| self.keyword(name))
    }

    /// An argument by its name.
    pub(crate) fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }
}

/// The value of an expression.
pub(super) fn of(expression: &Expr) -> Value {
    at(expression, DEPTH)
}

/// The dotted name that an expression is, where it is one.
pub(super) fn dotted_name(expression: &Expr) -> Option<String> {
    dotted(expression, DEPTH)
}

/// Whether a condition only holds for type checkers.
pub(super) fn is_type_checking(test: &Expr) -> bool {
    dotted(test, DEPTH).is_some_and(|name| name == "TYPE_CHECKING" || name.ends_with(".TYPE_CHECKING"))
}

fn at(expression: &Expr, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return Value::Unknown };
    let all = |list: &[Expr]| list.iter().map(|one| at(one, depth)).collect();
    match expression {
        Expr::NoneLiteral(_) => Value::Nothing,
        Expr::BooleanLiteral(one) => Value::Bool(one.value),
        Expr::NumberLiteral(one) => number(&one.value),
        Expr::StringLiteral(one) => Value::Text(one.value.to_str().to_owned()),
        Expr::BytesLiteral(one) => Value::Bytes(one.value.bytes().collect()),
        Expr::List(one) => Value::List(all(&one.elts)),
        Expr::Tuple(one) => Value::List(all(&one.elts)),
        Expr::Dict(one) => {
            let key = |key: &Option<Expr>| key.as_ref().map_or(Value::Unknown, |key| at(key, depth));
            Value::Dict(one.items.iter().map(|item| (key(&item.key), at(&item.value, depth))).collect())
        }
        Expr::UnaryOp(one) => unary(one.op, at(&one.operand, depth)),
        Expr::Name(_) | Expr::Attribute(_) => dotted(expression, depth).map_or(Value::Unknown, Value::Name),
        Expr::Call(call) => called(call, depth),
        Expr::Lambda(_) => Value::Lambda,
        Expr::BinOp(one) => joined(at(&one.left, depth), one.op, at(&one.right, depth)),
        Expr::Set(_) | Expr::SetComp(_) | Expr::ListComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
            Value::Object
        }
        _ => Value::Unknown,
    }
}

fn number(number: &Number) -> Value {
    match number {
        Number::Int(int) => decimal(&int.to_string()).map_or(Value::Unknown, Value::Int),
        Number::Float(float) => Value::Float(*float),
        Number::Complex { real, imag } => Value::Complex(*real, *imag),
    }
}

/// A whole number in decimal; one too large to be read keeps the form it is written in, which is another one for hexadecimal.
fn decimal(written: &str) -> Option<String> {
    written.bytes().all(|byte| byte.is_ascii_digit()).then(|| written.to_owned())
}

fn unary(sign: UnaryOp, value: Value) -> Value {
    match (sign, value) {
        (UnaryOp::USub, Value::Int(int)) if int == "0" => Value::Int(int),
        (UnaryOp::USub, Value::Int(int)) => Value::Int(match int.strip_prefix('-') {
            Some(positive) => positive.to_owned(),
            None => format!("-{int}"),
        }),
        (UnaryOp::USub, Value::Float(float)) => Value::Float(-float),
        (UnaryOp::UAdd, value @ (Value::Int(_) | Value::Float(_))) => value,
        _ => Value::Unknown,
    }
}

/// Lists and texts that are put together from written ones.
fn joined(left: Value, sign: ruff_python_ast::Operator, right: Value) -> Value {
    use ruff_python_ast::Operator::{Add, Mult};
    match (left, sign, right) {
        (Value::List(mut left), Add, Value::List(right)) => {
            left.extend(right);
            Value::List(left)
        }
        (Value::Text(left), Add, Value::Text(right)) => Value::Text(left + &right),
        (Value::Text(text), Mult, Value::Int(times)) | (Value::Int(times), Mult, Value::Text(text)) => {
            // A text of some megabytes is no id that anybody compares.
            match times.parse::<usize>() {
                Ok(times) if text.len().saturating_mul(times) < 1 << 16 => Value::Text(text.repeat(times)),
                _ => Value::Unknown,
            }
        }
        _ => Value::Unknown,
    }
}

fn called(call: &ExprCall, depth: usize) -> Value {
    let Some(name) = dotted(&call.func, depth) else { return Value::Unknown };
    let arguments = call.arguments.args.iter().map(|one| match one {
        Expr::Starred(_) => Value::Unknown,
        one => at(one, depth),
    });
    let keywords = call.arguments.keywords.iter();
    let keywords = keywords.filter_map(|one| Some((one.arg.as_ref()?.to_string(), at(&one.value, depth))));
    Value::Call(Box::new(Call { name, arguments: arguments.collect(), keywords: keywords.collect() }))
}

fn dotted(expression: &Expr, depth: usize) -> Option<String> {
    match expression {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(one) => Some(format!("{}.{}", dotted(&one.value, depth.checked_sub(1)?)?, one.attr)),
        _ => None,
    }
}

//! What stands in a module: its names in their order, as far as tests depend on them.

mod body;
mod doctests;
mod steps;
mod uses;
mod value;

use memchr::memmem;
use ruff_python_parser::parse_module;
use serde::{Deserialize, Serialize};

pub(crate) use doctests::{Doctest, of_text};
pub(crate) use steps::{EFFECTS, Failure, Import, Step};
pub(crate) use uses::{StandIn, Uses};
pub(crate) use value::{Call, Value};

/// How large a file may be, in bytes, to be read; larger ones are data.
const LARGEST: usize = 8 << 20;

/// So many names are few.
const FEW: usize = 32;

/// A module, a class or a function's surroundings: names in the order in which they are bound.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Body {
    /// What is bound, in order; a name that is bound again stands twice.
    pub(crate) names: Vec<(String, Bound)>,
    /// The line that binds each of them.
    pub(crate) lines: Vec<u32>,
    /// Modules whose every name is taken: `from x import *`.
    pub(crate) stars: Vec<From>,
}

/// What a name is bound to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Bound {
    /// A function.
    Function(Function),
    /// A class.
    Class(Box<Class>),
    /// What an expression gives.
    Value(Value),
    /// A module: `import a.b as c`.
    Module(String),
    /// A name of another module.
    From(From, String),
}

/// The module that names are taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct From {
    /// How many dots stand before it.
    pub(crate) level: u32,
    /// Its dotted name; empty for `from . import a`.
    pub(crate) module: String,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Function {
    /// Its decorators, the topmost first.
    pub(crate) decorators: Vec<Value>,
    /// The names of its parameters, and whether each has a default.
    pub(crate) parameters: Vec<(String, bool)>,
    /// The line of its `def`.
    pub(crate) line: u32,
    /// Whether it speaks of `parametrize`: as a decorator it may give parameters.
    pub(crate) parametrizes: bool,
    /// Whether it is `async`.
    pub(crate) is_async: bool,
    /// Whether it is a `lambda`, whose own name is no one's.
    pub(crate) is_lambda: bool,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Class {
    /// Its decorators, the topmost first.
    pub(crate) decorators: Vec<Value>,
    /// Its bases.
    pub(crate) bases: Vec<Value>,
    /// What stands in it.
    pub(crate) body: Body,
    /// The line of its `class`.
    pub(crate) line: u32,
}

impl Body {
    /// What a name is bound to in the end.
    pub(crate) fn last(&self, name: &str) -> Option<&Bound> {
        self.names.iter().rev().find(|(other, _)| other == name).map(|(_, bound)| bound)
    }

    /// The line that binds a name first.
    pub(crate) fn line(&self, name: &str) -> Option<u32> {
        let at = self.names.iter().position(|(other, _)| other == name)?;
        self.lines.get(at).copied()
    }

    /// Each name once, where it was bound first, as in a dictionary, with what it is bound to in the end.
    pub(crate) fn each(&self) -> Vec<(&str, &Bound)> {
        let mut each: Vec<(&str, &Bound)> = Vec::with_capacity(self.names.len());
        // Of a few names each is found faster without a table.
        let mut places: Option<std::collections::HashMap<&str, usize>> =
            (self.names.len() > FEW).then(std::collections::HashMap::new);
        for (name, bound) in &self.names {
            let known = match &places {
                Some(places) => places.get(name.as_str()).copied(),
                None => each.iter().position(|(other, _)| other == name),
            };
            match known {
                Some(at) => each[at].1 = bound,
                None => {
                    if let Some(places) = &mut places {
                        places.insert(name, each.len());
                    }
                    each.push((name, bound));
                }
            }
        }
        each
    }
}

/// A module that was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Read {
    /// What stands in it.
    pub(crate) body: Body,
    /// What happens when it is imported.
    pub(crate) steps: Vec<Step>,
    /// Whether it may have names that are written nowhere, because it changes what it holds.
    pub(crate) dynamic: bool,
    /// Whether, as a package, it may have modules that lie nowhere in it.
    pub(crate) makes_modules: bool,
    /// What it uses anywhere in it.
    pub(crate) uses: Uses,
    /// What in it is a stub.
    pub(crate) stubs: Vec<Stub>,
    /// Its doctests.
    pub(crate) doctests: Vec<Doctest>,
}

/// Something that stands in a module only until it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stub {
    /// The line of its mark, from 1.
    pub(crate) line: u32,
    /// Its name; `*` for the whole module.
    pub(crate) name: String,
}

/// The comment that marks a stub; its name follows.
pub(crate) const STUB: &str = "# testyard: stub ";

/// The stubs that a text marks.
fn stubs(text: &str) -> Vec<Stub> {
    if memmem::find(text.as_bytes(), STUB.as_bytes()).is_none() {
        return Vec::new();
    }
    let marked = text.lines().zip(1..).filter_map(|(line, number)| Some((line.split_once(STUB)?.1, number)));
    let named = marked
        .filter_map(|(rest, line)| Some(Stub { line, name: rest.split_whitespace().next()?.to_owned() }));
    named.collect()
}

/// What makes modules that lie nowhere in a package.
const MODULE_MAKING: [&str; 3] = ["__path__", "sys.modules", "meta_path"];

/// What makes names that are written nowhere.
const DYNAMIC: [&str; 7] = [
    "globals()",
    "locals()",
    "vars()",
    "sys.modules[__name__",
    "sys.modules.get(__name__",
    "setattr(sys",
    "exec(",
];

/// Reads a module for a version of Python, where one is known.
///
/// # Errors
/// The line, from 1, and what is wrong there, when it is no Python.
pub(crate) fn read(text: &str, version: Option<(u32, u32)>) -> Result<Read, (u32, String)> {
    if text.len() > LARGEST {
        return Err((1, format!("larger than {} MiB", LARGEST >> 20)));
    }
    let lines = Lines::of(text);
    match parse_module(text) {
        Ok(parsed) => {
            let statements = &parsed.syntax().body;
            Ok(Read {
                steps: steps::steps(statements, version, &lines),
                uses: uses::uses(statements, &lines),
                stubs: stubs(text),
                doctests: doctests::of_module(statements, text, &lines),
                body: body::body(statements, text, version, lines),
                dynamic: has_any(text, &DYNAMIC),
                makes_modules: has_any(text, &MODULE_MAKING),
            })
        }
        Err(error) => Err((lines.line(error.location.start().to_usize()), error.error.to_string())),
    }
}

fn has_any(text: &str, signs: &[&str]) -> bool {
    signs.iter().any(|sign| memmem::find(text.as_bytes(), sign.as_bytes()).is_some())
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub(crate) struct Lines(std::rc::Rc<[usize]>);

impl Lines {
    fn of(text: &str) -> Lines {
        let starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Lines(std::iter::once(0).chain(starts).collect())
    }

    /// The line of an offset, from 1.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        let line = self.0.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}

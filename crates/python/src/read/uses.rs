//! What stands anywhere in a module, as far as changes and stand-ins depend on it: all imports, names of data files, and
//! what is put in the place of something real.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_text_size::Ranged;
use serde::{Deserialize, Serialize};

use super::{From, Lines, value};

/// How long a text may be to name a file.
const LONGEST: usize = 200;
/// How deep functions inside of functions are followed.
const DEPTH: usize = 64;

/// What a module uses anywhere in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Uses {
    /// Modules that are imported anywhere, with the names taken from them.
    pub(crate) imports: Vec<(From, Vec<String>)>,
    /// Whether it imports modules by names that only a run knows.
    pub(crate) computes_imports: bool,
    /// Texts that look like the name or path of a file, or like a dotted name.
    pub(crate) names: Vec<String>,
    /// What is put in the place of something real.
    pub(crate) stand_ins: Vec<StandIn>,
}

/// Something that is put in the place of something real.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StandIn {
    /// The line, from 1.
    pub(crate) line: u32,
    /// What is called or defined, by its dotted name.
    pub(crate) name: String,
    /// What it replaces, in words of the file: the text that `patch` is given; empty where nothing says it.
    pub(crate) replaces: String,
    /// The test or the function it stands in, through its classes; empty in the module itself.
    pub(crate) inside: String,
}

pub(super) fn uses(statements: &[Stmt], lines: &Lines) -> Uses {
    let mut reader = Reader { lines, uses: Uses::default(), way: Vec::new() };
    reader.visit_body(statements);
    reader.uses.names.sort();
    reader.uses.names.dedup();
    reader.uses
}

struct Reader<'l> {
    lines: &'l Lines,
    uses: Uses,
    /// The classes and functions that are open.
    way: Vec<String>,
}

impl Reader<'_> {
    fn stand_in(&mut self, at: &impl Ranged, name: String, replaces: String) {
        let line = self.lines.line(at.start().to_usize());
        let inside = self.way.join("::");
        self.uses.stand_ins.push(StandIn { line, name, replaces, inside });
    }

    fn call(&mut self, call: &ExprCall) {
        // Most calls are none of these: they are told by the two ends of their names, before anything is copied.
        let Some((first, last)) = ends(&call.func) else { return };
        if matches!(last, "import_module" | "__import__") {
            self.import_by_call(call);
        } else if matches!(last, "patch" | "object" | "setattr") {
            self.patch(call);
        } else if lives_in_memory(call) {
            self.stand_in_by_call(call, ":memory:".to_owned());
        } else if looks_false(last) || FAKES.contains(&first) {
            self.stand_in_by_call(call, spec(call));
        }
    }

    fn import_by_call(&mut self, call: &ExprCall) {
        match call.arguments.args.first().map(value::of) {
            Some(value::Value::Text(module)) if !module.starts_with('.') => {
                self.uses.imports.push((From { level: 0, module }, Vec::new()));
            }
            _ => self.uses.computes_imports = true,
        }
    }

    fn patch(&mut self, call: &ExprCall) {
        let Some(name) = value::dotted_name(&call.func) else { return };
        let is_patch = name == "patch"
            || [".patch", "patch.object", "monkeypatch.setattr"].iter().any(|end| name.ends_with(end));
        if !is_patch {
            return;
        }
        let words = call.arguments.args.iter().take(2).map(|one| match value::of(one) {
            value::Value::Text(text) | value::Value::Name(text) => text,
            _ => String::new(),
        });
        let words: Vec<String> = words.collect();
        // `patch("a.b")` names all of it; `patch.object(a, "b")` in two parts.
        let whole = !name.ends_with(".object") && words.first().is_some_and(|first| first.contains('.'));
        let replaces = if whole { words[0].clone() } else { words.join(".") };
        self.stand_in(call, name, replaces);
    }

    fn stand_in_by_call(&mut self, call: &ExprCall, replaces: String) {
        if let Some(name) = value::dotted_name(&call.func) {
            self.stand_in(call, name, replaces);
        }
    }
}

/// The first and the last part of a dotted name.
fn ends(expression: &Expr) -> Option<(&str, &str)> {
    let mut inner = expression;
    let mut last = None;
    loop {
        match inner {
            Expr::Name(name) => return Some((name.id.as_str(), last.unwrap_or(name.id.as_str()))),
            Expr::Attribute(attribute) => {
                last = last.or(Some(attribute.attr.as_str()));
                inner = &attribute.value;
            }
            _ => return None,
        }
    }
}

/// Packages that are there to stand in for a service.
const FAKES: [&str; 7] =
    ["fakeredis", "mongomock", "moto", "responses", "respx", "requests_mock", "aioresponses"];

/// Whether an argument asks a database to live in memory.
fn lives_in_memory(call: &ExprCall) -> bool {
    call.arguments.args.iter().any(|one| match one {
        Expr::StringLiteral(text) => {
            let text = text.value.to_str();
            text.contains(":memory:") || text == "sqlite://"
        }
        _ => false,
    })
}

/// What a mock says it is like: `MagicMock(spec=Connection)`.
fn spec(call: &ExprCall) -> String {
    let keyword = |name: &str| call.arguments.find_keyword(name).map(|one| value::of(&one.value));
    match keyword("spec").or_else(|| keyword("spec_set")) {
        Some(value::Value::Name(name)) => name,
        _ => String::new(),
    }
}

/// Whether a name says that it is no real thing.
fn looks_false(name: &str) -> bool {
    let begins =
        |word: &str| name.strip_prefix(word).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    ["Mock", "Fake", "Stub", "Dummy", "InMemory"].into_iter().any(begins)
        || matches!(name, "Mock" | "MagicMock" | "AsyncMock")
        || name.starts_with("mock_")
}

impl<'a> Visitor<'a> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) if self.way.len() < DEPTH => {
                // What decorates a function belongs to it.
                self.way.push(function.name.to_string());
                visitor::walk_stmt(self, statement);
                self.way.pop();
            }
            Stmt::ClassDef(class) if self.way.len() < DEPTH => {
                if looks_false(class.name.as_str()) {
                    self.stand_in(&class.name, class.name.to_string(), String::new());
                }
                self.way.push(class.name.to_string());
                visitor::walk_stmt(self, statement);
                self.way.pop();
            }
            Stmt::Import(import) => {
                let each = import.names.iter().map(|alias| alias.name.to_string());
                self.uses.imports.extend(each.map(|module| (From { level: 0, module }, Vec::new())));
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or_else(String::new, |module| module.to_string());
                let names = import.names.iter().map(|alias| alias.name.to_string()).collect();
                self.uses.imports.push((From { level: import.level, module }, names));
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => self.call(call),
            Expr::StringLiteral(text) => {
                let text = text.value.to_str();
                if may_name_a_file(text) {
                    self.uses.names.push(text.to_owned());
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}

/// Whether a text looks like the path of a file or the dotted name of a module: one word with a dot inside.
fn may_name_a_file(text: &str) -> bool {
    let plain = |one: char| one.is_alphanumeric() || "._-/".contains(one);
    let name = text.rsplit('/').next().unwrap_or(text);
    text.len() <= LONGEST
        && text.chars().all(plain)
        && name.trim_matches('.').contains('.')
        && name.contains(|one: char| one.is_alphabetic())
}

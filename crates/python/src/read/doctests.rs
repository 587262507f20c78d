//! The doctests of a module: its docstrings, and those of its functions and classes, that hold examples. Source: Python's
//! `doctest`, "Which Docstrings Are Examined?", and pytest's `_pytest/doctest.py`.

use std::collections::BTreeMap;

use memchr::memmem;
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;
use serde::{Deserialize, Serialize};

use super::Lines;

/// How deep classes in classes are followed.
const DEPTH: usize = 64;

/// The sign of an example.
const PROMPT: &str = ">>>";

/// A docstring with examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Doctest {
    /// What it belongs to, through its classes; empty for the module itself.
    pub(crate) name: String,
    /// The line where that begins, from 1.
    pub(crate) line: u32,
}

/// The doctests of a module, in the order in which they are run: by their names.
pub(super) fn of_module(statements: &[Stmt], text: &str, lines: &Lines) -> Vec<Doctest> {
    if memmem::find(text.as_bytes(), PROMPT.as_bytes()).is_none() {
        return Vec::new();
    }
    let mut finder = Finder { lines, found: BTreeMap::new() };
    finder.docstring("", 1, statements);
    finder.body("", statements, DEPTH);
    let found = finder.found.into_iter().filter_map(|(name, line)| Some(Doctest { name, line: line? }));
    found.collect()
}

/// The doctest that a text file is.
pub(crate) fn of_text(text: &str) -> Vec<Doctest> {
    let first = text.lines().zip(1..).find(|(line, _)| is_example(line));
    first.map(|(_, line)| Doctest { name: String::new(), line }).into_iter().collect()
}

struct Finder<'l> {
    lines: &'l Lines,
    /// The line of each name that has examples; nothing for a name without, which may replace one with.
    found: BTreeMap<String, Option<u32>>,
}

impl Finder<'_> {
    fn body(&mut self, inside: &str, statements: &[Stmt], depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for statement in statements {
            match statement {
                Stmt::FunctionDef(function) => {
                    let line = self.lines.line(function.name.start().to_usize());
                    self.docstring(&join(inside, function.name.as_str()), line, &function.body);
                }
                Stmt::ClassDef(class) => {
                    let name = join(inside, class.name.as_str());
                    self.docstring(&name, self.lines.line(class.name.start().to_usize()), &class.body);
                    self.body(&name, &class.body, depth);
                }
                Stmt::If(one) => {
                    self.body(inside, &one.body, depth);
                    one.elif_else_clauses.iter().for_each(|clause| self.body(inside, &clause.body, depth));
                }
                Stmt::Try(one) => {
                    self.body(inside, &one.body, depth);
                    self.body(inside, &one.orelse, depth);
                }
                Stmt::With(one) => self.body(inside, &one.body, depth),
                Stmt::Assign(assign)
                    if inside.is_empty() && assign.targets.iter().any(|one| is_named(one, "__test__")) =>
                {
                    self.written(&assign.value);
                }
                _ => {}
            }
        }
    }

    fn docstring(&mut self, name: &str, line: u32, body: &[Stmt]) {
        let text = match body.first() {
            Some(Stmt::Expr(first)) => first.value.as_string_literal_expr(),
            _ => None,
        };
        let has = text.is_some_and(|text| text.value.to_str().lines().any(is_example));
        self.found.insert(name.to_owned(), has.then_some(line));
    }

    /// The texts in `__test__ = {"name": ">>> 1"}`.
    fn written(&mut self, value: &Expr) {
        let items = value.as_dict_expr().into_iter().flat_map(|dictionary| &dictionary.items);
        for item in items {
            let name = item.key.as_ref().and_then(Expr::as_string_literal_expr);
            let (Some(name), Some(text)) = (name, item.value.as_string_literal_expr()) else { continue };
            if text.value.to_str().lines().any(is_example) {
                let line = self.lines.line(item.value.start().to_usize());
                self.found.insert(join("__test__", name.value.to_str()), Some(line));
            }
        }
    }
}

fn is_named(target: &Expr, name: &str) -> bool {
    target.as_name_expr().is_some_and(|target| target.id.as_str() == name)
}

fn join(inside: &str, name: &str) -> String {
    if inside.is_empty() { name.to_owned() } else { format!("{inside}.{name}") }
}

/// Whether a line begins an example: the sign, and then something that is run.
fn is_example(line: &str) -> bool {
    let source = line.trim_start_matches(' ').strip_prefix(PROMPT).map(str::trim);
    source.is_some_and(|source| !source.is_empty() && !source.starts_with('#'))
}

//! Statements as bindings of names.

use memchr::memmem;
use ruff_python_ast::{Expr, ExprLambda, Parameters, Stmt, StmtClassDef, StmtFunctionDef, StmtIf};
use ruff_text_size::Ranged;

use super::steps;
use super::value::{self, Value};
use super::{Body, Bound, Class, From, Function, Lines};

/// How deep statements inside of statements are followed.
const DEPTH: usize = 64;

pub(super) fn body(statements: &[Stmt], text: &str, version: Option<(u32, u32)>, lines: Lines) -> Body {
    let mut reader = Reader { text, version, lines, line: 0, body: Body::default() };
    reader.all(statements, DEPTH);
    reader.body
}

struct Reader<'t> {
    text: &'t str,
    version: Option<(u32, u32)>,
    lines: Lines,
    /// The line of the statement that is being read.
    line: u32,
    body: Body,
}

impl Reader<'_> {
    fn all(&mut self, statements: &[Stmt], depth: usize) {
        if depth > 0 {
            statements.iter().for_each(|statement| self.one(statement, depth - 1));
        }
    }

    fn bind(&mut self, name: &str, bound: Bound) {
        self.body.names.push((name.to_owned(), bound));
        self.body.lines.push(self.line);
    }

    fn one(&mut self, statement: &Stmt, depth: usize) {
        self.line = self.lines.line(statement.start().to_usize());
        match statement {
            Stmt::FunctionDef(function) => {
                let bound = Bound::Function(self.function(function));
                self.bind(function.name.as_str(), bound);
            }
            Stmt::ClassDef(class) => {
                let bound = Bound::Class(Box::new(self.class(class, depth)));
                self.bind(class.name.as_str(), bound);
            }
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.target(target, &assign.value));
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.target(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.bind(name.id.as_str(), Bound::Value(Value::Unknown));
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.as_str();
                    match &alias.asname {
                        Some(name) => self.bind(name.as_str(), Bound::Module(module.to_owned())),
                        None => {
                            let top = module.split('.').next().unwrap_or(module);
                            self.bind(top, Bound::Module(top.to_owned()));
                        }
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                let from = From { level: import.level, module: module.to_owned() };
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        self.body.stars.push(from.clone());
                    } else {
                        let name = alias.asname.as_ref().unwrap_or(&alias.name);
                        self.bind(name.as_str(), Bound::From(from.clone(), alias.name.to_string()));
                    }
                }
            }
            _ => self.nested(statement, depth),
        }
    }

    /// Statements that hold others. Every branch is taken that may be.
    fn nested(&mut self, statement: &Stmt, depth: usize) {
        match statement {
            Stmt::If(one) => self.branches(one, depth),
            Stmt::Try(one) => {
                self.all(&one.body, depth);
                for ruff_python_ast::ExceptHandler::ExceptHandler(handler) in &one.handlers {
                    self.all(&handler.body, depth);
                }
                self.all(&one.orelse, depth);
                self.all(&one.finalbody, depth);
            }
            Stmt::With(one) => {
                one.items
                    .iter()
                    .filter_map(|item| item.optional_vars.as_deref())
                    .for_each(|name| self.unknown(name));
                self.all(&one.body, depth);
            }
            Stmt::For(one) => {
                self.unknown(&one.target);
                self.all(&one.body, depth);
            }
            Stmt::While(one) => self.all(&one.body, depth),
            _ => {}
        }
    }

    fn branches(&mut self, one: &StmtIf, depth: usize) {
        let first = std::iter::once((Some(&*one.test), &one.body));
        let more = one.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body));
        for (test, body) in first.chain(more) {
            match test.map_or(Some(true), |test| steps::holds(test, self.version)) {
                Some(true) => return self.all(body, depth),
                Some(false) => {}
                None => self.all(body, depth),
            }
        }
    }

    /// A target that gets values which only a run knows.
    fn unknown(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), Bound::Value(Value::Unknown)),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|one| self.unknown(one)),
            _ => {}
        }
    }

    fn target(&mut self, target: &Expr, value: &Expr) {
        match target {
            Expr::Name(name) => {
                let bound = match value {
                    Expr::Lambda(lambda) => Bound::Function(self.lambda(lambda)),
                    value => Bound::Value(value::of(value)),
                };
                self.bind(name.id.as_str(), bound);
            }
            Expr::Tuple(_) => self.unknown(target),
            // `test_a.__test__ = False`
            Expr::Attribute(attribute) => {
                if let Some(name) = attribute.value.as_name_expr() {
                    let name = format!("{}.{}", name.id, attribute.attr);
                    self.bind(&name, Bound::Value(value::of(value)));
                }
            }
            _ => {}
        }
    }

    fn function(&self, function: &StmtFunctionDef) -> Function {
        Function {
            decorators: function.decorator_list.iter().map(|one| value::of(&one.expression)).collect(),
            parameters: parameters(&function.parameters),
            line: self.lines.line(function.name.start().to_usize()),
            parametrizes: memmem::find(self.text[function.range].as_bytes(), b"parametrize").is_some(),
            is_async: function.is_async,
            is_lambda: false,
        }
    }

    fn lambda(&self, lambda: &ExprLambda) -> Function {
        Function {
            decorators: Vec::new(),
            parameters: lambda.parameters.as_deref().map(parameters).unwrap_or_default(),
            line: self.lines.line(lambda.start().to_usize()),
            parametrizes: false,
            is_async: false,
            is_lambda: true,
        }
    }

    fn class(&self, class: &StmtClassDef, depth: usize) -> Class {
        let mut inner = Reader {
            text: self.text,
            version: self.version,
            lines: self.lines.clone(),
            line: 0,
            body: Body::default(),
        };
        inner.all(&class.body, depth);
        let bases = class.arguments.iter().flat_map(|arguments| arguments.args.iter());
        Class {
            decorators: class.decorator_list.iter().map(|one| value::of(&one.expression)).collect(),
            bases: bases.map(value::of).collect(),
            body: inner.body,
            line: self.lines.line(class.name.start().to_usize()),
        }
    }
}

/// Parameters that pytest fills by name: positional-only ones cannot be.
fn parameters(parameters: &Parameters) -> Vec<(String, bool)> {
    let all = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
    all.map(|one| (one.name().to_string(), one.default.is_some())).collect()
}

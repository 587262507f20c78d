//! What a module does when it is imported, as far as it may fail: its imports, in order, and where it ends the process.

use ruff_python_ast::{CmpOp, ExceptHandler, Expr, Number, Stmt, StmtIf, StmtTry};
use ruff_text_size::Ranged;
use serde::{Deserialize, Serialize};

use super::{From, Lines, value};

/// How deep statements inside of statements are followed.
const DEPTH: usize = 64;

/// One thing that happens on import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    /// Something is imported.
    Import(Import),
    /// `sys.exit(…)` and its like: the words that are called, and the line.
    Exit(String, u32),
    /// `pytest.importorskip("x")`: the file is skipped when the module is not there.
    SkipWithout(String),
    /// `pytest.skip(…, allow_module_level=True)`: nothing after it happens.
    Skip,
    /// A call that may be one of [`EFFECTS`], by the words it is written with, and the line.
    Effect(String, u32),
}

/// Calls that talk to another program at once, by their full names. Clients that connect when they are first used are
/// not among them. Source: the manuals of the packages.
pub(crate) const EFFECTS: [&str; 30] = [
    "requests.get",
    "requests.post",
    "requests.put",
    "requests.delete",
    "requests.head",
    "requests.request",
    "httpx.get",
    "httpx.post",
    "httpx.put",
    "httpx.delete",
    "httpx.head",
    "httpx.request",
    "urllib.request.urlopen",
    "urllib.request.urlretrieve",
    "socket.create_connection",
    "psycopg.connect",
    "psycopg2.connect",
    "pymysql.connect",
    "MySQLdb.connect",
    "mysql.connector.connect",
    "pyodbc.connect",
    "oracledb.connect",
    "cx_Oracle.connect",
    "pika.BlockingConnection",
    "kafka.KafkaProducer",
    "kafka.KafkaConsumer",
    "smtplib.SMTP",
    "ftplib.FTP",
    "asyncio.run",
    "nltk.download",
];

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Import {
    /// The module.
    pub(crate) from: From,
    /// The names that are taken from it; none for `import x` and for `*`.
    pub(crate) names: Vec<String>,
    /// The line, from 1.
    pub(crate) line: u32,
    /// What happens when it fails.
    pub(crate) failure: Failure,
}

/// What happens when an import fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Failure {
    /// The import of this module fails as well.
    Spreads,
    /// It is caught, or it may never be tried.
    Harmless,
    /// It is caught by what ends the process, on this line.
    Exits(u32),
    /// It is caught by what skips the file.
    Skips,
}

pub(super) fn steps(statements: &[Stmt], version: Option<(u32, u32)>, lines: &Lines) -> Vec<Step> {
    let mut reader = Reader { lines, version, steps: Vec::new() };
    reader.all(statements, Failure::Spreads, DEPTH);
    reader.steps
}

struct Reader<'l> {
    lines: &'l Lines,
    version: Option<(u32, u32)>,
    steps: Vec<Step>,
}

impl Reader<'_> {
    fn all(&mut self, statements: &[Stmt], failure: Failure, depth: usize) {
        if let Some(depth) = depth.checked_sub(1) {
            statements.iter().for_each(|one| self.one(one, failure, depth));
        }
    }

    fn line(&self, one: &impl Ranged) -> u32 {
        self.lines.line(one.start().to_usize())
    }

    fn one(&mut self, statement: &Stmt, failure: Failure, depth: usize) {
        match statement {
            Stmt::Import(import) => {
                let line = self.line(import);
                for alias in &import.names {
                    let from = From { level: 0, module: alias.name.to_string() };
                    self.steps.push(Step::Import(Import { from, names: Vec::new(), line, failure }));
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                let from = From { level: import.level, module: module.to_owned() };
                let names = import.names.iter().map(|alias| alias.name.to_string());
                let names = names.filter(|name| name != "*").collect();
                self.steps.push(Step::Import(Import { from, names, line: self.line(import), failure }));
            }
            Stmt::Expr(one) => self.expression(&one.value, failure),
            Stmt::Assign(one) => self.expression(&one.value, failure),
            Stmt::AnnAssign(one) => {
                one.value.iter().for_each(|value| self.expression(value, failure));
            }
            Stmt::ClassDef(class) => self.all(&class.body, failure, depth),
            Stmt::With(one) => {
                // `with suppress(ImportError)` and its like catch; any other may.
                self.all(&one.body, Failure::Harmless, depth);
            }
            Stmt::If(one) => self.branches(one, failure, depth),
            Stmt::Try(one) => self.attempt(one, failure, depth),
            _ => {}
        }
    }

    /// A call that ends or skips. Under a condition that is not known nothing is certain.
    fn expression(&mut self, expression: &Expr, failure: Failure) {
        if failure == Failure::Harmless {
            return;
        }
        self.effect(expression);
        let value::Value::Call(call) = value::of(expression) else { return };
        match call.name.as_str() {
            name if is_exit(name) => self.steps.push(Step::Exit(name.to_owned(), self.line(expression))),
            "pytest.importorskip" | "importorskip" => {
                if let Some(value::Value::Text(module)) = call.arguments.first() {
                    self.steps.push(Step::SkipWithout(module.clone()));
                }
            }
            "pytest.skip" | "skip" if call.keyword("allow_module_level").is_some() => {
                self.steps.push(Step::Skip);
            }
            _ => {}
        }
    }

    /// The innermost call of `a.b(…).c(…)`, where its last word is that of an effect.
    fn effect(&mut self, expression: &Expr) {
        let mut inner = expression;
        while let Expr::Call(call) = inner {
            if let Some(name) = value::dotted_name(&call.func) {
                let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
                if EFFECTS.iter().any(|effect| last(effect) == last(&name)) {
                    self.steps.push(Step::Effect(name, self.line(expression)));
                }
                return;
            }
            let Expr::Attribute(attribute) = &*call.func else { return };
            inner = &attribute.value;
        }
    }

    fn branches(&mut self, one: &StmtIf, failure: Failure, depth: usize) {
        let mut open = true;
        let first = std::iter::once((Some(&*one.test), &one.body));
        let more = one.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body));
        for (test, body) in first.chain(more) {
            match test.map_or(Some(true), |test| holds(test, self.version)) {
                Some(true) if open => return self.all(body, failure, depth),
                Some(true) => return self.all(body, Failure::Harmless, depth),
                Some(false) => {}
                None => {
                    open = false;
                    self.all(body, Failure::Harmless, depth);
                }
            }
        }
    }

    fn attempt(&mut self, one: &StmtTry, failure: Failure, depth: usize) {
        let handlers = one.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| handler);
        let catching =
            handlers.into_iter().find(|handler| handler.type_.as_deref().is_none_or(catches_imports));
        let inner = match catching {
            None => failure,
            Some(handler) => match self.ending(&handler.body) {
                Some(ending) => ending,
                None => Failure::Harmless,
            },
        };
        let inner = if failure == Failure::Harmless { failure } else { inner };
        self.all(&one.body, inner, depth);
        // A handler is only reached when something failed.
        for ExceptHandler::ExceptHandler(handler) in &one.handlers {
            self.all(&handler.body, Failure::Harmless, depth);
        }
        self.all(&one.orelse, if catching.is_some() { Failure::Harmless } else { failure }, depth);
        self.all(&one.finalbody, failure, depth);
    }

    /// How a handler ends, when it does not go on.
    fn ending(&self, body: &[Stmt]) -> Option<Failure> {
        body.iter().find_map(|statement| match statement {
            Stmt::Raise(_) => Some(Failure::Spreads),
            Stmt::Expr(one) => match value::of(&one.value) {
                value::Value::Call(call) if is_exit(&call.name) => Some(Failure::Exits(self.line(statement))),
                value::Value::Call(call) if call.name.ends_with("skip") => Some(Failure::Skips),
                _ => None,
            },
            _ => None,
        })
    }
}

/// What ends the whole process when it is called on import.
fn is_exit(name: &str) -> bool {
    matches!(name, "sys.exit" | "os._exit" | "pytest.exit" | "exit" | "quit")
}

/// Whether a handler of this type catches a failed import.
fn catches_imports(kind: &Expr) -> bool {
    match kind {
        Expr::Tuple(tuple) => tuple.elts.iter().any(catches_imports),
        Expr::Name(name) => {
            matches!(name.id.as_str(), "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException")
        }
        _ => false,
    }
}

/// Whether a condition holds on import, where it follows from the version of Python or from what is written.
pub(super) fn holds(test: &Expr, version: Option<(u32, u32)>) -> Option<bool> {
    if value::is_type_checking(test) {
        return Some(false);
    }
    match test {
        Expr::BooleanLiteral(one) => Some(one.value),
        Expr::UnaryOp(one) if one.op == ruff_python_ast::UnaryOp::Not => Some(!holds(&one.operand, version)?),
        Expr::Compare(one) => {
            let [sign] = &*one.ops else { return None };
            let [right] = &*one.comparators else { return None };
            let value::Value::Name(left) = value::of(&one.left) else { return None };
            match left.as_str() {
                // A module that is imported is not the main one.
                "__name__" => Some(*sign != CmpOp::Eq),
                "sys.version_info" => compare(version?, *sign, &wanted(right)?),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The numbers of a version that is written as a tuple.
fn wanted(right: &Expr) -> Option<Vec<u32>> {
    let Expr::Tuple(tuple) = right else { return None };
    let number = |one: &Expr| match one {
        Expr::NumberLiteral(one) => match &one.value {
            Number::Int(int) => int.to_string().parse().ok(),
            _ => None,
        },
        _ => None,
    };
    tuple.elts.iter().map(number).collect()
}

/// Compares as Python does, where the first two numbers decide.
fn compare(version: (u32, u32), sign: CmpOp, wanted: &[u32]) -> Option<bool> {
    let mine = [version.0, version.1];
    let length = wanted.len().min(2);
    let order = mine[..length].cmp(&wanted[..length]);
    if order.is_eq() {
        // Of a version that begins alike, the rest is longer than what was written: it is later.
        return match (sign, wanted.len()) {
            (CmpOp::GtE, 0..=2) => Some(true),
            (CmpOp::Lt, 0..=2) => Some(false),
            (CmpOp::Gt, 0..=2) => Some(true),
            (CmpOp::LtE, 0..=2) => Some(false),
            _ => None,
        };
    }
    match sign {
        CmpOp::Gt | CmpOp::GtE => Some(order.is_gt()),
        CmpOp::Lt | CmpOp::LtE => Some(order.is_lt()),
        _ => None,
    }
}

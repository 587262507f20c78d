//! The parser, kept from doing harm: it is brush-parser, which recurses and may panic.

use std::thread;

use brush_parser::{ParseError, Parser, ParserOptions, ast};

use super::facts::{Script, Spot, SyntaxError};
use super::{depth, walk};
use crate::source::count;

/// The largest script that is read, in bytes. Those that people write stay far below.
const MAX_BYTES: usize = 512 << 10;
/// The stack of the parser's thread in bytes: room for the deepest nesting that is read, in a build without
/// optimisation, many times over. Only what is used is ever backed by memory.
const STACK: usize = 256 << 20;

/// Reads a script in a thread of its own, so that neither deep recursion nor a panic of the parser reaches the caller.
pub(super) fn parse(text: &str) -> Script {
    let unread = Script { unread: true, ..Script::default() };
    if text.len() > MAX_BYTES || text.contains('\0') || depth::too_deep(text) {
        return unread;
    }
    let text = text.replace("\r\n", "\n");
    let reading =
        thread::Builder::new().name("script".to_owned()).stack_size(STACK).spawn(move || read(&text));
    reading.ok().and_then(|thread| thread.join().ok()).unwrap_or(unread)
}

fn read(text: &str) -> Script {
    match program(text) {
        Ok(program) => walk::walk(&program),
        Err(error) => Script { error: Some(syntax_error(error)), ..Script::default() },
    }
}

/// A text as the parser's tree.
pub(super) fn program(text: &str) -> Result<ast::Program, ParseError> {
    Parser::new(text.as_bytes(), &ParserOptions::default()).parse_program()
}

fn syntax_error(error: ParseError) -> SyntaxError {
    let spot =
        |place: &brush_parser::SourcePosition| Spot { line: count(place.line), column: count(place.column) };
    match error {
        ParseError::ParsingNear(place) => SyntaxError {
            at: Some(spot(&place)),
            message: "the shell does not understand what starts here".to_owned(),
        },
        ParseError::ParsingAtEndOfInput => {
            SyntaxError { at: None, message: "the script ends in the middle of a command".to_owned() }
        }
        ParseError::Tokenizing { inner, position } => {
            SyntaxError { at: position.as_ref().map(spot), message: inner.to_string().to_lowercase() }
        }
    }
}

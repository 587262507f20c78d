//! Shell scripts, read without running them.
//!
//! What lives here: [`read`], which turns a script into what rules ask about ([`Script`]: its shebang, its commands with
//! their words and places, functions, loops, variables). What does not: which files are scripts, and what is good or bad
//! about one.
//!
//! The way of the data: `parse` (brush-parser, kept from doing harm) → `walk` (its tree, flattened to facts) → `command` → `words`
//! (what a word says when nothing has to be expanded).

mod command;
mod depth;
mod facts;
mod options;
mod parse;
mod shebang;
#[cfg(test)]
mod tests;
mod walk;
mod words;

pub use facts::{
    Assign, Command, Function, Loop, Redirect, Script, Spot, StatusRead, SyntaxError, Use, Way, Word,
};
pub use options::Options;
pub use shebang::{Shebang, Shell};

/// Reads a script. Whatever stands in it, this comes back: what cannot be understood leaves [`Script::error`], what is
/// too large or too deep to be read leaves [`Script::unread`].
pub fn read(text: &str) -> Script {
    let shebang = Shebang::of(text);
    let mut script = match shebang.as_ref().map_or(Shell::Unknown, |shebang| shebang.shell) {
        Shell::Other => Script { unread: true, ..Script::default() },
        _ => parse::parse(text),
    };
    script.carriage_return = text
        .split_inclusive('\n')
        .position(|line| line.ends_with("\r\n"))
        .map(|at| crate::source::count(at + 1));
    script.shebang = shebang;
    script
}

//! What is known about a script: plain values with places.

use std::ops::Range;

use super::Shebang;

/// A place in a script. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Spot {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// A script as rules see it.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Its first line, when it starts with `#!`.
    pub shebang: Option<Shebang>,
    /// The first line that ends with a carriage return.
    pub carriage_return: Option<u32>,
    /// Why it cannot be understood. What follows is then empty.
    pub error: Option<SyntaxError>,
    /// Whether it was not read at all: it is of another shell, too large, or nested too deeply.
    pub unread: bool,
    /// Every command, in the order of the text; those of functions stand where the function is defined.
    pub commands: Vec<Command>,
    /// The functions, in the order of the text.
    pub functions: Vec<Function>,
    /// The `while`, `until` and `for` loops, in the order of the text.
    pub loops: Vec<Loop>,
    /// Where variables are expanded.
    pub uses: Vec<Use>,
    /// Where variables get their values: assignments, `for`, `read`.
    pub assigns: Vec<Assign>,
    /// Where `$?` is read right after a command.
    pub status_reads: Vec<StatusRead>,
}

/// What the parser did not understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where it gave up; `None` at the end of the script.
    pub at: Option<Spot>,
    /// What it says: lower case, no full stop.
    pub message: String,
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// As it stands in the script.
    pub raw: String,
    /// Without quotes, with simple expansions as `${NAME}`.
    pub text: String,
    /// Whether the shell makes exactly [`Word::text`] of it: nothing is expanded and no pattern is matched.
    pub literal: bool,
    /// Where it starts.
    pub at: Spot,
}

/// Where a command's input or output goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Whether it writes (`>`, `>>`, `&>`) or reads (`<`).
    pub writes: bool,
    /// The file.
    pub target: Word,
}

/// How a command comes to run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Way {
    /// The function it stands in, as an index of [`Script::functions`]; the innermost one.
    pub function: Option<usize>,
    /// The loops it stands in, outermost first, as indices of [`Script::loops`].
    pub loops: Vec<usize>,
    /// Whether its failure is asked about: a condition, a part of `&&` or `||` before the last, after `!`.
    pub asked: bool,
    /// Whether `!` stands right before it.
    pub negated: bool,
    /// Whether it may be left out: in a branch of `if` or `case`, in a loop, behind `&&` or `||`.
    pub optional: bool,
    /// Whether it runs in a process of its own: in `( )`, `$( )` or a pipeline.
    pub apart: bool,
    /// Whether it runs in the background, by `&`.
    pub background: bool,
}

/// A simple command, or `[[`, or `((`: those are the first word of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Command {
    /// Its words, the command's name first. Empty for assignments alone.
    pub words: Vec<Word>,
    /// Where it starts.
    pub at: Spot,
    /// How it comes to run.
    pub way: Way,
    /// Where its input and output go.
    pub redirects: Vec<Redirect>,
    /// What is not of the POSIX shell in it or around it, in words: `an array`.
    pub beyond_posix: Option<&'static str>,
}

impl Command {
    /// The name of the command, when it is written out.
    pub fn name(&self) -> Option<&str> {
        self.words.first().filter(|word| word.literal).map(|word| word.text.as_str())
    }

    /// The texts of all words after the name.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.words.iter().skip(1).map(|word| word.text.as_str())
    }

    /// Whether it is this command, with this first argument.
    pub fn is(&self, name: &str, argument: &str) -> bool {
        self.name() == Some(name) && self.arguments().next() == Some(argument)
    }
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub at: Spot,
    /// How its definition comes to run.
    pub way: Way,
    /// Its commands, as indices of [`Script::commands`]. Its start is where the definition stands among them.
    pub body: Range<usize>,
}

/// A loop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loop {
    /// `while`, `until` or `for`.
    pub word: &'static str,
    /// Where it starts.
    pub at: Spot,
    /// The commands of its condition, as indices of [`Script::commands`].
    pub condition: Range<usize>,
    /// The commands of its body.
    pub body: Range<usize>,
}

/// A variable that is expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its name.
    pub name: String,
    /// Where: the start of the word.
    pub at: Spot,
    /// How many commands stand before it.
    pub command: usize,
    /// The function it stands in.
    pub function: Option<usize>,
    /// Whether it says what happens without a value: `${NAME:-default}` and its kin.
    pub cared_for: bool,
}

/// A variable that gets a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    /// Its name.
    pub name: String,
    /// The value as it stands there, when it is one word.
    pub value: Option<Word>,
    /// Where.
    pub at: Spot,
    /// How many commands stand before it.
    pub command: usize,
    /// The function it stands in.
    pub function: Option<usize>,
}

/// `$?`, read in the statement right after a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRead {
    /// Where it is read: the start of the word.
    pub at: Spot,
    /// The command whose status it is, as an index of [`Script::commands`].
    pub command: usize,
}

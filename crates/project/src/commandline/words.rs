//! Words with their places.

use std::path::{Path, PathBuf};

use testyard_model::Place;

/// One word of a command, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it says; what is not known of it stands as it was written.
    pub text: String,
    /// Whether this is all that a shell makes of it: no variable, no substitution, no pattern.
    pub known: bool,
    /// Whether it is exactly one word: a variable without quotes may become none or many.
    pub single: bool,
    /// Where it starts.
    pub place: Place,
}

impl Word {
    /// A word that says what it says, as another file than a shell's holds it.
    pub fn plain(text: impl Into<String>, place: Place) -> Word {
        Word { text: text.into(), known: true, single: true, place }
    }

    /// The text, if all of it is known.
    pub fn known(&self) -> Option<&str> {
        self.known.then_some(self.text.as_str())
    }
}

/// A simple command: a program and its arguments, without redirections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Assignments before the program: names only.
    pub assigned: Vec<String>,
    /// The program and its arguments; empty for assignments and redirections alone.
    pub words: Vec<Word>,
    /// Whether it stands inside `( … )`, whose folder is its own.
    pub grouped: bool,
    /// Targets and sources of its redirections, as far as they are known.
    pub redirected: Vec<String>,
}

/// Where the lines of a text stand in the file that holds them.
#[derive(Debug, Clone)]
pub struct Origin {
    path: PathBuf,
    /// The line of the file and the column before the text's first, for each line of the text.
    lines: Vec<(u32, u32)>,
    /// Where words stand whose line is not in the list.
    otherwise: (u32, u32),
}

impl Origin {
    /// A text whose lines follow each other in a file, each shifted right by `indents`' columns.
    pub fn lines(path: &Path, first: u32, indents: Vec<u32>) -> Origin {
        let lines = (first..).zip(indents).collect();
        Origin { path: path.to_owned(), lines, otherwise: (first, 1) }
    }

    /// A text that is folded or escaped: only its beginning has a place.
    pub fn whole(path: &Path, line: u32, column: u32) -> Origin {
        Origin { path: path.to_owned(), lines: Vec::new(), otherwise: (line, column) }
    }

    /// The place of a character of the text; line and column count from 0.
    pub(super) fn place(&self, line: usize, column: usize) -> Place {
        match self.lines.get(line) {
            Some((line, indent)) => {
                let column = u32::try_from(column).unwrap_or(u32::MAX - 1);
                Place::at(&self.path, *line, indent.saturating_add(column).saturating_add(1))
            }
            None => Place::at(&self.path, self.otherwise.0, self.otherwise.1),
        }
    }
}

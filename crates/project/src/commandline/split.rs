//! From a text to simple commands.
//!
//! This is no parser of the shell language: it knows quotes, comments, continued lines, operators, here-documents and
//! substitutions well enough to find where commands and words begin and end. Where it does not, it stops: what it
//! returns is right, not complete.

use super::words::{Command, Origin, Word};

/// The simple commands of a text, in their order. Those inside substitutions are left out.
pub fn split(text: &str, origin: &Origin) -> Vec<Command> {
    let mut scanner = Scanner::new(text, origin);
    while scanner.step().is_some() {}
    scanner.end_command();
    scanner.commands
}

/// A word that is being read.
#[derive(Default)]
struct Open {
    text: String,
    unknown: bool,
    many: bool,
    at: (usize, usize),
}

struct Scanner<'a> {
    text: Vec<char>,
    at: usize,
    line: usize,
    column: usize,
    origin: &'a Origin,
    commands: Vec<Command>,
    words: Vec<Word>,
    redirected: Vec<String>,
    open: Option<Open>,
    /// Whether the next word belongs to a redirection.
    redirection: bool,
    groups: usize,
    heredocs: Vec<String>,
}

impl<'a> Scanner<'a> {
    fn new(text: &str, origin: &'a Origin) -> Scanner<'a> {
        Scanner {
            text: text.chars().collect(),
            at: 0,
            line: 0,
            column: 0,
            origin,
            commands: Vec::new(),
            words: Vec::new(),
            redirected: Vec::new(),
            open: None,
            redirection: false,
            groups: 0,
            heredocs: Vec::new(),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        if c == '\n' {
            (self.line, self.column) = (self.line + 1, 0);
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn word(&mut self) -> &mut Open {
        let at = (self.line, self.column.saturating_sub(1));
        self.open.get_or_insert_with(|| Open { at, ..Open::default() })
    }

    /// One character with everything that belongs to it; nothing at the end, or where reading cannot go on.
    fn step(&mut self) -> Option<()> {
        let c = self.next()?;
        match c {
            ' ' | '\t' | '\r' => self.end_word(),
            '\n' => {
                self.end_command();
                self.heredoc_bodies()?;
            }
            '#' if self.open.is_none() => {
                while self.peek(0).is_some_and(|c| c != '\n') {
                    self.next();
                }
            }
            '\\' => self.escaped()?,
            '\'' => self.single_quoted()?,
            '"' => self.double_quoted()?,
            '$' => self.dollar(true)?,
            '`' => self.backticks()?,
            '<' | '>' => self.redirect(c)?,
            '&' if self.peek(0) == Some('>') => {
                self.next();
                self.redirect('>')?;
            }
            ';' | '&' | '|' => self.end_command(),
            '(' => self.open_group()?,
            ')' => {
                self.end_command();
                self.groups = self.groups.saturating_sub(1);
            }
            '*' | '?' | '[' | '{' | '~' => {
                let word = self.word();
                word.unknown = true;
                word.many = true;
                word.text.push(c);
            }
            _ => self.word().text.push(c),
        }
        Some(())
    }

    fn escaped(&mut self) -> Option<()> {
        self.word_if_not_continued();
        let c = self.next()?;
        if c != '\n' {
            self.word().text.push(c);
        }
        Some(())
    }

    fn word_if_not_continued(&mut self) {
        if self.peek(0) != Some('\n') {
            self.word();
        }
    }

    fn single_quoted(&mut self) -> Option<()> {
        self.word();
        loop {
            match self.next()? {
                '\'' => return Some(()),
                c => self.word().text.push(c),
            }
        }
    }

    fn double_quoted(&mut self) -> Option<()> {
        self.word();
        loop {
            match self.next()? {
                '"' => return Some(()),
                '\\' => {
                    let c = self.next()?;
                    if c != '\n' {
                        self.word().text.push(c);
                    }
                }
                '$' => self.dollar(false)?,
                '`' => self.backticks()?,
                c => self.word().text.push(c),
            }
        }
    }

    /// A variable or a substitution: what it becomes is not known.
    fn dollar(&mut self, bare: bool) -> Option<()> {
        let word = self.word();
        word.unknown = true;
        word.many |= bare;
        word.text.push('$');
        match self.peek(0) {
            Some('(') => self.balanced('(', ')'),
            Some('{') => self.balanced('{', '}'),
            _ => Some(()),
        }
    }

    fn balanced(&mut self, open: char, close: char) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            let c = self.next()?;
            self.word().text.push(c);
            if c == open {
                depth += 1;
            } else if c == close {
                depth -= 1;
                if depth == 0 {
                    return Some(());
                }
            }
        }
    }

    fn backticks(&mut self) -> Option<()> {
        let word = self.word();
        word.unknown = true;
        word.many = true;
        while self.next()? != '`' {}
        Some(())
    }

    /// `<`, `>` and what follows them. A number before is a descriptor, not a word.
    fn redirect(&mut self, c: char) -> Option<()> {
        if self.open.as_ref().is_some_and(|word| word.text.chars().all(|c| c.is_ascii_digit())) {
            self.open = None;
        }
        self.end_word();
        match (c, self.peek(0)) {
            // A substitution of processes holds commands of its own.
            (_, Some('(')) => {
                self.dollar_like_word();
                return self.balanced('(', ')');
            }
            ('<', Some('<')) if self.peek(1) == Some('<') => {
                self.next();
                self.next();
            }
            ('<', Some('<')) => {
                self.next();
                return self.heredoc();
            }
            ('>', Some('>' | '|')) => {
                self.next();
            }
            _ => {}
        }
        if self.peek(0) == Some('&') {
            self.next();
        }
        self.redirection = true;
        Some(())
    }

    fn dollar_like_word(&mut self) {
        let word = self.word();
        word.unknown = true;
    }

    /// The word that ends a here-document, whose body follows the line.
    fn heredoc(&mut self) -> Option<()> {
        while matches!(self.peek(0)?, '-' | ' ' | '\t') {
            self.next();
        }
        let mut delimiter = String::new();
        while let Some(c) = self.peek(0).filter(|c| !c.is_whitespace() && !";&|<>()".contains(*c)) {
            self.next();
            if !matches!(c, '\'' | '"' | '\\') {
                delimiter.push(c);
            }
        }
        (!delimiter.is_empty()).then(|| self.heredocs.push(delimiter))
    }

    fn heredoc_bodies(&mut self) -> Option<()> {
        for delimiter in std::mem::take(&mut self.heredocs) {
            loop {
                let mut line = String::new();
                loop {
                    match self.next()? {
                        '\n' => break,
                        c => line.push(c),
                    }
                }
                if line.trim() == delimiter {
                    break;
                }
            }
        }
        Some(())
    }

    /// A subshell; or a function's `()` or an array, at which reading ends: what is defined is not run here.
    fn open_group(&mut self) -> Option<()> {
        if self.open.is_some() || !self.words.is_empty() {
            self.open = None;
            self.words.clear();
            return None;
        }
        self.groups += 1;
        Some(())
    }

    fn end_word(&mut self) {
        let Some(open) = self.open.take() else { return };
        if std::mem::take(&mut self.redirection) {
            self.redirected.extend((!open.unknown).then_some(open.text));
            return;
        }
        let place = self.origin.place(open.at.0, open.at.1);
        self.words.push(Word { text: open.text, known: !open.unknown, single: !open.many, place });
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirection = false;
        let words = std::mem::take(&mut self.words);
        let redirected = std::mem::take(&mut self.redirected);
        self.commands.extend(command(words, redirected, self.groups > 0));
    }
}

/// Words before a command that are no part of it.
const PREFIXES: [&str; 13] =
    ["if", "then", "elif", "else", "while", "until", "do", "!", "time", "sudo", "exec", "command", "env"];

/// The command without keywords and assignments before it.
fn command(words: Vec<Word>, redirected: Vec<String>, grouped: bool) -> Option<Command> {
    let mut assigned = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.peek() {
        if let Some(name) = assignment(&word.text) {
            assigned.push(name.to_owned());
        } else if !PREFIXES.contains(&word.text.as_str()) {
            break;
        }
        words.next();
    }
    let words: Vec<Word> = words.collect();
    (!words.is_empty() || !redirected.is_empty() || !assigned.is_empty()).then_some(Command {
        assigned,
        words,
        grouped,
        redirected,
    })
}

/// The name in `NAME=value`.
fn assignment(word: &str) -> Option<&str> {
    let (name, _) = word.split_once('=')?;
    let first = name.chars().next()?;
    let fits =
        (first.is_alphabetic() || first == '_') && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    fits.then_some(name)
}

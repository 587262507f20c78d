//! One simple command: its words, assignments and redirections, and what is expanded in them.

use brush_parser::ast::{self, SourceLocation};

use super::facts::{Assign, Command, Redirect, Spot, Use, Way, Word};
use super::parse;
use super::walk::Walk;
use super::words::{self, Parts};
use crate::source::count;

/// How deep commands in commands' words are followed.
const MAX_SUBSTITUTIONS: usize = 8;

impl Walk {
    pub(super) fn simple(&mut self, simple: &ast::SimpleCommand) {
        let mut found = Command::default();
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        for item in prefix {
            self.item(item, &mut found);
        }
        if let Some(name) = &simple.word_or_name {
            let word = self.word_of(name, &mut found);
            found.words.push(word);
        }
        for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
            self.item(item, &mut found);
        }
        let place = simple.location().map(|place| self.spot(&place.start));
        found.at = found.words.first().map(|word| word.at).or(place).unwrap_or_default();
        self.names_that_get_values(&found);
        self.push(found);
    }

    fn item(&mut self, item: &ast::CommandPrefixOrSuffixItem, found: &mut Command) {
        match item {
            ast::CommandPrefixOrSuffixItem::IoRedirect(redirect) => self.redirect(redirect, found),
            ast::CommandPrefixOrSuffixItem::Word(word) => {
                let word = self.word_of(word, found);
                found.words.push(word);
            }
            ast::CommandPrefixOrSuffixItem::AssignmentWord(assignment, word) => {
                self.assignment(assignment, found);
                if !found.words.is_empty() {
                    let at = self.spot(&assignment.loc.start);
                    found.words.push(Word {
                        raw: word.value.clone(),
                        text: word.value.clone(),
                        literal: false,
                        at,
                    });
                }
            }
            ast::CommandPrefixOrSuffixItem::ProcessSubstitution(_, inner) => self.process(inner, found),
        }
    }

    fn process(&mut self, inner: &ast::SubshellCommand, found: &mut Command) {
        found.beyond_posix = Some("<( )");
        self.within(|way| way.apart = true, |walk| walk.list(&inner.list));
        if !found.words.is_empty() {
            let at = self.spot(&inner.loc.start);
            found
                .words
                .push(Word { raw: "<(…)".to_owned(), text: "<(…)".to_owned(), literal: false, at });
        }
    }

    fn assignment(&mut self, assignment: &ast::Assignment, found: &mut Command) {
        let at = self.spot(&assignment.loc.start);
        let value = match &assignment.value {
            ast::AssignmentValue::Scalar(word) => {
                // The parser does not say where the value starts, only where its name does.
                let loc = word.loc.clone().or_else(|| Some(assignment.loc.clone()));
                Some(self.word_of(&ast::Word { value: word.value.clone(), loc }, found))
            }
            ast::AssignmentValue::Array(words) => {
                found.beyond_posix = Some("an array");
                for (key, value) in words {
                    key.iter().for_each(|key| drop(self.word(key)));
                    self.word(value);
                }
                None
            }
        };
        match &assignment.name {
            ast::AssignmentName::VariableName(name) => self.assign(name, value, at),
            ast::AssignmentName::ArrayElementName(name, _) => {
                found.beyond_posix = Some("an array");
                self.assign(name, None, at);
            }
        }
    }

    pub(super) fn assign(&mut self, name: &str, value: Option<Word>, at: Spot) {
        let command = self.script.commands.len();
        self.script.assigns.push(Assign {
            name: name.to_owned(),
            value,
            at,
            command,
            function: self.way.function,
        });
    }

    /// The names behind `read`, `printf -v`, `declare` and the like.
    fn names_that_get_values(&mut self, found: &Command) {
        let takes = [
            "read",
            "readarray",
            "mapfile",
            "declare",
            "typeset",
            "local",
            "export",
            "readonly",
            "getopts",
            "printf",
        ];
        if !found.name().is_some_and(|name| takes.contains(&name)) {
            return;
        }
        for word in found.words.iter().skip(1).filter(|word| word.literal && is_name(&word.text)) {
            self.assign(&word.text, None, word.at);
        }
    }

    pub(super) fn redirect(&mut self, redirect: &ast::IoRedirect, found: &mut Command) {
        match redirect {
            ast::IoRedirect::File(_, kind, target) => self.redirect_to(kind, target, found),
            ast::IoRedirect::OutputAndError(word, _) => {
                found.beyond_posix = Some("&>");
                let target = self.word_of(word, found);
                found.redirects.push(Redirect { writes: true, target });
            }
            ast::IoRedirect::HereString(_, word) => {
                found.beyond_posix = Some("<<<");
                self.word_of(word, found);
            }
            ast::IoRedirect::HereDocument(_, document) if document.requires_expansion => {
                let at =
                    document.doc.loc.as_ref().map_or_else(Spot::default, |place| self.spot(&place.start));
                let parts = words::take_heredoc_apart(&document.doc.value);
                self.expansions(&document.doc.value, at, &parts);
            }
            ast::IoRedirect::HereDocument(..) => {}
        }
    }

    fn redirect_to(
        &mut self,
        kind: &ast::IoFileRedirectKind,
        target: &ast::IoFileRedirectTarget,
        found: &mut Command,
    ) {
        use ast::IoFileRedirectKind::{Append, Clobber, Read, ReadAndWrite, Write};
        match target {
            ast::IoFileRedirectTarget::Filename(word) => {
                let target = self.word_of(word, found);
                match kind {
                    Write | Append | Clobber | ReadAndWrite => {
                        found.redirects.push(Redirect { writes: true, target });
                    }
                    Read => found.redirects.push(Redirect { writes: false, target }),
                    _ => {}
                }
            }
            ast::IoFileRedirectTarget::ProcessSubstitution(_, inner) => self.process(inner, found),
            ast::IoFileRedirectTarget::Duplicate(word) => drop(self.word_of(word, found)),
            ast::IoFileRedirectTarget::Fd(_) => {}
        }
    }

    /// A word of a command, noting what it has that POSIX has not.
    fn word_of(&mut self, word: &ast::Word, found: &mut Command) -> Word {
        let (word, beyond_posix) = self.word_and_more(word);
        found.beyond_posix = found.beyond_posix.or(beyond_posix);
        word
    }

    pub(super) fn word(&mut self, word: &ast::Word) -> Word {
        self.word_and_more(word).0
    }

    fn word_and_more(&mut self, word: &ast::Word) -> (Word, Option<&'static str>) {
        let at = word.loc.as_ref().map_or_else(Spot::default, |place| self.spot(&place.start));
        let parts = words::take_apart(&word.value);
        self.expansions(&word.value, at, &parts);
        let literal = !parts.expands;
        (Word { raw: word.value.clone(), text: parts.text, literal, at }, parts.beyond_posix)
    }

    pub(super) fn plain_word(&self, text: &str, at: Spot) -> Word {
        Word { raw: text.to_owned(), text: text.to_owned(), literal: true, at }
    }

    fn expansions(&mut self, raw: &str, at: Spot, parts: &Parts) {
        let (command, function) = (self.script.commands.len(), self.way.function);
        for (name, cared_for) in &parts.variables {
            let found = Use { name: name.clone(), at, command, function, cared_for: *cared_for };
            self.script.uses.push(found);
        }
        for (offset, text) in &parts.commands {
            self.substitution(advance(at, raw.get(..*offset).unwrap_or_default()), text);
        }
    }

    /// The commands of `$(…)`. One that cannot be read is left out: the shell only sees it when it gets there.
    fn substitution(&mut self, origin: Spot, text: &str) {
        if self.substitutions >= MAX_SUBSTITUTIONS {
            return;
        }
        let Ok(program) = parse::program(text) else { return };
        let before = self.origin.replace(origin);
        self.substitutions += 1;
        let change = |way: &mut Way| way.apart = true;
        self.within(change, |walk| {
            walk.statements(program.complete_commands.iter().flat_map(|list| &list.0));
        });
        self.substitutions -= 1;
        self.origin = before;
    }
}

/// Where one is after reading a text from somewhere.
fn advance(from: Spot, text: &str) -> Spot {
    match text.rsplit_once('\n') {
        Some((before, last)) => Spot {
            line: from.line + count(before.matches('\n').count() + 1),
            column: count(last.chars().count() + 1),
        },
        None => Spot { line: from.line, column: from.column + count(text.chars().count()) },
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

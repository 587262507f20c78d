//! What a word says: its text without quotes, what is expanded in it, and the commands in it.

use brush_parser::ParserOptions;
use brush_parser::word::{self, Parameter, ParameterExpr, SpecialParameter, WordPiece, WordPieceWithSource};

/// A word taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Without quotes, with simple expansions as `${NAME}`.
    pub(super) text: String,
    /// Whether anything is left to the shell.
    pub(super) expands: bool,
    /// The variables in it, and whether each says what happens without a value.
    pub(super) variables: Vec<(String, bool)>,
    /// Whether `$?` stands in it.
    pub(super) status: bool,
    /// The texts of command substitutions, each with its offset in the word, in bytes.
    pub(super) commands: Vec<(usize, String)>,
    /// What is not of the POSIX shell.
    pub(super) beyond_posix: Option<&'static str>,
}

/// What makes a word more than itself.
const SPECIAL: [char; 13] = ['$', '`', '\\', '\'', '"', '*', '?', '[', '~', '{', '<', '>', '('];

/// Takes a word apart.
pub(super) fn take_apart(raw: &str) -> Parts {
    if !raw.contains(SPECIAL) {
        return Parts { text: raw.to_owned(), ..Parts::default() };
    }
    parts(raw, word::parse(raw, &ParserOptions::default()).ok())
}

/// Takes the text of a heredoc apart.
pub(super) fn take_heredoc_apart(raw: &str) -> Parts {
    if !raw.contains(['$', '`']) {
        return Parts { text: raw.to_owned(), ..Parts::default() };
    }
    parts(raw, word::parse_heredoc(raw, &ParserOptions::default()).ok())
}

fn parts(raw: &str, pieces: Option<Vec<WordPieceWithSource>>) -> Parts {
    let mut parts = Parts::default();
    match pieces {
        Some(pieces) => pieces.iter().for_each(|piece| parts.piece(raw, piece, false)),
        None => parts = Parts { text: raw.to_owned(), expands: true, ..Parts::default() },
    }
    parts
}

impl Parts {
    fn piece(&mut self, raw: &str, piece: &WordPieceWithSource, quoted: bool) {
        match &piece.piece {
            WordPiece::Text(text) => {
                self.expands |= !quoted && text.contains(['*', '?', '[', '{']);
                self.text.push_str(text);
            }
            WordPiece::SingleQuotedText(text) => self.text.push_str(text),
            WordPiece::EscapeSequence(text) => self.text.push_str(text.strip_prefix('\\').unwrap_or(text)),
            WordPiece::AnsiCQuotedText(text) => {
                self.expands = true;
                self.beyond_posix = Some("$'…'");
                self.text.push_str(text);
            }
            WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                inner.iter().for_each(|piece| self.piece(raw, piece, true));
            }
            WordPiece::TildeExpansion(_) => {
                self.expands = true;
                self.text.push_str(raw.get(piece.start_index..piece.end_index).unwrap_or("~"));
            }
            WordPiece::ParameterExpansion(parameter) => self.parameter(raw, piece, parameter),
            WordPiece::CommandSubstitution(text) => self.substitution(raw, piece, "$(", text),
            WordPiece::BackquotedCommandSubstitution(text) => self.substitution(raw, piece, "`", text),
            WordPiece::ArithmeticExpression(inner) => {
                self.expands = true;
                self.arithmetic(&inner.value);
                self.text.push_str("$((…))");
            }
        }
    }

    fn substitution(&mut self, raw: &str, piece: &WordPieceWithSource, start: &str, text: &str) {
        self.expands = true;
        self.commands.push((piece.start_index + start.len(), text.to_owned()));
        self.text.push_str(raw.get(piece.start_index..piece.end_index).unwrap_or("$(…)"));
    }

    /// The names in an expression; each is a variable that counts as 0 without a value.
    fn arithmetic(&mut self, expression: &str) {
        let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let names =
            words.filter(|word| word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_'));
        self.status |= expression.contains("$?");
        self.variables.extend(names.map(|name| (name.to_owned(), true)));
    }

    fn parameter(&mut self, raw: &str, piece: &WordPieceWithSource, expression: &ParameterExpr) {
        self.expands = true;
        let source = raw.get(piece.start_index..piece.end_index).unwrap_or("${…}");
        if let ParameterExpr::Parameter { parameter, indirect } = expression {
            self.status |= matches!(parameter, Parameter::Special(SpecialParameter::LastExitStatus));
            if let (Parameter::Named(name), false) = (parameter, indirect) {
                self.variables.push((name.clone(), false));
                self.text.push_str(&format!("${{{name}}}"));
                return;
            }
        } else if let Some(name) = leading_name(source) {
            self.variables.push((name.to_owned(), true));
        }
        if beyond_posix(expression) {
            self.beyond_posix = Some("an expansion such as ${name/a/b}, ${name^^}, ${name:1} or ${!name}");
        }
        self.text.push_str(source);
    }
}

/// The variable that `${…}` starts with.
fn leading_name(source: &str) -> Option<&str> {
    let inner = source.strip_prefix("${")?.trim_start_matches(['#', '!']);
    let end =
        inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(inner.len());
    inner.get(..end).filter(|name| !name.is_empty())
}

/// Whether dash rejects an expansion.
fn beyond_posix(expression: &ParameterExpr) -> bool {
    matches!(
        expression,
        ParameterExpr::Parameter { indirect: true, .. }
            | ParameterExpr::Parameter {
                parameter: Parameter::NamedWithIndex { .. } | Parameter::NamedWithAllIndices { .. },
                ..
            }
            | ParameterExpr::Substring { .. }
            | ParameterExpr::UppercaseFirstChar { .. }
            | ParameterExpr::UppercasePattern { .. }
            | ParameterExpr::LowercaseFirstChar { .. }
            | ParameterExpr::LowercasePattern { .. }
            | ParameterExpr::ReplaceSubstring { .. }
            | ParameterExpr::Transform { .. }
    )
}

//! From logical lines to instructions.

use super::heredoc::{self, Announced};
use super::lines::Lines;
use super::passage::Passage;
use super::tree::{
    Assignment, Command, Flag, Heredoc, Instruction, Kind, SyntaxError, Transfer, TransferSource, Word,
};
use super::words::{self, Json};

/// What one logical line says.
pub(super) enum Line {
    /// `FROM`, which begins a stage.
    From {
        /// The image or stage.
        base: Word,
        /// The name after `AS`.
        name: Option<Word>,
        /// Its flags.
        flags: Vec<Flag>,
    },
    /// Any other instruction.
    Instruction(Box<Instruction>),
}

/// Reads one logical line, and the heredocs behind it.
pub(super) fn line(passage: &Passage, lines: &mut Lines<'_>) -> Result<Line, SyntaxError> {
    let (keyword, arguments) = split(passage);
    match keyword.text.to_ascii_uppercase().as_str() {
        "FROM" => from(&keyword, &arguments, lines.escape),
        "ONBUILD" => onbuild(&keyword, &arguments, lines),
        _ => instruction(&keyword, &arguments, lines).map(|done| Line::Instruction(Box::new(done))),
    }
}

/// The keyword and everything behind it.
fn split(passage: &Passage) -> (Word, Passage) {
    let end = passage.text.find(char::is_whitespace).unwrap_or(passage.text.len());
    (passage.word(0..end), words::trimmed(passage, end..passage.text.len()))
}

fn from(keyword: &Word, arguments: &Passage, escape: char) -> Result<Line, SyntaxError> {
    let (flags, rest) = words::flags(arguments, escape);
    let mut parts = words::plain(&rest).into_iter();
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(base), None, None, None) => Ok(Line::From { base, name: None, flags }),
        (Some(base), Some(word), Some(name), None) if word.text.eq_ignore_ascii_case("AS") => {
            if is_stage_name(&name.text) {
                Ok(Line::From { base, name: Some(name), flags })
            } else {
                Err(wrong(&name, format!("`{}` is not a name for a stage", name.text))
                    .help("a name starts with a letter and holds letters, digits, `-`, `_` and `.`"))
            }
        }
        _ => Err(wrong(keyword, "`FROM` takes an image, and perhaps `AS` and a name")
            .help("write `FROM image` or `FROM image AS name`")),
    }
}

fn is_stage_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn onbuild(keyword: &Word, arguments: &Passage, lines: &mut Lines<'_>) -> Result<Line, SyntaxError> {
    let (inner, rest) = split(arguments);
    match inner.text.to_ascii_uppercase().as_str() {
        "" => Err(needs(keyword, "an instruction behind it")),
        "ONBUILD" | "FROM" | "MAINTAINER" => {
            Err(wrong(&inner, format!("`{}` cannot stand behind `ONBUILD`", inner.text)))
        }
        _ => {
            let mut done = instruction(&inner, &rest, lines)?;
            done.spot = keyword.spot;
            done.onbuild = true;
            Ok(Line::Instruction(Box::new(done)))
        }
    }
}

/// What the reader of one instruction works with.
struct Reader<'a, 'l> {
    keyword: &'a Word,
    arguments: Passage,
    lines: &'a mut Lines<'l>,
}

fn instruction(
    keyword: &Word,
    arguments: &Passage,
    lines: &mut Lines<'_>,
) -> Result<Instruction, SyntaxError> {
    let upper = keyword.text.to_ascii_uppercase();
    let flagged = matches!(upper.as_str(), "ADD" | "COPY" | "RUN" | "HEALTHCHECK");
    let (flags, arguments) =
        if flagged { words::flags(arguments, lines.escape) } else { (Vec::new(), arguments.clone()) };
    let mut reader = Reader { keyword, arguments, lines };
    let kind = reader.kind(&upper)?;
    let last_line = reader.lines.last();
    Ok(Instruction { spot: keyword.spot, last_line, onbuild: false, flags, kind })
}

impl Reader<'_, '_> {
    fn kind(&mut self, keyword: &str) -> Result<Kind, SyntaxError> {
        Ok(match keyword {
            "ADD" => Kind::Add(self.transfer()?),
            "COPY" => Kind::Copy(self.transfer()?),
            "ARG" => Kind::Arg(self.names()?),
            "ENV" => Kind::Env(self.assignments()?),
            "LABEL" => Kind::Label(self.assignments()?),
            "RUN" => Kind::Run(self.run()?),
            "CMD" => Kind::Cmd(self.command(&self.arguments)?),
            "ENTRYPOINT" => Kind::Entrypoint(self.command(&self.arguments)?),
            "HEALTHCHECK" => Kind::Healthcheck(self.health()?),
            "EXPOSE" => Kind::Expose(self.some(words::plain(&self.arguments), "a port")?),
            "USER" => Kind::User(self.whole("a user")?),
            "WORKDIR" => Kind::Workdir(self.whole("a folder")?),
            "STOPSIGNAL" => Kind::StopSignal(self.whole("a signal")?),
            "MAINTAINER" => Kind::Maintainer(self.whole("a name")?),
            "VOLUME" => Kind::Volume(self.volumes()?),
            "SHELL" => Kind::Shell(self.shell()?),
            _ => return Err(self.unknown()),
        })
    }

    fn unknown(&self) -> SyntaxError {
        let error = wrong(self.keyword, format!("`{}` is not an instruction", self.keyword.text));
        let after_continuation = self.keyword.spot.column > 1;
        match crate::nearest::nearest(&self.keyword.text, KEYWORDS) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if after_continuation => {
                error.help(format!("does the line before it miss a `{}` at its end?", self.lines.escape))
            }
            None => error,
        }
    }

    fn whole(&self, what: &str) -> Result<Word, SyntaxError> {
        let text = &self.arguments.text;
        if text.is_empty() {
            return Err(needs(self.keyword, what));
        }
        Ok(self.arguments.word(0..text.len()))
    }

    fn some<T>(&self, list: Vec<T>, what: &str) -> Result<Vec<T>, SyntaxError> {
        if list.is_empty() { Err(needs(self.keyword, what)) } else { Ok(list) }
    }

    /// An array, if the arguments are one.
    fn array(&self, passage: &Passage) -> Result<Option<Vec<Word>>, SyntaxError> {
        match words::json(passage) {
            Json::No => Ok(None),
            Json::Strings(words) => Ok(Some(words)),
            Json::NotStrings => Err(wrong(self.keyword, "an array here may hold strings only")
                .help("put every argument between double quotes")),
        }
    }

    fn command(&self, passage: &Passage) -> Result<Command, SyntaxError> {
        Ok(match self.array(passage)? {
            Some(words) => Command::Exec(words),
            None => Command::Shell { text: passage.clone(), heredocs: Vec::new() },
        })
    }

    fn run(&mut self) -> Result<Command, SyntaxError> {
        if self.arguments.text.is_empty() {
            return Err(needs(self.keyword, "a command"));
        }
        let mut command = self.command(&self.arguments)?;
        if let Command::Shell { text, heredocs } = &mut command {
            for announced in heredoc::announced(text, self.lines.escape) {
                heredocs.push(self.heredoc(announced)?);
            }
        }
        Ok(command)
    }

    fn heredoc(&mut self, announced: Announced) -> Result<Heredoc, SyntaxError> {
        let Announced { name, chomp, expand, spot } = announced;
        let Some((text, first_line)) = self.lines.heredoc(&name, chomp) else {
            let place = Word { text: String::new(), spot };
            return Err(wrong(&place, format!("the heredoc `{name}` is never ended"))
                .help(format!("write `{name}` alone on a line behind it")));
        };
        Ok(Heredoc { name, spot, first_line, expand, text })
    }

    fn transfer(&mut self) -> Result<Transfer, SyntaxError> {
        let array = self.array(&self.arguments)?;
        let json = array.is_some();
        let mut words = array.unwrap_or_else(|| words::plain(&self.arguments));
        let Some(destination) = words.pop().filter(|_| !words.is_empty()) else {
            return Err(needs(self.keyword, "a source and a destination"));
        };
        let mut sources = Vec::new();
        for word in words {
            match heredoc::word(&word.text, word.spot).filter(|_| !json) {
                Some(announced) => sources.push(TransferSource::Heredoc(self.heredoc(announced)?)),
                None => sources.push(TransferSource::Path(word)),
            }
        }
        Ok(Transfer { sources, destination, json })
    }

    fn health(&self) -> Result<Option<Command>, SyntaxError> {
        let (kind, rest) = split(&self.arguments);
        match kind.text.to_ascii_uppercase().as_str() {
            "NONE" if rest.text.is_empty() => Ok(None),
            "NONE" => Err(wrong(&kind, "`HEALTHCHECK NONE` takes nothing behind it")),
            "CMD" if rest.text.is_empty() => Err(needs(self.keyword, "a command behind `CMD`")),
            "CMD" => self.command(&rest).map(Some),
            "" => Err(needs(self.keyword, "`CMD` and a command, or `NONE`")),
            _ => Err(wrong(&kind, format!("`HEALTHCHECK` does not know `{}`", kind.text))
                .help("write `HEALTHCHECK CMD command` or `HEALTHCHECK NONE`")),
        }
    }

    fn volumes(&self) -> Result<Vec<Word>, SyntaxError> {
        let words = self.array(&self.arguments)?.unwrap_or_else(|| words::plain(&self.arguments));
        self.some(words, "a folder")
    }

    fn shell(&self) -> Result<Vec<Word>, SyntaxError> {
        match self.array(&self.arguments)? {
            Some(words) => self.some(words, "a program"),
            None => Err(wrong(self.keyword, "`SHELL` takes a JSON array")
                .help("write `SHELL [\"/bin/bash\", \"-c\"]`")),
        }
    }

    fn names(&self) -> Result<Vec<Assignment>, SyntaxError> {
        let ranges = words::quoted(&self.arguments.text, self.lines.escape).into_iter();
        let words = ranges.map(|range| self.assignment(range));
        self.some(words.collect(), "a name")
    }

    fn assignment(&self, range: std::ops::Range<usize>) -> Assignment {
        let text = &self.arguments.text[range.clone()];
        match text.find('=') {
            None => Assignment { name: self.arguments.word(range), value: None },
            Some(at) => Assignment {
                name: self.arguments.word(range.start..range.start + at),
                value: Some(self.arguments.word(range.start + at + 1..range.end)),
            },
        }
    }

    /// `NAME=value …`, or the old `NAME value with blanks`.
    fn assignments(&self) -> Result<Vec<Assignment>, SyntaxError> {
        let text = &self.arguments.text;
        let ranges = words::quoted(text, self.lines.escape);
        let Some(first) = ranges.first() else { return Err(needs(self.keyword, "a name and a value")) };
        if text[first.clone()].contains('=') {
            let assignments: Vec<_> = ranges.into_iter().map(|range| self.assignment(range)).collect();
            return match assignments.iter().find(|one| one.value.is_none()) {
                None => Ok(assignments),
                Some(one) => Err(wrong(&one.name, format!("`{}` has no value", one.name.text))
                    .help("quote a value with blanks in it: `NAME=\"a b\"`")),
            };
        }
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let value = words::trimmed(&self.arguments, end..text.len());
        if value.text.is_empty() {
            return Err(needs(self.keyword, "a name and a value").help("write `NAME=value`"));
        }
        let (name, value) = (self.arguments.word(0..end), value.word(0..value.text.len()));
        Ok(vec![Assignment { name, value: Some(value) }])
    }
}

/// Every instruction there is.
const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Something wrong at a word.
pub(super) fn wrong(word: &Word, message: impl Into<String>) -> SyntaxError {
    SyntaxError { spot: word.spot, message: message.into(), help: None }
}

fn needs(keyword: &Word, what: &str) -> SyntaxError {
    wrong(keyword, format!("`{}` needs {what}", keyword.text.to_ascii_uppercase()))
}

impl SyntaxError {
    /// The same with what to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> SyntaxError {
        self.help = Some(help.into());
        self
    }
}

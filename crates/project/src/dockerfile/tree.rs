//! The words of a Dockerfile's tree.

use std::path::PathBuf;

use testyard_model::Place;

use super::passage::Passage;

/// A position in the file. Line and column count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Spot {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// One Dockerfile, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dockerfile {
    /// The file, as messages name it.
    pub path: PathBuf,
    /// The character that continues lines and escapes others: `\`, or a backtick where a directive says so.
    pub escape: char,
    /// What `# syntax=` names.
    pub syntax: Option<Word>,
    /// The `ARG`s before the first `FROM`. They hold in `FROM` lines only, unless a stage declares them again.
    pub arguments: Vec<Instruction>,
    /// The stages, in their order.
    pub stages: Vec<Stage>,
    /// The first thing that no builder reads. What stands before it is in the tree, what follows is not.
    pub error: Option<SyntaxError>,
}

/// Why a Dockerfile cannot be read on from a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub spot: Spot,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What one `FROM` begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its number, from 0.
    pub index: usize,
    /// Where `FROM` stands.
    pub spot: Spot,
    /// The image or stage it starts from, with variables as written.
    pub base: Word,
    /// The name after `AS`, as written. Names compare without regard to case.
    pub name: Option<Word>,
    /// The value of `--platform`, as written.
    pub platform: Option<Word>,
    /// Its instructions, without the `FROM`.
    pub instructions: Vec<Instruction>,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq)]
pub struct Instruction {
    /// Where it starts.
    pub spot: Spot,
    /// The last line it occupies, heredocs included.
    pub last_line: u32,
    /// Whether it stands behind `ONBUILD`, and so is run by the builds that start from this image.
    pub onbuild: bool,
    /// Its flags, in their order.
    pub flags: Vec<Flag>,
    /// What it says.
    pub kind: Kind,
}

/// What an instruction says.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `ADD`.
    Add(Transfer),
    /// `COPY`.
    Copy(Transfer),
    /// `ARG`: names with their defaults.
    Arg(Vec<Assignment>),
    /// `ENV`: names with their values.
    Env(Vec<Assignment>),
    /// `RUN`.
    Run(Command),
    /// `CMD`.
    Cmd(Command),
    /// `ENTRYPOINT`.
    Entrypoint(Command),
    /// `HEALTHCHECK`; nothing for `NONE`.
    Healthcheck(Option<Command>),
    /// `EXPOSE`: ports as written, such as `80/tcp` or `7000-7010`.
    Expose(Vec<Word>),
    /// `USER`.
    User(Word),
    /// `WORKDIR`.
    Workdir(Word),
    /// `VOLUME`.
    Volume(Vec<Word>),
    /// `SHELL`.
    Shell(Vec<Word>),
    /// `LABEL`.
    Label(Vec<Assignment>),
    /// `STOPSIGNAL`.
    StopSignal(Word),
    /// `MAINTAINER`.
    Maintainer(Word),
}

/// What `COPY` or `ADD` brings where.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    /// What is brought; at least one.
    pub sources: Vec<TransferSource>,
    /// Where to.
    pub destination: Word,
    /// Whether it was written as a JSON array.
    pub json: bool,
}

/// One thing that `COPY` or `ADD` brings.
#[derive(Debug, Clone, PartialEq)]
pub enum TransferSource {
    /// A path, pattern or address, with variables as written.
    Path(Word),
    /// A file written in the Dockerfile itself.
    Heredoc(Heredoc),
}

/// A document inside the Dockerfile.
#[derive(Debug, Clone, PartialEq)]
pub struct Heredoc {
    /// The word that ends it, which `COPY` takes for the file's name.
    pub name: String,
    /// Where `<<` stands.
    pub spot: Spot,
    /// The first line of the text.
    pub first_line: u32,
    /// Whether variables in it are replaced: the name was not quoted.
    pub expand: bool,
    /// Its lines, with leading tabs removed for `<<-`.
    pub text: String,
}

/// What `RUN`, `CMD`, `ENTRYPOINT` or `HEALTHCHECK CMD` runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A JSON array: a program with its arguments, no shell.
    Exec(Vec<Word>),
    /// A text for the shell, with continued lines joined and comment lines left out.
    Shell {
        /// The text.
        text: Passage,
        /// The documents it is followed by.
        heredocs: Vec<Heredoc>,
    },
}

/// `NAME` or `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The name.
    pub name: Word,
    /// The value as written, quotes and variables included.
    pub value: Option<Word>,
}

/// `--name` or `--name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The name without dashes.
    pub name: String,
    /// The value as written.
    pub value: Option<String>,
    /// Where the first dash stands.
    pub spot: Spot,
}

/// A text with the place it starts at. Line continuations are gone, everything else is as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// The text.
    pub text: String,
    /// Where it starts.
    pub spot: Spot,
}

impl Dockerfile {
    /// A spot as a place.
    pub fn place(&self, spot: Spot) -> Place {
        Place::at(self.path.clone(), spot.line, spot.column)
    }

    /// The stage that a name or number means to an instruction of stage `before`: one that stands earlier. Pass the
    /// number of stages to look among all of them. A name hides a number.
    pub fn stage(&self, name: &str, before: usize) -> Option<&Stage> {
        let earlier = &self.stages[..before.min(self.stages.len())];
        earlier.iter().rev().find(|stage| stage.is_named(name)).or_else(|| {
            let number: usize = name.parse().ok()?;
            earlier.get(number)
        })
    }

    /// The last stage: what a build makes when it is asked for no other.
    pub fn last_stage(&self) -> Option<&Stage> {
        self.stages.last()
    }

    /// Whether the whole file was read, in the language that Docker's own frontend reads.
    pub fn is_complete(&self) -> bool {
        self.error.is_none() && !self.is_foreign()
    }

    /// Whether `# syntax=` names a frontend other than Docker's own, which may read another language.
    pub fn is_foreign(&self) -> bool {
        self.syntax.as_ref().is_some_and(|syntax| !is_own_frontend(&syntax.text))
    }
}

fn is_own_frontend(image: &str) -> bool {
    let image = image.split('@').next().unwrap_or_default();
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    ["docker/dockerfile", "docker/dockerfile-upstream"]
        .iter()
        .any(|own| image.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')))
}

impl Stage {
    /// Whether `AS` gave it this name.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|own| own.text.eq_ignore_ascii_case(name))
    }

    /// What messages call it: its name, else its number.
    pub fn title(&self) -> String {
        self.name.as_ref().map_or_else(|| self.index.to_string(), |name| name.text.clone())
    }

    /// The instructions that run in this build: all but those behind `ONBUILD`.
    pub fn own(&self) -> impl DoubleEndedIterator<Item = &Instruction> {
        self.instructions.iter().filter(|instruction| !instruction.onbuild)
    }
}

impl Instruction {
    /// The value of a flag, as written; the last one where it stands twice.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().rev().find(|flag| flag.name == name)
    }

    /// What `COPY` or `ADD` brings.
    pub fn transfer(&self) -> Option<&Transfer> {
        match &self.kind {
            Kind::Add(transfer) | Kind::Copy(transfer) => Some(transfer),
            _ => None,
        }
    }

    /// The word it is written with.
    pub fn keyword(&self) -> &'static str {
        match self.kind {
            Kind::Add(_) => "ADD",
            Kind::Copy(_) => "COPY",
            Kind::Arg(_) => "ARG",
            Kind::Env(_) => "ENV",
            Kind::Run(_) => "RUN",
            Kind::Cmd(_) => "CMD",
            Kind::Entrypoint(_) => "ENTRYPOINT",
            Kind::Healthcheck(_) => "HEALTHCHECK",
            Kind::Expose(_) => "EXPOSE",
            Kind::User(_) => "USER",
            Kind::Workdir(_) => "WORKDIR",
            Kind::Volume(_) => "VOLUME",
            Kind::Shell(_) => "SHELL",
            Kind::Label(_) => "LABEL",
            Kind::StopSignal(_) => "STOPSIGNAL",
            Kind::Maintainer(_) => "MAINTAINER",
        }
    }
}

//! What a command says to Docker, and which script it calls.

use super::flags::{self, Flags};
use super::words::{Command, Word};

/// What a command does, as far as inspection cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// `docker build`.
    Build(BuildCall),
    /// `docker compose`, or the old `docker-compose`.
    Compose(ComposeCall),
    /// `docker buildx bake`.
    Bake(BakeCall),
    /// A script that is run or read: a path that ends in `.sh`, `.bash` or `.py`.
    Script(Word),
    /// `cd`, with the folder; none for one that is not known.
    Folder(Option<Word>),
}

/// `docker build`. A part that is not known is `None`, as one that is not written; `complete` tells the two apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildCall {
    /// The context, a folder.
    pub context: Option<Word>,
    /// `-f`.
    pub file: Option<Word>,
    /// `--target`.
    pub target: Option<Word>,
    /// Whether the whole command was understood: what is `None` was not written, and every value is known.
    pub complete: bool,
}

/// `docker compose`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeCall {
    /// `-f`, in their order; only known ones.
    pub files: Vec<Word>,
    /// Whether `files` is everything that decides which files are read: no variable, no `--project-directory`.
    pub complete: bool,
    /// The command: `up`.
    pub command: Option<String>,
    /// The services it names; only known ones.
    pub services: Vec<Word>,
}

/// `docker buildx bake`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BakeCall {
    /// `-f`, in their order; only known ones.
    pub files: Vec<Word>,
    /// The targets and groups it names; only known ones.
    pub targets: Vec<Word>,
    /// Whether the whole command was understood.
    pub complete: bool,
}

/// What a command does; nothing for one that inspection does not care about.
pub fn call(command: &Command) -> Option<Call> {
    let texts: Vec<&str> = command.words.iter().map(|word| word.known().unwrap_or("$")).collect();
    let rest = |from: usize| &command.words[from..];
    match texts.as_slice() {
        ["docker", "build", ..] => Some(build(rest(2))),
        ["docker", "buildx" | "image" | "builder", "build", ..] => Some(build(rest(3))),
        ["docker", "buildx", "bake", ..] => Some(bake(rest(3))),
        ["docker", "bake", ..] => Some(bake(rest(2))),
        ["docker", "compose", ..] => Some(compose(rest(2), &command.assigned)),
        ["docker-compose", ..] => Some(compose(rest(1), &command.assigned)),
        ["cd", ..] => Some(Call::Folder(command.words.get(1).filter(|word| word.known).cloned())),
        ["pushd" | "popd", ..] => Some(Call::Folder(None)),
        _ => script(&command.words).map(Call::Script),
    }
}

/// Arguments sorted into flags with values and positions.
struct Sorted {
    flags: Vec<(String, Word)>,
    positions: Vec<Word>,
    /// Whether all of it was understood.
    complete: bool,
    /// How many words were read.
    read: usize,
}

impl Sorted {
    /// The known values of a flag by its names.
    fn values(&self, names: &[&str]) -> Vec<Word> {
        let named = self.flags.iter().filter(|(flag, _)| names.contains(&flag.as_str()));
        named.filter(|(_, word)| word.known).map(|(_, word)| word.clone()).collect()
    }

    /// Whether each value of these flags is known.
    fn all_known(&self, names: &[&str]) -> bool {
        self.flags.iter().filter(|(flag, _)| names.contains(&flag.as_str())).all(|(_, word)| word.known)
    }
}

/// Sorts arguments. With `positions` bounded, reading ends behind so many of them.
fn sort(words: &[Word], flags: &Flags, bound: usize) -> Sorted {
    let mut sorted = Sorted { flags: Vec::new(), positions: Vec::new(), complete: true, read: 0 };
    while sorted.positions.len() < bound {
        let Some(word) = words.get(sorted.read) else { break };
        sorted.read += 1;
        if !word.single {
            sorted.complete = false;
            break;
        }
        if !word.text.starts_with('-') || word.text == "-" {
            sorted.positions.push(word.clone());
        } else if !flag(word, words, flags, &mut sorted) {
            sorted.complete = false;
            break;
        }
    }
    sorted
}

/// Reads one flag, with its value where it has one. No when it is not known.
fn flag(word: &Word, words: &[Word], flags: &Flags, sorted: &mut Sorted) -> bool {
    let (name, inline) = match word.text.split_once('=') {
        Some((name, value)) if word.text.starts_with("--") => (name, Some(value)),
        _ => (word.text.as_str(), None),
    };
    if let Some(value) = inline {
        let word = Word { text: value.to_owned(), ..word.clone() };
        sorted.flags.push((name.to_owned(), word));
        return flags.valued.contains(&name) || flags.plain.contains(&name);
    }
    if flags.plain.contains(&name) {
        return true;
    }
    if flags.valued.contains(&name) {
        let Some(value) = words.get(sorted.read) else { return false };
        sorted.read += 1;
        sorted.flags.push((name.to_owned(), value.clone()));
        return true;
    }
    // A short flag with its value in one word: `-tname`.
    let short = name.get(..2).filter(|short| !name.starts_with("--") && flags.valued.contains(short));
    if let Some(short) = short {
        let value = name[2..].to_owned();
        sorted.flags.push((short.to_owned(), Word { text: value, ..word.clone() }));
    }
    short.is_some()
}

fn build(words: &[Word]) -> Call {
    let sorted = sort(words, &flags::BUILD, usize::MAX);
    let one = |names: &[&str]| sorted.values(names).pop();
    let known = sorted.all_known(&["-f", "--file", "--target"]);
    let context = match sorted.positions.as_slice() {
        [context] if sorted.complete && context.known => Some(context.clone()),
        _ => None,
    };
    Call::Build(BuildCall {
        complete: sorted.complete && known && context.is_some(),
        context,
        file: one(&["-f", "--file"]),
        target: one(&["--target"]),
    })
}

fn bake(words: &[Word]) -> Call {
    let sorted = sort(words, &flags::BAKE, usize::MAX);
    let complete = sorted.complete && sorted.all_known(&["-f", "--file"]);
    let files = sorted.values(&["-f", "--file"]);
    let targets = sorted.positions.iter().filter(|word| word.known).cloned().collect();
    Call::Bake(BakeCall { files, targets, complete })
}

fn compose(words: &[Word], assigned: &[String]) -> Call {
    let sorted = sort(words, &flags::COMPOSE, 1);
    let complete = sorted.complete
        && sorted.all_known(&["-f", "--file"])
        && sorted.values(&["--project-directory", "--workdir"]).is_empty()
        && !assigned.iter().any(|name| name.starts_with("COMPOSE_"));
    let command = sorted.positions.first().filter(|word| word.known && sorted.complete);
    let services = match command.and_then(|word| flags::of_services(&word.text)) {
        Some((flags, first_only)) => services(&words[sorted.read..], flags, first_only),
        None => Vec::new(),
    };
    Call::Compose(ComposeCall {
        files: sorted.values(&["-f", "--file"]),
        complete,
        command: command.map(|word| word.text.clone()),
        services,
    })
}

fn services(words: &[Word], flags: &Flags, first_only: bool) -> Vec<Word> {
    let sorted = sort(words, flags, if first_only { 1 } else { usize::MAX });
    sorted.positions.into_iter().filter(|word| word.known).collect()
}

/// Programs whose first argument is a script.
const READERS: [&str; 8] = ["bash", "sh", "dash", "zsh", "source", ".", "python", "python3"];

/// The script that a command runs.
fn script(words: &[Word]) -> Option<Word> {
    let first = words.first()?.known()?;
    let word = if READERS.contains(&first) {
        // `bash -c '…'` has no script; `bash -eux x.sh` has.
        words.iter().skip(1).find(|word| {
            let option = word.text.starts_with('-') || word.text.starts_with('+');
            !option || matches!(word.text.as_str(), "-c" | "-m" | "-s" | "-" | "-o" | "+o" | "-O")
        })?
    } else {
        words.first()?
    };
    let text = word.known()?;
    let path = text.contains('/') || READERS.contains(&first);
    let named = [".sh", ".bash", ".py"].iter().any(|end| text.ends_with(end));
    (path && named && !text.starts_with('-') && !text.contains("://")).then(|| word.clone())
}

//! What a build reads from its context: the sources of `COPY`, `ADD` and bind mounts in the stages that the target needs.

use std::collections::BTreeMap;

use testyard_project::dockerfile::{
    Dockerfile, Expanded, Instruction, Kind, Scope, Spot, Stage, TransferSource, Value, Word, expand,
};

/// One source.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    /// Where it stands.
    pub(crate) spot: Spot,
    /// Where its instruction stands.
    pub(crate) instruction: Spot,
    /// `COPY`, `ADD` or `RUN --mount`.
    pub(crate) keyword: &'static str,
    /// The source as written.
    pub(crate) written: String,
    /// With its variables replaced.
    pub(crate) source: Expanded,
    /// What it would be if every variable that nobody declares were empty.
    pub(crate) at_least: String,
    /// Whether wildcards are matched: not in mounts.
    pub(crate) wildcards: bool,
    /// Whether `--parents` gives wildcards a meaning of their own.
    pub(crate) parents: bool,
}

/// Arguments that a build is given; `None` where the call is not known.
pub(crate) type Given<'a> = Option<&'a BTreeMap<String, String>>;

/// Everything a build of a target reads. Nothing for a file that cannot be read to its end, or a target it lacks.
pub(crate) fn reads(file: &Dockerfile, target: Option<&str>, given: Given<'_>) -> Vec<Read> {
    if !file.is_complete() {
        return Vec::new();
    }
    let count = file.stages.len();
    let target = match target {
        Some(name) => file.stage(name, count),
        None => file.last_stage(),
    };
    let mut waiting: Vec<usize> = target.map(|stage| stage.index).into_iter().collect();
    let mut reached = vec![false; count];
    while let Some(index) = waiting.pop() {
        if !std::mem::replace(&mut reached[index], true) {
            waiting.extend(needed(file, &file.stages[index], given));
        }
    }
    let stages = file.stages.iter().filter(|stage| reached[stage.index]);
    stages.flat_map(|stage| read_by(file, stage, given)).collect()
}

/// The stage that a stage starts from.
fn parent<'f>(file: &'f Dockerfile, stage: &Stage, given: Given<'_>) -> Option<&'f Stage> {
    let base = Scope::of_file(file, given).expand(&stage.base);
    let base = base.known()?;
    file.stages[..stage.index].iter().rev().find(|earlier| earlier.is_named(base))
}

/// The instructions that run in a stage, each with its number: first those its parent left behind `ONBUILD`.
fn run<'f>(file: &'f Dockerfile, stage: &'f Stage, given: Given<'_>) -> Vec<(usize, &'f Instruction)> {
    let left = parent(file, stage, given).into_iter().flat_map(|parent| &parent.instructions);
    let left = left.filter(|instruction| instruction.onbuild).map(|instruction| (0, instruction));
    let own = stage.instructions.iter().enumerate().filter(|(_, instruction)| !instruction.onbuild);
    left.chain(own).collect()
}

/// The numbers of the stages that a stage needs.
fn needed(file: &Dockerfile, stage: &Stage, given: Given<'_>) -> Vec<usize> {
    let mut names = Vec::new();
    for (at, instruction) in run(file, stage, given) {
        let from = instruction.flag("from").and_then(|flag| flag.value.clone()).into_iter();
        let mounts = mounts(instruction).filter_map(|(options, _)| options.get("from").cloned());
        let scope = || Scope::at(file, stage, at, given);
        names.extend(from.chain(mounts).filter_map(|name| {
            let known =
                if name.contains('$') { scope().expand(&word(&name, stage.spot)) } else { plain(name) };
            known.known().map(str::to_owned)
        }));
    }
    let stages = names.iter().filter_map(|name| file.stage(name, stage.index));
    stages.chain(parent(file, stage, given)).map(|stage| stage.index).collect()
}

fn read_by(file: &Dockerfile, stage: &Stage, given: Given<'_>) -> Vec<Read> {
    let mut found = Vec::new();
    for (at, instruction) in run(file, stage, given) {
        let scope = || Scope::at(file, stage, at, given);
        found.extend(transferred(instruction).map(|source| read(file, instruction, source, &scope)));
        for (options, spot) in mounts(instruction).filter(|(options, _)| binds_context(options)) {
            let source = options.get("source").or_else(|| options.get("src")).map_or("", String::as_str);
            let read = read(file, instruction, &word(source, spot), &scope);
            found.push(Read { keyword: "RUN --mount", wildcards: false, ..read });
        }
    }
    found
}

/// The local paths that `COPY` or `ADD` brings from the context.
fn transferred(instruction: &Instruction) -> impl Iterator<Item = &Word> {
    let local = instruction.flag("from").is_none();
    let transfer = instruction.transfer().filter(|_| local);
    let sources = transfer.into_iter().flat_map(|transfer| &transfer.sources);
    sources.filter_map(|source| match source {
        TransferSource::Path(word) if !is_remote(instruction, &word.text) => Some(word),
        _ => None,
    })
}

/// Whether `ADD` fetches a source: an address, or a git repository.
fn is_remote(instruction: &Instruction, source: &str) -> bool {
    let source = source.trim_start_matches(['"', '\'']);
    matches!(instruction.kind, Kind::Add(_))
        && (source.contains("://") || source.starts_with("git@") || source.starts_with("github.com/"))
}

fn read(file: &Dockerfile, instruction: &Instruction, source: &Word, scope: &dyn Fn() -> Scope) -> Read {
    let special = ['$', '"', '\'', file.escape];
    let (expanded, at_least) = if source.text.contains(special) {
        let scope = scope();
        let value = |name: &str| match scope.value(name) {
            // Whoever declares an argument without a default means it to be given.
            Value::Unknown if scope.declares(name) => Value::Set("?".to_owned()),
            Value::Unknown => Value::Unset,
            value => value,
        };
        let at_least = expand(&source.text, file.escape, &value).known().unwrap_or(&source.text).to_owned();
        (scope.expand(source), at_least)
    } else {
        (plain(source.text.clone()), source.text.clone())
    };
    Read {
        spot: source.spot,
        instruction: instruction.spot,
        keyword: instruction.keyword(),
        written: source.text.clone(),
        // The address of an `ADD` may stand in a variable.
        source: match expanded {
            Expanded::Known { text, .. } if is_remote(instruction, &text) => Expanded::Unknown(Vec::new()),
            expanded => expanded,
        },
        at_least,
        wildcards: true,
        parents: instruction.flag("parents").is_some_and(|flag| flag.value.as_deref() != Some("false")),
    }
}

/// The mounts of a `RUN`, each as its options with the flag's place.
fn mounts(instruction: &Instruction) -> impl Iterator<Item = (BTreeMap<String, String>, Spot)> {
    let flags = instruction
        .flags
        .iter()
        .filter(|flag| flag.name == "mount" && matches!(instruction.kind, Kind::Run(_)));
    flags.map(|flag| {
        let options = flag.value.iter().flat_map(|value| value.split(','));
        let pairs = options.map(|option| option.split_once('=').unwrap_or((option, "")));
        (pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(), flag.spot)
    })
}

/// Whether a mount shows the context: the type `bind`, which is also the default, without `from`.
fn binds_context(options: &BTreeMap<String, String>) -> bool {
    options.get("type").is_none_or(|kind| kind == "bind") && !options.contains_key("from")
}

fn word(text: &str, spot: Spot) -> Word {
    Word { text: text.to_owned(), spot }
}

fn plain(text: String) -> Expanded {
    Expanded::Known { text, unset: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testyard_project::dockerfile::parse;

    /// The sources that are read, `?` for those that cannot be known.
    fn check(text: &str, target: Option<&str>, expected: &[&str]) {
        let file = parse("Dockerfile", text);
        assert_eq!(file.error, None, "{text}");
        let reads = reads(&file, target, Some(&BTreeMap::new()));
        let shown: Vec<&str> = reads.iter().map(|read| read.source.known().unwrap_or("?")).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn sources_are_what_the_context_must_have() {
        check("FROM a\nCOPY x y /d/\nADD [\"p q\", \"/d\"]\n", None, &["x", "y", "p q"]);
        check("FROM a\nCOPY <<EOF /d\nx\nEOF\nCOPY --link --chown=1 z .\n", None, &["z"]);
        check("FROM a\nADD https://x.example/y git@g:a/b.git /d/\nCOPY --from=img /x /y\n", None, &[]);
        check("FROM a\nARG V=src\nARG N\nCOPY $V/a ${N:-none} $OTHER /d/\n", None, &["src/a", "none", "?"]);
        check(
            "FROM a\nRUN --mount=type=bind,source=req.txt,target=/r --mount=type=cache,target=/c true\n",
            None,
            &["req.txt"],
        );
        check(
            "FROM a\nRUN --mount=target=/src true\nRUN --mount=from=img,source=x,target=/x true\n",
            None,
            &[""],
        );
    }

    #[test]
    fn only_stages_that_the_target_needs_are_read() {
        let text = "FROM a AS base\nCOPY base .\nFROM b AS tool\nCOPY tool .\nFROM c AS unused\nCOPY unused .\n\
            FROM base AS dev\nRUN --mount=from=1,target=/t true\nFROM base\nCOPY --from=tool /x /y\nCOPY last .\n";
        check(text, None, &["base", "tool", "last"]);
        check(text, Some("dev"), &["base", "tool"]);
        check(text, Some("BASE"), &["base"]);
        check(text, Some("unused"), &["unused"]);
        check(text, Some("none"), &[]);
    }

    #[test]
    fn what_stands_behind_onbuild_is_read_by_the_child() {
        check("FROM a AS p\nENV D=d\nONBUILD COPY $D/x .\nFROM p\nCOPY y .\n", None, &["d/x", "y"]);
        check("FROM a AS p\nONBUILD COPY x .\n", None, &[]);
    }
}

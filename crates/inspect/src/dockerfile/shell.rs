//! What `RUN` and its like run, as simple commands with places.

use std::path::Path;

use testyard_project::commandline::{Origin, split};
use testyard_project::dockerfile::{Command, Dockerfile, Instruction, Kind, Passage, Spot};

/// One command that a `RUN` runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ran {
    /// The program, without its folder.
    pub(crate) program: String,
    /// Its arguments, without quotes; a part that only a shell knows stands as written.
    pub(crate) arguments: Vec<String>,
    /// Where it starts.
    pub(crate) spot: Spot,
}

impl Ran {
    /// Whether one of the arguments is this word.
    pub(crate) fn has(&self, argument: &str) -> bool {
        self.arguments.iter().any(|one| one == argument)
    }

    /// The first argument that is no option.
    pub(crate) fn verb(&self) -> Option<&str> {
        self.arguments.iter().map(String::as_str).find(|one| !one.starts_with('-'))
    }

    /// Whether a short option stands alone or among others: `y` in `-qy`.
    pub(crate) fn has_letter(&self, letter: char) -> bool {
        let short = |one: &String| one.starts_with('-') && !one.starts_with("--") && one.contains(letter);
        self.arguments.iter().any(short)
    }
}

/// The simple commands of a `RUN`, as far as they can be told without a shell.
pub(crate) fn commands(file: &Dockerfile, instruction: &Instruction) -> Vec<Ran> {
    let Kind::Run(command) = &instruction.kind else { return Vec::new() };
    match command {
        Command::Exec(words) => {
            let texts: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
            ran(texts, instruction.spot).into_iter().collect()
        }
        Command::Shell { text, heredocs } => {
            // `RUN <<EOF` alone: the document is the script, unless it names another interpreter.
            if let ([heredoc], true) = (heredocs.as_slice(), text.text.starts_with("<<")) {
                let lines = heredoc.text.lines().count();
                let other = heredoc.text.starts_with("#!") && !first_line(&heredoc.text).ends_with("sh");
                let origin = Origin::lines(&file.path, heredoc.first_line, vec![0; lines]);
                return if other { Vec::new() } else { of_text(&heredoc.text, &origin, None) };
            }
            of_text(&text.text, &Origin::lines(Path::new(""), 0, vec![0]), Some(text))
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

fn of_text(text: &str, origin: &Origin, passage: Option<&Passage>) -> Vec<Ran> {
    let spot = |line: u32, column: u32| match passage {
        Some(passage) => {
            let at = column.saturating_sub(1) as usize;
            passage.spot(text.char_indices().nth(at).map_or(text.len(), |(offset, _)| offset))
        }
        None => Spot { line, column },
    };
    let commands = split(text, origin).into_iter();
    let ran = commands.filter_map(|command| {
        let place = &command.words.first()?.place;
        let spot = spot(place.line, place.column);
        ran(command.words.into_iter().map(|word| word.text).collect(), spot)
    });
    ran.collect()
}

fn ran(mut words: Vec<String>, spot: Spot) -> Option<Ran> {
    if words.is_empty() {
        return None;
    }
    let program = words.remove(0);
    let program = program.rsplit('/').next().unwrap_or_default().to_owned();
    Some(Ran { program, arguments: words, spot })
}

/// Everything that an instruction says, as one text: for the question whether something is mentioned at all.
pub(crate) fn said(instruction: &Instruction) -> String {
    let mut text = String::new();
    let mut add = |part: &str| {
        text.push_str(part);
        text.push('\n');
    };
    match &instruction.kind {
        Kind::Run(command) | Kind::Cmd(command) | Kind::Entrypoint(command) => said_by(command, &mut add),
        Kind::Healthcheck(command) => command.iter().for_each(|command| said_by(command, &mut add)),
        Kind::Add(transfer) | Kind::Copy(transfer) => add(&transfer.destination.text),
        Kind::Arg(list) | Kind::Env(list) | Kind::Label(list) => {
            for one in list {
                add(&one.name.text);
                one.value.iter().for_each(|value| add(&value.text));
            }
        }
        Kind::Expose(words) | Kind::Volume(words) | Kind::Shell(words) => {
            words.iter().for_each(|word| add(&word.text));
        }
        Kind::User(word) | Kind::Workdir(word) | Kind::StopSignal(word) | Kind::Maintainer(word) => {
            add(&word.text);
        }
    }
    instruction.flags.iter().filter_map(|flag| flag.value.as_deref()).for_each(&mut add);
    text
}

fn said_by(command: &Command, add: &mut impl FnMut(&str)) {
    match command {
        Command::Exec(words) => words.iter().for_each(|word| add(&word.text)),
        Command::Shell { text, heredocs } => {
            add(&text.text);
            heredocs.iter().for_each(|heredoc| add(&heredoc.text));
        }
    }
}

#[cfg(test)]
mod tests {
    use testyard_project::dockerfile::parse;

    use super::*;

    #[test]
    fn commands_know_where_they_stand() {
        let file =
            parse("Dockerfile", "FROM a\nRUN apt-get update \\\n # c\n && /usr/bin/apt-get -qy install x\n");
        let found = commands(&file, &file.stages[0].instructions[0]);
        let shown: Vec<_> =
            found.iter().map(|one| (one.program.as_str(), one.spot.line, one.spot.column)).collect();
        assert_eq!(shown, [("apt-get", 2, 5), ("apt-get", 4, 5)]);
        assert!(found[1].has_letter('y') && found[1].verb() == Some("install") && found[1].has("x"));
        let file = parse("Dockerfile", "FROM a\nRUN <<EOF\nset -e\n  pip install x\nEOF\n");
        let found = commands(&file, &file.stages[0].instructions[0]);
        assert_eq!((found[1].program.as_str(), found[1].spot.line, found[1].spot.column), ("pip", 4, 3));
        let file = parse("Dockerfile", "FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nimport x\nEOF\n");
        assert_eq!(commands(&file, &file.stages[0].instructions[0]), []);
    }
}

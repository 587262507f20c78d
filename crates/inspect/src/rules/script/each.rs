//! What several rules ask of scripts.

use testyard_model::Place;
use testyard_project::script::{Command, Script, Spot, Word};

use crate::scene::Scene;

/// A script that was understood.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    /// Its path.
    pub(super) path: &'a str,
    /// What it says.
    pub(super) script: &'a Script,
}

/// Every script that was understood.
pub(super) fn scripts(scene: &Scene) -> impl Iterator<Item = Read<'_>> {
    let all = scene.scripts().iter().map(|(path, script)| Read { path, script });
    all.filter(|read| read.script.error.is_none() && !read.script.unread)
}

impl<'a> Read<'a> {
    /// A spot of it as a place.
    pub(super) fn place(&self, at: Spot) -> Place {
        Place::at(self.path, at.line, at.column)
    }

    /// Its commands with what they really run.
    pub(super) fn calls(&self) -> impl Iterator<Item = (&'a Command, &'a [Word])> {
        self.script
            .commands
            .iter()
            .map(|command| (command, run_by(command)))
            .filter(|(_, words)| !words.is_empty())
    }

    /// Whether it is a program of its own: it says who reads it, and no other script reads it in.
    pub(super) fn is_program(&self, scene: &Scene) -> bool {
        self.script.shebang.is_some() && !is_sourced(scene, self.path)
    }

    /// Whether it reads in other scripts, so that names may come from there.
    pub(super) fn sources(&self) -> bool {
        self.calls().any(|(_, words)| matches!(words[0].text.as_str(), "source" | "." | "eval"))
    }
}

/// Whether any script reads in a file of this name.
fn is_sourced(scene: &Scene, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    scripts(scene).any(|read| {
        read.calls().any(|(_, words)| match words {
            [by, file, ..] if matches!(by.text.as_str(), "source" | ".") => {
                let last = file.text.rsplit('/').next().unwrap_or_default();
                // A name that is only known when it runs may be any.
                last == name || (!file.literal && last.contains(['$', '*', '}', ')']))
            }
            _ => false,
        })
    })
}

/// Programs that run the command that follows, with no argument of their own in between.
const BEFORE: [&str; 6] = ["sudo", "exec", "command", "time", "nohup", "env"];

/// The words of a command from what it really runs: behind `sudo`, `exec`, `env A=b`. `command -v x` runs nothing.
pub(super) fn run_by(command: &Command) -> &[Word] {
    let mut words = command.words.as_slice();
    while let [first, rest @ ..] = words {
        if !first.literal || !BEFORE.contains(&first.text.as_str()) {
            break;
        }
        words = rest;
        while let [option, rest @ ..] = words {
            let passes = first.text == "env" && option.text.contains('=');
            if !passes {
                break;
            }
            words = rest;
        }
        if words.first().is_some_and(|word| word.text.starts_with('-')) {
            return &[];
        }
    }
    words
}

/// The name of what runs, when it is written out: without folders.
pub(super) fn name(words: &[Word]) -> Option<&str> {
    let first = words.first().filter(|word| word.literal)?;
    Some(first.text.rsplit('/').next().unwrap_or(&first.text))
}

/// The words behind `docker compose` or `docker-compose`.
pub(super) fn compose(words: &[Word]) -> Option<&[Word]> {
    match (name(words)?, words.get(1)) {
        ("docker-compose", _) => words.get(1..),
        ("docker" | "podman", Some(second)) if second.text == "compose" => words.get(2..),
        _ => None,
    }
}

/// Words that the shell itself understands, and programs of every system.
const KNOWN: [&str; 64] = [
    ".",
    ":",
    "[",
    "[[",
    "((",
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "cd",
    "command",
    "continue",
    "declare",
    "dirs",
    "echo",
    "enable",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "fc",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "test",
    "times",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "wait",
    "ls",
    "cat",
    "cp",
    "mv",
    "rm",
    "mkdir",
    "sleep",
];

/// Whether a name is a command of the shell or of this machine.
pub(super) fn is_command(name: &str) -> bool {
    KNOWN.contains(&name) || name.contains('/') || testyard_sys::which::here(name).is_some()
}

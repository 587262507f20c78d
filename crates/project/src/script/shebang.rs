//! The first line of a script: which program is to read it.

/// Which kind of shell reads a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shell {
    /// bash.
    Bash,
    /// `sh`, dash, or BusyBox: what POSIX promises and no more.
    Sh,
    /// Another program: zsh, fish, Python.
    Other,
    /// Nothing says which.
    #[default]
    Unknown,
}

/// A line `#!…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shebang {
    /// The program: `/usr/bin/env`, `/bin/bash`. A carriage return at its end is kept.
    pub program: String,
    /// What follows, as the kernel hands it over: one argument.
    pub argument: Option<String>,
    /// The shell that reads the script in the end.
    pub shell: Shell,
    /// Whether a carriage return ends the line, so that the kernel looks for a program of that name.
    pub carriage_return: bool,
}

impl Shebang {
    /// The shebang of a text that starts with one.
    pub fn of(text: &str) -> Option<Shebang> {
        let line = text.strip_prefix("#!")?;
        let line = line.split('\n').next().unwrap_or_default();
        let carriage_return = line.ends_with('\r');
        let line = line.trim();
        let (program, argument) = match line.split_once([' ', '\t']) {
            Some((program, argument)) => (program, Some(argument.trim().to_owned())),
            None => (line, None),
        };
        let shell = shell(program, argument.as_deref());
        Some(Shebang { program: program.to_owned(), argument, shell, carriage_return })
    }
}

/// The shell behind a program, also through `env` and `env -S`.
fn shell(program: &str, argument: Option<&str>) -> Shell {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let through = name(program) == "env";
    let words = argument.unwrap_or_default().split_whitespace();
    let named = words.into_iter().find(|word| !word.starts_with('-') && !word.contains('='));
    match (through, named) {
        (true, Some(word)) => by_name(&name(word)),
        (true, None) => Shell::Unknown,
        (false, _) => by_name(&name(program)),
    }
}

fn by_name(name: &str) -> Shell {
    match name {
        "bash" => Shell::Bash,
        "sh" | "dash" | "ash" => Shell::Sh,
        "" | "busybox" => Shell::Unknown,
        _ => Shell::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_is_seen_through_env() {
        let check =
            |text: &str, expected: Shell| assert_eq!(Shebang::of(text).unwrap().shell, expected, "{text}");
        check("#!/bin/bash\n", Shell::Bash);
        check("#! /usr/bin/env bash -e", Shell::Bash);
        check("#!/usr/bin/env -S bash -e\n", Shell::Bash);
        check("#!/bin/sh -e\r\n", Shell::Sh);
        check("#!/usr/bin/env python3\n", Shell::Other);
        check("#!\n", Shell::Unknown);
        assert!(Shebang::of("#!/bin/sh\r\n").unwrap().carriage_return);
        assert!(!Shebang::of("#!/bin/sh\necho\r\n").unwrap().carriage_return);
        assert_eq!(Shebang::of("# bash"), None);
    }
}

//! How long a process can last that leaves the caller's session.

use std::fmt;

use crate::procfs;

/// How long what is started in the background can last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As long as the machine, or the container, is up.
    Machine,
    /// No longer than the session of whoever started it.
    Session,
}

impl Durability {
    /// The word that documents print.
    pub fn word(self) -> &'static str {
        match self {
            Durability::Machine => "machine",
            Durability::Session => "session",
        }
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.word())
    }
}

/// Programs that make a namespace for one command, serve in it as process 1, and end with that command.
const WRAPPERS: [&str; 6] = ["bwrap", "firejail", "nsjail", "minijail0", "unshare", "codex-linux-san"];

/// Programs that serve as process 1 for as long as a machine or a container is up, whatever is started below them.
const INITS: [&str; 9] =
    ["systemd", "init", "tini", "dumb-init", "docker-init", "catatonit", "s6-svscan", "runit", "supervisord"];

/// How long a process lasts that is started now and leaves this session.
///
/// When process 1 of a pid namespace ends, the kernel kills everything in it, and no session or process group saves
/// anyone (pid_namespaces(7)). That is what sandboxes around single commands build on. It is told from process 1: a
/// wrapper by its name, and else whether it belongs to the very session this command was typed in.
pub fn durability() -> Durability {
    let (first, own) = (procfs::process(1), procfs::process(std::process::id().cast_signed()));
    match (first, own) {
        (Some(first), Some(own)) => judge(&first.name, first.session, own.session),
        // Without `/proc` nothing is known of such namespaces, and systems without it have none.
        _ => Durability::Machine,
    }
}

fn judge(first: &str, its_session: i32, own_session: i32) -> Durability {
    let shared = its_session == own_session && !INITS.contains(&first);
    if WRAPPERS.contains(&first) || shared { Durability::Session } else { Durability::Machine }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_ends_with_the_command_and_who_does_not() {
        use Durability::{Machine, Session};
        let check = |first, its, own, expected| assert_eq!(judge(first, its, own), expected, "{first}");
        check("systemd", 1, 4711, Machine);
        // A container's shell, and somebody who came in from outside.
        check("bash", 1, 1, Session);
        check("bash", 1, 42, Machine);
        check("tini", 1, 1, Machine);
        // Around one command; its session may lie outside of the namespace.
        check("bwrap", 0, 0, Session);
        check("bwrap", 0, 7, Session);
        check("sh", 0, 0, Session);
    }
}

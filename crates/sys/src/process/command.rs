//! A process to start.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::net::unix::pipe;

/// A process to start: everything about it is said, nothing is inherited from the process that says it.
pub struct Command {
    /// The program: a path, or a name that is looked up on the `PATH` of [`Command::env`].
    pub program: PathBuf,
    /// Its arguments, without the program itself.
    pub args: Vec<OsString>,
    /// Its complete environment. The keeper adds its markers and nothing else.
    pub env: BTreeMap<OsString, OsString>,
    /// The folder it starts in, as seen inside the keeper.
    pub cwd: PathBuf,
    /// Standard input.
    pub stdin: Stdio,
    /// Standard output.
    pub stdout: Stdio,
    /// Standard error.
    pub stderr: Stdio,
    /// As whom it runs.
    pub run_as: RunAs,
}

impl Command {
    /// A command with no arguments, an empty environment, `/` as its folder, and all its streams at `/dev/null`.
    pub fn new(program: impl Into<PathBuf>) -> Command {
        Command {
            program: program.into(),
            args: Vec::new(),
            env: BTreeMap::new(),
            cwd: PathBuf::from("/"),
            stdin: Stdio::Null,
            stdout: Stdio::Null,
            stderr: Stdio::Null,
            run_as: RunAs::Same,
        }
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        self.args.extend(args.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets one variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Command {
        self.env.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Sets variables.
    pub fn envs(
        mut self,
        variables: impl IntoIterator<Item = (impl Into<OsString>, impl Into<OsString>)>,
    ) -> Command {
        self.env.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Adds every variable of this process's own environment.
    pub fn inherit_env(self) -> Command {
        self.envs(std::env::vars_os())
    }

    /// Sets the folder it starts in.
    pub fn cwd(mut self, folder: impl Into<PathBuf>) -> Command {
        self.cwd = folder.into();
        self
    }

    /// Sets standard input.
    pub fn stdin(mut self, stdin: Stdio) -> Command {
        self.stdin = stdin;
        self
    }

    /// Sets standard output.
    pub fn stdout(mut self, stdout: Stdio) -> Command {
        self.stdout = stdout;
        self
    }

    /// Sets standard error.
    pub fn stderr(mut self, stderr: Stdio) -> Command {
        self.stderr = stderr;
        self
    }

    /// Sets as whom it runs.
    pub fn run_as(mut self, run_as: RunAs) -> Command {
        self.run_as = run_as;
        self
    }
}

/// Names variables but never shows their values, which may be secret.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("program", &self.program)
            .field("args", &self.args)
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("cwd", &self.cwd)
            .field("run_as", &self.run_as)
            .finish_non_exhaustive()
    }
}

/// As whom a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunAs {
    /// As the user who runs Testyard.
    Same,
    /// As anybody but root, for programs such as PostgreSQL that refuse to be root. Changes nothing for an ordinary
    /// user; see [`crate::keeper::NotRootMeans`] for how it is done.
    NotRoot,
}

/// Where a standard stream goes.
#[derive(Debug)]
pub enum Stdio {
    /// `/dev/null`.
    Null,
    /// The same place as this process's own.
    Inherit,
    /// An open file.
    File(File),
    /// The [`super::Child`].
    Pipe,
}

/// The two ends of a command's streams: what the process gets, and what its [`super::Child`] keeps.
pub(crate) struct Wiring {
    pub(crate) theirs: [OwnedFd; 3],
    pub(crate) stdin: Option<pipe::Sender>,
    pub(crate) stdout: Option<pipe::Receiver>,
    pub(crate) stderr: Option<pipe::Receiver>,
}

impl Wiring {
    pub(crate) fn of(stdin: Stdio, stdout: Stdio, stderr: Stdio) -> io::Result<Wiring> {
        let (their_in, stdin) = match stdin {
            Stdio::Pipe => {
                let (theirs, ours) = io::pipe()?;
                (theirs.into(), Some(pipe::Sender::from_owned_fd(ours.into())?))
            }
            other => (plain(other, rustix::stdio::stdin())?, None),
        };
        let (their_out, stdout) = outward(stdout, rustix::stdio::stdout())?;
        let (their_err, stderr) = outward(stderr, rustix::stdio::stderr())?;
        Ok(Wiring { theirs: [their_in, their_out, their_err], stdin, stdout, stderr })
    }
}

fn outward(stdio: Stdio, own: impl AsFd) -> io::Result<(OwnedFd, Option<pipe::Receiver>)> {
    match stdio {
        Stdio::Pipe => {
            let (ours, theirs) = io::pipe()?;
            Ok((theirs.into(), Some(pipe::Receiver::from_owned_fd(ours.into())?)))
        }
        other => Ok((plain(other, own)?, None)),
    }
}

fn plain(stdio: Stdio, own: impl AsFd) -> io::Result<OwnedFd> {
    match stdio {
        Stdio::Inherit => own.as_fd().try_clone_to_owned(),
        Stdio::File(file) => Ok(file.into()),
        Stdio::Null | Stdio::Pipe => Ok(File::options().read(true).write(true).open("/dev/null")?.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_values() {
        let command = Command::new("psql").args(["-c", "SELECT 1"]).env("PGPASSWORD", "hunter2");
        let shown = format!("{command:?}");
        assert!(shown.contains("PGPASSWORD") && shown.contains("SELECT 1"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

//! What supervisor and keeper say to each other.
//!
//! The messages live here, framing in [`frame`], and text that need not be Unicode in [`text`]. Both ends are
//! always the same binary, so the messages carry no version.

pub(super) mod frame;
pub(super) mod text;

use std::io;

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::options::HostEntry;
use crate::process::{Exit, RunAs};
use text::Text;

pub(super) use frame::{receive, send};

/// The first message to a new keeper; a listening door socket may come with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) attempt: Attempt,
    pub(super) private_network: bool,
    pub(super) run: String,
    /// The value of [`crate::KEEPER_MARKER`] for this keeper's processes.
    pub(super) keeper: String,
    pub(super) hosts: Vec<HostEntry>,
    pub(super) scratch: Text,
    pub(super) scratch_bytes: Option<u64>,
    /// Why the attempts before this one failed.
    pub(super) refusals: Vec<String>,
}

/// One way of isolating; they are tried from the best to none, each in a fresh process because namespaces that were
/// entered cannot be left again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) user: bool,
    pub(super) mount: bool,
    pub(super) pid: bool,
}

/// The keeper's first message back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Greeting {
    /// It serves; `root_pid` is a process, in the supervisor's numbering, that sees what the keeper's children see.
    Ready { facts: Facts, root_pid: i32 },
    /// This attempt does not work here, and why.
    Refused(String),
}

/// Something the supervisor, or a visitor, wants.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Wants an [`Answer`] with the same ticket.
    Ask { ticket: u64, ask: Ask },
    /// Signals the process that was spawned under this ticket, and its whole session. Never answered.
    Signal { ticket: u64, signal: i32 },
}

/// Something that is answered.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Ask {
    /// Start a process; standard input, output and error come with it.
    Spawn(Spawn),
    /// A new TCP socket of the keeper's network.
    Socket { ipv6: bool },
    /// A writable view of a folder that leaves the folder alone.
    Overlay { lower: Text, name: String },
    /// Another place for a file or folder.
    Bind { source: Text, target: Text, read_only: bool },
    /// New contents for the private `/etc/hosts`.
    Hosts(Vec<HostEntry>),
}

/// A process to start.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Spawn {
    pub(super) program: Text,
    pub(super) args: Vec<Text>,
    pub(super) env: Vec<(Text, Text)>,
    pub(super) cwd: Text,
    pub(super) run_as: RunAs,
}

/// Something the keeper says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Notice {
    /// The answer to a request; a file descriptor may come with it.
    Answer { ticket: u64, answer: Result<Answer, Failure> },
    /// The process that was spawned under this ticket has ended.
    Exited { ticket: u64, exit: Exit },
}

/// What was done.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    Spawned {
        pid: i32,
    },
    /// The socket comes with it.
    Socket,
    Place(Text),
    Done,
}

/// Why something was not done.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Failure {
    errno: Option<i32>,
    message: String,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure { errno: error.raw_os_error(), message: error.to_string() }
    }
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        match failure.errno {
            Some(errno) => io::Error::from_raw_os_error(errno),
            None => io::Error::other(failure.message),
        }
    }
}

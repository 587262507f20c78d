//! How a process ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// It returned this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// Its keeper ended first and took it along; how it ended was not seen.
    Lost,
}

impl Exit {
    /// Whether it returned 0.
    pub fn is_success(self) -> bool {
        self == Exit::Code(0)
    }

    /// What a shell would report: the code, or 128 plus the signal's number; nothing when it was not seen.
    pub fn shell_code(self) -> Option<i32> {
        match self {
            Exit::Code(code) => Some(code),
            Exit::Signal(signal) => Some(128 + signal),
            Exit::Lost => None,
        }
    }
}

/// `exit code 1`, `signal 9 (SIGKILL)`, `lost with its keeper`.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Exit::Code(code) => write!(f, "exit code {code}"),
            Exit::Signal(signal) => match signal_name(signal) {
                Some(name) => write!(f, "signal {signal} ({name})"),
                None => write!(f, "signal {signal}"),
            },
            Exit::Lost => f.write_str("lost with its keeper"),
        }
    }
}

/// The names of the signals that end processes in practice; their numbers are the same on Linux and macOS, except
/// for SIGBUS, which is asked from libc.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGHUP => "SIGHUP",
        libc::SIGINT => "SIGINT",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGILL => "SIGILL",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGALRM => "SIGALRM",
        libc::SIGTERM => "SIGTERM",
        libc::SIGUSR1 => "SIGUSR1",
        libc::SIGUSR2 => "SIGUSR2",
        libc::SIGXCPU => "SIGXCPU",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_read_as_sentences() {
        for (exit, shown, shell, success) in [
            (Exit::Code(0), "exit code 0", Some(0), true),
            (Exit::Code(3), "exit code 3", Some(3), false),
            (Exit::Signal(9), "signal 9 (SIGKILL)", Some(137), false),
            (Exit::Signal(40), "signal 40", Some(168), false),
            (Exit::Lost, "lost with its keeper", None, false),
        ] {
            assert_eq!(
                (exit.to_string().as_str(), exit.shell_code(), exit.is_success()),
                (shown, shell, success)
            );
        }
    }
}

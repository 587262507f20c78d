//! A process that was started.

use std::time::Duration;

use tokio::net::unix::pipe;
use tokio::sync::watch;

use super::{Exit, Signal};
use crate::keeper::Keeper;

/// A process that was started. When it is dropped before it ended, its whole session is killed: a process that
/// nobody waits for is a leftover.
pub struct Child {
    keeper: Keeper,
    id: u64,
    pid: i32,
    exit: watch::Receiver<Option<Exit>>,
    stdin: Option<pipe::Sender>,
    stdout: Option<pipe::Receiver>,
    stderr: Option<pipe::Receiver>,
}

impl Child {
    pub(crate) fn new(keeper: Keeper, id: u64, exit: watch::Receiver<Option<Exit>>) -> Child {
        Child { keeper, id, pid: 0, exit, stdin: None, stdout: None, stderr: None }
    }

    pub(crate) fn started(
        mut self,
        pid: i32,
        stdin: Option<pipe::Sender>,
        stdout: Option<pipe::Receiver>,
        stderr: Option<pipe::Receiver>,
    ) -> Child {
        (self.pid, self.stdin, self.stdout, self.stderr) = (pid, stdin, stdout, stderr);
        self
    }

    /// A number that names this process among all that this keeper handle ever started.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its process id, as seen inside the keeper. See [`Keeper::outside`] for reaching its `/proc` folder.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// How it ended, when it has.
    pub fn exit(&self) -> Option<Exit> {
        *self.exit.borrow()
    }

    /// Waits until it has ended. May be cancelled and called again.
    pub async fn wait(&mut self) -> Exit {
        match self.exit.wait_for(Option::is_some).await {
            Ok(exit) => exit.unwrap_or(Exit::Lost),
            Err(_) => Exit::Lost,
        }
    }

    /// Sends a signal to the process and to every process of its session. When it has ended already, what is left of
    /// its session still gets it.
    pub async fn signal(&self, signal: Signal) {
        self.keeper.signal(self.id, signal);
    }

    /// Ends it: sends `signal`, waits up to `grace`, then kills whatever is left of its session.
    pub async fn stop(&mut self, signal: Signal, grace: Duration) -> Exit {
        if self.exit().is_none() {
            self.keeper.signal(self.id, signal);
            // Either it ended in time, or it gets no more of it: the next step is the same.
            let _ = tokio::time::timeout(grace, self.wait()).await;
        }
        self.keeper.signal(self.id, Signal::KILL);
        self.wait().await
    }

    /// The writing end of its standard input, once, when that is a [`super::Stdio::Pipe`].
    pub fn take_stdin(&mut self) -> Option<pipe::Sender> {
        self.stdin.take()
    }

    /// The reading end of its standard output, once, when that is a [`super::Stdio::Pipe`].
    pub fn take_stdout(&mut self) -> Option<pipe::Receiver> {
        self.stdout.take()
    }

    /// The reading end of its standard error, once, when that is a [`super::Stdio::Pipe`].
    pub fn take_stderr(&mut self) -> Option<pipe::Receiver> {
        self.stderr.take()
    }
}

impl std::fmt::Debug for Child {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Child").field("pid", &self.pid).field("exit", &self.exit()).finish_non_exhaustive()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.exit().is_none() {
            self.keeper.signal(self.id, Signal::KILL);
        }
    }
}

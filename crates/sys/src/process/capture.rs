//! Running a process to its end and keeping what it printed.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Child, Command, Exit, Signal, Stdio};
use crate::keeper::{Keeper, KeeperError};

/// How many bytes of each stream [`output`] keeps: the first and the last half of this. Far more than any tool that
/// is asked a question prints, and little enough for a runaway one.
pub const OUTPUT_CAP: usize = 16 << 20;

/// How long a process that ran out of time may take to end on SIGTERM before it is killed.
const GRACE: Duration = Duration::from_secs(2);

/// How long streams may stay open after the process and its session have ended; a daemon that left the session
/// could hold them for ever.
const DRAIN: Duration = Duration::from_secs(1);

/// What a process printed and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to standard output, when that was a [`Stdio::Pipe`].
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, when that was a [`Stdio::Pipe`].
    pub stderr: Vec<u8>,
    /// It took longer than it may, and was ended.
    pub timed_out: bool,
    /// How many bytes in the middle of the two streams were left out, see [`OUTPUT_CAP`].
    pub left_out: usize,
}

/// Runs a command to its end, for at most `limit`. Standard output and error are captured where the command leaves
/// them at [`Stdio::Null`] or says [`Stdio::Pipe`].
///
/// What is left of the command's session when it ends is killed.
pub async fn output(keeper: &Keeper, mut command: Command, limit: Duration) -> Result<Output, KeeperError> {
    for stream in [&mut command.stdout, &mut command.stderr] {
        if matches!(stream, Stdio::Null) {
            *stream = Stdio::Pipe;
        }
    }
    let mut child = keeper.spawn(command).await?;
    let stdout = Capture::start(child.take_stdout());
    let stderr = Capture::start(child.take_stderr());
    let (exit, timed_out) = end(&mut child, limit).await;
    let (stdout, stderr) = tokio::join!(stdout.finish(), stderr.finish());
    Ok(Output {
        exit,
        timed_out,
        left_out: stdout.left_out + stderr.left_out,
        stdout: stdout.bytes(),
        stderr: stderr.bytes(),
    })
}

async fn end(child: &mut Child, limit: Duration) -> (Exit, bool) {
    let in_time = timeout(limit, child.wait()).await.ok();
    // Also when it ended by itself: background processes of its session go with it.
    let exit = child.stop(Signal::TERM, GRACE).await;
    (in_time.unwrap_or(exit), in_time.is_none())
}

/// A stream that is being read in the background.
struct Capture {
    task: JoinHandle<()>,
    kept: Arc<Mutex<Kept>>,
}

impl Capture {
    fn start(stream: Option<pipe::Receiver>) -> Capture {
        let kept = Arc::new(Mutex::new(Kept::new(OUTPUT_CAP)));
        let task = tokio::spawn(read_all(stream, kept.clone()));
        Capture { task, kept }
    }

    /// Waits for the end of the stream, but not for ever.
    async fn finish(mut self) -> Kept {
        if timeout(DRAIN, &mut self.task).await.is_err() {
            self.task.abort();
        }
        let mut kept = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        std::mem::replace(&mut kept, Kept::new(0))
    }
}

async fn read_all(stream: Option<pipe::Receiver>, kept: Arc<Mutex<Kept>>) {
    let Some(mut stream) = stream else { return };
    let mut buffer = vec![0; 64 << 10];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => return,
            Ok(count) => kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A pipe that can no longer be read has nothing more to say.
            Err(_) => return,
        }
    }
}

/// The beginning and the end of a stream.
struct Kept {
    half: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: usize,
}

impl Kept {
    fn new(cap: usize) -> Kept {
        Kept { half: cap / 2, head: Vec::new(), tail: VecDeque::new(), left_out: 0 }
    }

    fn push(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let excess = self.tail.len().saturating_sub(self.half);
        self.tail.drain(..excess);
        self.left_out += excess;
    }

    fn bytes(mut self) -> Vec<u8> {
        self.head.extend(self.tail);
        self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_and_end_are_kept() {
        let check = |parts: &[&str], expected: &str, left_out: usize| {
            let mut kept = Kept::new(6);
            parts.iter().for_each(|part| kept.push(part.as_bytes()));
            assert_eq!(kept.left_out, left_out, "{parts:?}");
            assert_eq!(String::from_utf8(kept.bytes()).unwrap(), expected, "{parts:?}");
        };
        check(&[], "", 0);
        check(&["ab"], "ab", 0);
        check(&["abcdef"], "abcdef", 0);
        check(&["abcdefg"], "abcefg", 1);
        check(&["a", "bcde", "fghij"], "abchij", 4);
    }
}

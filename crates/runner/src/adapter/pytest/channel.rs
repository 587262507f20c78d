//! The runner's end of the channel to the plugin.
//!
//! The plugin writes at every test. A thread of its own reads, and sleeps between two readings while tests run: the
//! runtime would wake up at every test, and on a small machine that takes the processor away from the tests.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::message::{Message, Order};

/// How long the thread sleeps after a reading that told of tests. In this time a suite of the quickest tests fills
/// a fraction of the socket's buffer.
const REST: Duration = Duration::from_millis(15);

/// How much is read at once, in bytes.
const CHUNK: usize = 64 << 10;

/// How long the end of the line may take to come after the process has ended. Something that a test left behind may
/// hold the other end open.
const LAST_WORDS: Duration = Duration::from_millis(300);

type Batch = io::Result<Vec<Message>>;

/// A line to the plugin. Closed when it is dropped.
pub(super) struct Channel {
    stream: UnixStream,
    batches: mpsc::UnboundedReceiver<Batch>,
    last: Vec<Message>,
}

impl Channel {
    /// A new channel, and its other end for the process to have as standard input.
    pub(super) fn new() -> io::Result<(Channel, File)> {
        let (ours, theirs) = UnixStream::pair()?;
        let (sender, batches) = mpsc::unbounded_channel();
        let reading = ours.try_clone()?;
        thread::Builder::new().name("pytest-channel".to_owned()).spawn(move || read(reading, &sender))?;
        Ok((Channel { stream: ours, batches, last: Vec::new() }, File::from(OwnedFd::from(theirs))))
    }

    /// Waits for messages and returns all there are. Waits for ever once the other end is closed: that a process is
    /// over is known by its exit. May be dropped and called again.
    pub(super) async fn hear(&mut self) -> Batch {
        match self.batches.recv().await {
            Some(batch) => batch,
            None => std::future::pending().await,
        }
    }

    /// Everything that was said and not heard yet, after the process has ended. May be dropped and called again.
    pub(super) async fn rest(&mut self) -> Batch {
        if let Ok(drained) = timeout(LAST_WORDS, self.drain()).await {
            drained?;
            return Ok(std::mem::take(&mut self.last));
        }
        // What was sent is still read after this, and then the thread ends. A socket that is closed needs no closing.
        let _ = self.stream.shutdown(Shutdown::Read);
        match timeout(LAST_WORDS, self.drain()).await {
            Ok(Err(error)) => Err(error),
            _ => Ok(std::mem::take(&mut self.last)),
        }
    }

    async fn drain(&mut self) -> io::Result<()> {
        while let Some(batch) = self.batches.recv().await {
            self.last.extend(batch?);
        }
        Ok(())
    }

    /// Sends an order. A plugin that is gone is not told; its process says how it ended.
    pub(super) async fn say(&mut self, order: &Order) -> io::Result<()> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        let mut stream = self.stream.try_clone()?;
        let written = tokio::task::spawn_blocking(move || stream.write_all(&line));
        written.await.map_err(io::Error::other)?
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        // Ends the thread. The other end may have closed it already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// Reads lines until the other end closes, or nobody wants them any more.
fn read(mut stream: UnixStream, batches: &mpsc::UnboundedSender<Batch>) {
    let (mut chunk, mut buffer) = (vec![0; CHUNK], Vec::new());
    loop {
        match stream.read(&mut chunk) {
            Ok(count) if count > 0 => buffer.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // A reset is the end of the process by another name. Half a line is what it was killed in.
            _ => return,
        }
        let batch = lines(&mut buffer);
        let busy = batch
            .as_ref()
            .is_ok_and(|batch| batch.iter().any(|message| matches!(message, Message::Start(_))));
        let empty = batch.as_ref().is_ok_and(Vec::is_empty);
        if !empty && batches.send(batch).is_err() {
            return;
        }
        if busy {
            thread::sleep(REST);
        }
    }
}

/// Takes the whole lines out of the buffer.
fn lines(buffer: &mut Vec<u8>) -> Batch {
    let Some(end) = buffer.iter().rposition(|byte| *byte == b'\n') else { return Ok(Vec::new()) };
    let whole: Vec<u8> = buffer.drain(..=end).collect();
    let lines = whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| Ok(serde_json::from_slice(line)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Channel, UnixStream) {
        let (channel, theirs) = Channel::new().unwrap();
        (channel, UnixStream::from(OwnedFd::from(theirs)))
    }

    #[tokio::test]
    async fn messages_come_whole_and_in_order() {
        let (mut channel, mut theirs) = pair();
        theirs.write_all(b"{\"start\":1}\n{\"sta").unwrap();
        assert_eq!(channel.hear().await.unwrap(), [Message::Start(1)]);
        theirs.write_all(b"rt\":2}\n").unwrap();
        assert_eq!(channel.hear().await.unwrap(), [Message::Start(2)]);
        theirs.write_all(b"{\"start\":3}\n").unwrap();
        drop(theirs);
        assert_eq!(channel.rest().await.unwrap(), [Message::Start(3)]);
        assert_eq!(channel.rest().await.unwrap(), []);
    }

    #[tokio::test]
    async fn last_words_are_heard_although_somebody_holds_the_line() {
        let (mut channel, mut theirs) = pair();
        theirs.write_all(b"{\"start\":1}\n{\"start\":2}\n").unwrap();
        assert_eq!(channel.rest().await.unwrap(), [Message::Start(1), Message::Start(2)]);
    }

    #[tokio::test]
    async fn a_line_that_is_no_message_is_an_error() {
        let (mut channel, mut theirs) = pair();
        theirs.write_all(b"hello\n").unwrap();
        assert!(channel.hear().await.is_err());
    }

    #[tokio::test]
    async fn orders_arrive() {
        let (mut channel, mut theirs) = pair();
        channel.say(&Order::Quit(true)).await.unwrap();
        drop(channel);
        let mut line = String::new();
        theirs.read_to_string(&mut line).unwrap();
        assert_eq!(line, "{\"quit\":true}\n");
    }
}

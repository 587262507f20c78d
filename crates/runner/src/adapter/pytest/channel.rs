//! The runner's end of the channel to the plugin.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;

use super::message::{Message, Order};

/// How long the runner rests after it has read something. The plugin writes at every test; reading at every test
/// would take the processor away from the tests.
const REST: Duration = Duration::from_millis(5);

/// How much room there is for one reading, in bytes.
const CHUNK: usize = 64 << 10;

/// A socket to the plugin.
pub(super) struct Channel {
    stream: UnixStream,
    /// The same socket, for reading what is there whether or not the runtime has noticed it yet.
    direct: net::UnixStream,
    buffer: Vec<u8>,
    open: bool,
}

impl Channel {
    /// A new channel, and its other end for the process to have as standard input.
    pub(super) fn new() -> io::Result<(Channel, File)> {
        let (ours, theirs) = net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let direct = ours.try_clone()?;
        let stream = UnixStream::from_std(ours)?;
        Ok((Channel { stream, direct, buffer: Vec::new(), open: true }, File::from(OwnedFd::from(theirs))))
    }

    /// Waits for messages and returns all there are. Waits for ever once the other end is closed: that a process is
    /// over is known by its exit. May be dropped and called again: what was read is kept.
    pub(super) async fn hear(&mut self) -> io::Result<Vec<Message>> {
        loop {
            if self.buffer.contains(&b'\n') {
                tokio::time::sleep(REST).await;
                self.fill();
                return self.lines();
            }
            if !self.open {
                return std::future::pending().await;
            }
            self.stream.readable().await?;
            self.fill();
        }
    }

    /// What was sent and not heard yet, without waiting.
    pub(super) fn rest(&mut self) -> io::Result<Vec<Message>> {
        match self.direct.read_to_end(&mut self.buffer) {
            Err(error) if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionReset) => {
                Err(error)
            }
            // Something that a test left behind may hold the other end open: what there is is all there is.
            _ => self.lines(),
        }
    }

    /// Sends an order. A plugin that is gone is not told; its process says how it ended.
    pub(super) async fn say(&mut self, order: &Order) -> io::Result<()> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        self.stream.write_all(&line).await
    }

    /// Reads what there is.
    fn fill(&mut self) {
        loop {
            self.buffer.reserve(CHUNK);
            match self.stream.try_read_buf(&mut self.buffer) {
                Ok(0) => self.open = false,
                Ok(_) => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // A reset is the end of the process by another name.
                Err(_) => self.open = false,
            }
            return;
        }
    }

    /// Takes the whole lines out of the buffer.
    fn lines(&mut self) -> io::Result<Vec<Message>> {
        let Some(end) = self.buffer.iter().rposition(|byte| *byte == b'\n') else { return Ok(Vec::new()) };
        let whole: Vec<u8> = self.buffer.drain(..=end).collect();
        let lines = whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| Ok(serde_json::from_slice(line)?)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[tokio::test]
    async fn messages_come_whole_and_in_order() {
        let (mut channel, theirs) = Channel::new().unwrap();
        let mut theirs = net::UnixStream::from(OwnedFd::from(theirs));
        theirs.write_all(b"{\"start\":1}\n{\"sta").unwrap();
        assert_eq!(channel.hear().await.unwrap(), [Message::Start(1)]);
        theirs.write_all(b"rt\":2}\n").unwrap();
        assert_eq!(channel.hear().await.unwrap(), [Message::Start(2)]);
        theirs.write_all(b"{\"start\":3}\n").unwrap();
        drop(theirs);
        assert_eq!(channel.rest().unwrap(), [Message::Start(3)]);
        assert_eq!(channel.rest().unwrap(), []);
    }

    #[tokio::test]
    async fn a_line_that_is_no_message_is_an_error() {
        let (mut channel, theirs) = Channel::new().unwrap();
        net::UnixStream::from(OwnedFd::from(theirs)).write_all(b"hello\n").unwrap();
        assert!(channel.hear().await.is_err());
    }
}

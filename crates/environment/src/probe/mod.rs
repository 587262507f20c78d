//! Probes: asking a service, in its own protocol, whether it answers. One file a protocol.
//!
//! A probe is given a fresh connection and asks once. What does not live here: how often is asked, and for how long.

mod amqp;
mod http;
mod memcached;
mod mqtt;
mod mysql;
mod nats;
mod postgres;
mod redis;
mod tcp;
mod websocket;

use std::io;

use futures_util::future::BoxFuture;
use tokio::net::TcpStream;

pub use amqp::{Amqp, AmqpLogin};
pub use http::Http;
pub use memcached::Memcached;
pub use mqtt::Mqtt;
pub use mysql::MySql;
pub use nats::{Nats, NatsLogin};
pub use postgres::Postgres;
pub use redis::Redis;
pub use tcp::Tcp;
pub use websocket::WebSocket;

/// Asks a service in one protocol.
pub trait Probe: Send + Sync {
    /// The protocol's name, as people write it.
    fn protocol(&self) -> &'static str;

    /// Asks once, over a connection that was just made. What it said, in a few words, when it is ready.
    fn ask<'a>(&'a self, connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>>;
}

/// Why a service is not ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unready {
    /// It may be a little later: it still starts, or the connection broke.
    NotYet(String),
    /// Waiting will not help: it refuses the credentials, or speaks another protocol.
    Never(String),
}

impl Unready {
    /// What it said, or how it failed.
    pub fn reason(&self) -> &str {
        match self {
            Unready::NotYet(reason) | Unready::Never(reason) => reason,
        }
    }
}

impl From<io::Error> for Unready {
    fn from(error: io::Error) -> Self {
        Unready::NotYet(match error.kind() {
            io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
            _ => error.to_string(),
        })
    }
}

/// The printable beginning of what a service said, for a message.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]);
    text.trim_end().escape_debug().to_string()
}

/// Reads one line, without its end, of at most so many bytes.
async fn line(stream: &mut TcpStream, limit: usize) -> Result<Vec<u8>, Unready> {
    use tokio::io::AsyncReadExt;
    let mut line = Vec::new();
    loop {
        // Byte by byte: what follows the line belongs to the caller, and greetings are short.
        match stream.read_u8().await? {
            b'\n' => break,
            byte => line.push(byte),
        }
        if line.len() > limit {
            return Err(Unready::Never(format!("it answers with {}", shown(&line))));
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

/// A server that gives one answer, for the tests of probes.
#[cfg(test)]
pub(crate) mod fake {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::{Probe, Unready};

    /// What the probe makes of a server that answers each thing it is sent with the next of these, then closes.
    pub(crate) async fn asked(
        probe: &dyn Probe,
        greeting: &[u8],
        answers: &[&[u8]],
    ) -> Result<String, Unready> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (greeting, answers) = (greeting.to_vec(), answers.iter().map(|a| a.to_vec()).collect::<Vec<_>>());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(&greeting).await.unwrap();
            for answer in answers {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await.unwrap();
                stream.write_all(&answer).await.unwrap();
            }
        });
        let said = probe.ask(TcpStream::connect(address).await.unwrap()).await;
        server.await.unwrap();
        said
    }
}

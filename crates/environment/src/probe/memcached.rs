//! Ready when it tells its version.

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Probe, Unready, line, shown};

/// Ready when it tells its version. Needs no login in either protocol: a server that wants one says so instead, which
/// is an answer as well.
#[derive(Debug, Clone, Copy)]
pub struct Memcached {
    /// Whether to speak the binary protocol: all that a server with SASL understands.
    pub binary: bool,
}

/// A request of the binary protocol for the version: magic 0x80, opcode 0x0b, everything else empty.
const BINARY_VERSION: [u8; 24] = {
    let mut request = [0; 24];
    request[0] = 0x80;
    request[1] = 0x0b;
    request
};

/// The first byte of every answer in the binary protocol.
const BINARY_ANSWER: u8 = 0x81;

impl Probe for Memcached {
    fn protocol(&self) -> &'static str {
        "memcached"
    }

    fn ask<'a>(&'a self, connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move { if self.binary { binary(connection).await } else { text(connection).await } })
    }
}

async fn text(mut connection: TcpStream) -> Result<String, Unready> {
    connection.write_all(b"version\r\n").await?;
    let answer = line(&mut connection, 1024).await?;
    match answer.strip_prefix(b"VERSION ") {
        Some(version) => Ok(format!("answers as {}", shown(version))),
        None if answer == b"CLIENT_ERROR unauthenticated" => Ok("answers, and wants a password".to_owned()),
        None => Err(Unready::Never(format!("it does not speak the memcached protocol: {}", shown(&answer)))),
    }
}

async fn binary(mut connection: TcpStream) -> Result<String, Unready> {
    connection.write_all(&BINARY_VERSION).await?;
    let mut header = [0; 24];
    connection.read_exact(&mut header).await?;
    if header[0] != BINARY_ANSWER {
        return Err(Unready::Never(format!("it does not speak the binary protocol: {}", shown(&header))));
    }
    Ok("answers in the binary protocol".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::fake::asked;
    use super::*;

    #[tokio::test]
    async fn what_counts_as_ready() {
        let text =
            |answer: &'static [u8]| async move { asked(&Memcached { binary: false }, b"", &[answer]).await };
        assert_eq!(text(b"VERSION 1.6.18\r\n").await, Ok("answers as 1.6.18".to_owned()));
        assert!(text(b"CLIENT_ERROR unauthenticated\r\n").await.is_ok());
        assert!(matches!(text(b"-ERR unknown command\r\n").await, Err(Unready::Never(_))));
        let mut answer = [0; 24];
        let binary =
            |answer: [u8; 24]| async move { asked(&Memcached { binary: true }, b"", &[&answer]).await };
        assert!(matches!(binary(answer).await, Err(Unready::Never(_))));
        answer[0] = BINARY_ANSWER;
        assert!(binary(answer).await.is_ok());
    }
}

//! Ready when it agrees to speak WebSocket.

use futures_util::future::BoxFuture;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::http::{base64, status};
use super::{Probe, Unready, line, shown};

/// Ready when it answers the opening handshake with `101 Switching Protocols`.
#[derive(Debug, Clone)]
pub struct WebSocket {
    /// The `Host` header: name and port.
    pub host: String,
    /// The path with its query.
    pub path: String,
}

impl Probe for WebSocket {
    fn protocol(&self) -> &'static str {
        "WebSocket"
    }

    fn ask<'a>(&'a self, mut connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move {
            // Any sixteen bytes do: the key only proves that the server understood the request.
            let key = base64(b"testyard-probe-0");
            let WebSocket { host, path } = self;
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            );
            connection.write_all(request.as_bytes()).await?;
            let status_line = line(&mut connection, 4096).await?;
            match status(&status_line) {
                Some(101) => Ok("agrees to speak WebSocket".to_owned()),
                Some(status @ 500..) => {
                    Err(Unready::NotYet(format!("it answers {path} with status {status}")))
                }
                Some(status) => {
                    Err(Unready::Never(format!("it does not speak WebSocket at {path}: status {status}")))
                }
                None => Err(Unready::Never(format!("it does not speak HTTP: {}", shown(&status_line)))),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::asked;
    use super::*;

    #[tokio::test]
    async fn only_the_handshake_counts() {
        let probe = WebSocket { host: "h".into(), path: "/ws".into() };
        let ready = asked(&probe, b"", &[b"HTTP/1.1 101 Switching Protocols\r\n\r\n"]).await;
        assert_eq!(ready.unwrap(), "agrees to speak WebSocket");
        let plain = asked(&probe, b"", &[b"HTTP/1.1 200 OK\r\n\r\n"]).await;
        assert_eq!(plain, Err(Unready::Never("it does not speak WebSocket at /ws: status 200".into())));
    }
}

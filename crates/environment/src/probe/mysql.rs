//! Ready when the MySQL handshake says so.
//!
//! The greeting comes before any login, and only once the server takes connections. Whether a password is right is
//! not asked: the usual method of MySQL 8 needs TLS or the server's key for that.

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Probe, Unready, shown};

/// Ready when it greets as a MySQL or MariaDB server.
#[derive(Debug, Clone, Copy)]
pub struct MySql {
    /// Whether a server that lets nobody in from here counts as ready. Right for a server that was just started with
    /// accounts for its own machine only, wrong for one that somebody gave an address of.
    pub locked_is_ready: bool,
}

/// The error of a server that has no account for any user at our address.
const HOST_NOT_PRIVILEGED: u16 = 1130;

/// The longest greeting that is believed, in bytes; real ones have about a hundred.
const LONGEST: usize = 4096;

impl Probe for MySql {
    fn protocol(&self) -> &'static str {
        "MySQL"
    }

    fn ask<'a>(&'a self, mut connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move {
            let greeting = packet(&mut connection).await?;
            let said = self.judge(&greeting);
            // A server counts clients that vanish during the handshake, and blocks their host after some; COM_QUIT
            // is not one of those where it is understood, and does no harm elsewhere.
            let _ = connection.write_all(&[1, 0, 0, 1, 1]).await;
            said
        })
    }
}

async fn packet(connection: &mut TcpStream) -> Result<Vec<u8>, Unready> {
    let mut header = [0; 4];
    connection.read_exact(&mut header).await?;
    let length = u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize;
    if length == 0 || length > LONGEST {
        return Err(Unready::Never(format!("it does not speak the MySQL protocol: {}", shown(&header))));
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    Ok(body)
}

impl MySql {
    /// Protocol version 10 is followed by the server's version; 255 by an error's number and text.
    fn judge(self, greeting: &[u8]) -> Result<String, Unready> {
        match greeting {
            [10, version @ ..] => {
                let version = version.split(|byte| *byte == 0).next().unwrap_or_default();
                Ok(format!("greets as {}", shown(version)))
            }
            [255, low, high, text @ ..] => match u16::from_le_bytes([*low, *high]) {
                HOST_NOT_PRIVILEGED if self.locked_is_ready => {
                    Ok("answers, and lets nobody in from here".to_owned())
                }
                HOST_NOT_PRIVILEGED => Err(Unready::Never(shown(text))),
                _ => Err(Unready::NotYet(shown(text))),
            },
            _ => Err(Unready::Never(format!("it does not speak the MySQL protocol: {}", shown(greeting)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::asked;
    use super::*;

    #[tokio::test]
    async fn greetings() {
        let packet = |body: &[u8]| [&[body.len() as u8, 0, 0, 0][..], body].concat();
        let (strict, lenient) = (MySql { locked_is_ready: false }, MySql { locked_is_ready: true });
        let ask = |probe, body: &'static [u8]| async move { asked(&probe, &packet(body), &[]).await };
        assert_eq!(ask(strict, b"\x0a8.0.36\0rest").await, Ok("greets as 8.0.36".to_owned()));
        let busy = ask(lenient, b"\xff\x10\x04Too many connections").await;
        assert_eq!(busy, Err(Unready::NotYet("Too many connections".to_owned())));
        let locked = b"\xff\x6a\x04Host is not allowed";
        assert_eq!(ask(strict, locked).await, Err(Unready::Never("Host is not allowed".to_owned())));
        assert!(ask(lenient, locked).await.is_ok());
        assert!(matches!(asked(&strict, b"+PONG\r\n", &[]).await, Err(Unready::Never(_))));
    }
}

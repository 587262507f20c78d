//! Ready when it answers CONNECT.

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Probe, Unready, shown};

/// Ready when it answers `CONNECT` (MQTT 3.1.1) with `CONNACK`. Without a user, any answer will do: a server that
/// wants a password is up. With one, it has to be let in.
#[derive(Clone, Default)]
pub struct Mqtt {
    /// The user; anonymous when none.
    pub user: Option<String>,
    /// The password, which counts only with a user.
    pub password: Option<String>,
}

impl std::fmt::Debug for Mqtt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mqtt").field("user", &self.user).finish_non_exhaustive()
    }
}

/// The type of CONNACK, in the upper half of a packet's first byte.
const CONNACK: u8 = 0x20;

impl Probe for Mqtt {
    fn protocol(&self) -> &'static str {
        "MQTT"
    }

    fn ask<'a>(&'a self, mut connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move {
            connection.write_all(&self.connect()).await?;
            let mut answer = [0; 4];
            connection.read_exact(&mut answer).await?;
            let said = self.judge(answer);
            // DISCONNECT, so that the server does not log a client that vanished.
            let _ = connection.write_all(&[0xe0, 0]).await;
            said
        })
    }
}

impl Mqtt {
    /// The packet that opens a session: a clean one, kept alive for ten seconds.
    fn connect(&self) -> Vec<u8> {
        const CLEAN_SESSION: u8 = 0x02;
        let mut flags = CLEAN_SESSION;
        let mut texts = vec![format!("testyard-{}", std::process::id())];
        if let Some(user) = &self.user {
            flags |= 0x80;
            texts.push(user.clone());
            if let Some(password) = &self.password {
                flags |= 0x40;
                texts.push(password.clone());
            }
        }
        let mut body = b"\x00\x04MQTT\x04".to_vec();
        body.extend([flags, 0, 10]);
        for text in texts {
            // Longer texts than the protocol can carry are cut; such a login fails, and says so.
            let text = &text.as_bytes()[..text.len().min(usize::from(u16::MAX))];
            body.extend((text.len() as u16).to_be_bytes());
            body.extend(text);
        }
        let mut packet = vec![0x10];
        packet.extend(remaining_length(body.len()));
        packet.extend(body);
        packet
    }

    fn judge(&self, answer: [u8; 4]) -> Result<String, Unready> {
        match answer {
            [CONNACK, 2, _, 0] => Ok("lets a client in".to_owned()),
            [CONNACK, 2, _, 3] => Err(Unready::NotYet("it is not available yet".to_owned())),
            [CONNACK, 2, _, 4 | 5] if self.user.is_some() => {
                Err(Unready::Never("it refuses the user name and password".to_owned()))
            }
            [CONNACK, 2, _, 4 | 5] => Ok("answers, and wants a password".to_owned()),
            [CONNACK, 2, _, code] => Ok(format!("answers CONNECT with code {code}")),
            _ => Err(Unready::Never(format!("it does not speak MQTT: {}", shown(&answer)))),
        }
    }
}

/// A length in the protocol's own form: seven bits a byte, the lowest first.
fn remaining_length(mut length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (length & 0x7f) as u8;
        length >>= 7;
        if length == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::asked;
    use super::*;

    #[tokio::test]
    async fn what_counts_as_ready() {
        let open = Mqtt::default();
        let login = Mqtt { user: Some("u".into()), password: Some("p".into()) };
        let ask = |probe, code| async move { asked(probe, b"", &[&[CONNACK, 2, 0, code]]).await };
        assert!(ask(&open, 0).await.is_ok());
        assert!(ask(&open, 5).await.is_ok());
        assert!(ask(&login, 0).await.is_ok());
        assert!(matches!(ask(&login, 5).await, Err(Unready::Never(_))));
        assert!(matches!(ask(&login, 4).await, Err(Unready::Never(_))));
        assert!(matches!(ask(&open, 3).await, Err(Unready::NotYet(_))));
        assert!(matches!(asked(&open, b"+PONG\r\n", &[]).await, Err(Unready::Never(_))));
    }

    #[test]
    fn packets_of_the_standard() {
        let login = Mqtt { user: Some("u".into()), password: Some("pw".into()) }.connect();
        assert_eq!(login[..2], [0x10, login.len() as u8 - 2]);
        assert_eq!(login[2..12], *b"\x00\x04MQTT\x04\xc2\x00\x0a");
        assert!(login.ends_with(b"\x00\x01u\x00\x02pw"));
        for (length, bytes) in [(0, &[0][..]), (127, &[127]), (128, &[0x80, 1]), (16_383, &[0xff, 0x7f])] {
            assert_eq!(remaining_length(length), bytes);
        }
    }
}

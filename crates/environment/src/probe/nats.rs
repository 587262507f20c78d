//! Ready when it answers PING, after logging in where there is something to log in with.

use futures_util::future::BoxFuture;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Probe, Unready, line, shown};

/// Ready when it answers `PING` with `PONG`. Without a login, a server that wants one is ready once it has said so.
#[derive(Clone, Default)]
pub struct Nats {
    /// How to log in.
    pub login: Option<NatsLogin>,
}

/// How to log in to NATS.
#[derive(Clone)]
pub enum NatsLogin {
    /// With a user and a password.
    User(String, String),
    /// With a token.
    Token(String),
}

impl std::fmt::Debug for Nats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nats").field("login", &self.login.is_some()).finish()
    }
}

/// What matters of the server's greeting.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Info {
    version: String,
    auth_required: bool,
    tls_required: bool,
}

/// The longest line that is believed, in bytes: INFO of a cluster names all of its members.
const LONGEST: usize = 1 << 16;

impl Probe for Nats {
    fn protocol(&self) -> &'static str {
        "NATS"
    }

    fn ask<'a>(&'a self, mut connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move {
            let greeting = line(&mut connection, LONGEST).await?;
            let info =
                greeting.strip_prefix(b"INFO ").and_then(|json| serde_json::from_slice::<Info>(json).ok());
            let info = info.ok_or_else(|| {
                Unready::Never(format!("it does not speak the NATS protocol: {}", shown(&greeting)))
            })?;
            if info.tls_required {
                return Ok(format!("greets as NATS {}, and wants TLS", info.version));
            }
            if info.auth_required && self.login.is_none() {
                return Ok(format!("greets as NATS {}, and wants a login", info.version));
            }
            connection.write_all(self.connect().as_bytes()).await?;
            answer(&mut connection).await
        })
    }
}

impl Nats {
    fn connect(&self) -> String {
        let mut options =
            serde_json::json!({ "verbose": false, "pedantic": false, "lang": "rust", "protocol": 1 });
        match &self.login {
            Some(NatsLogin::User(user, password)) => {
                (options["user"], options["pass"]) = (user.as_str().into(), password.as_str().into());
            }
            Some(NatsLogin::Token(token)) => options["auth_token"] = token.as_str().into(),
            None => {}
        }
        format!("CONNECT {options}\r\nPING\r\n")
    }
}

async fn answer(connection: &mut TcpStream) -> Result<String, Unready> {
    loop {
        let answer = line(connection, LONGEST).await?;
        match answer.as_slice() {
            b"PONG" => return Ok("answers PING".to_owned()),
            // News about the cluster may come in between.
            b"+OK" => {}
            news if news.starts_with(b"INFO ") => {}
            error if error.starts_with(b"-ERR") => {
                return Err(Unready::Never(format!("it answers {}", shown(error))));
            }
            other => {
                return Err(Unready::Never(format!("it does not speak the NATS protocol: {}", shown(other))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::asked;
    use super::*;

    #[tokio::test]
    async fn what_counts_as_ready() {
        let open = b"INFO {\"version\":\"2.9.10\",\"max_payload\":1048576}\r\n";
        let closed = b"INFO {\"version\":\"2.9.10\",\"auth_required\":true}\r\n";
        let secure = b"INFO {\"version\":\"2.9.10\",\"tls_required\":true}\r\n";
        let login = Nats { login: Some(NatsLogin::User("u".into(), "p".into())) };
        let none = Nats::default();
        assert_eq!(asked(&none, open, &[b"PONG\r\n"]).await, Ok("answers PING".to_owned()));
        assert!(asked(&none, open, &[b"INFO {}\r\nPONG\r\n"]).await.is_ok());
        assert!(asked(&none, closed, &[]).await.is_ok());
        assert!(asked(&none, secure, &[]).await.is_ok());
        assert!(asked(&login, closed, &[b"PONG\r\n"]).await.is_ok());
        let refused = asked(&login, closed, &[b"-ERR 'Authorization Violation'\r\n"]).await;
        assert!(matches!(refused, Err(Unready::Never(_))), "{refused:?}");
        assert!(matches!(asked(&none, b"+PONG\r\n", &[]).await, Err(Unready::Never(_))));
    }

    #[test]
    fn logins_are_sent_as_json() {
        let user = Nats { login: Some(NatsLogin::User("a\"b".into(), "p".into())) }.connect();
        assert!(user.contains(r#""user":"a\"b""#) && user.ends_with("\r\nPING\r\n"), "{user}");
        assert!(Nats { login: Some(NatsLogin::Token("t".into())) }.connect().contains(r#""auth_token":"t""#));
    }
}

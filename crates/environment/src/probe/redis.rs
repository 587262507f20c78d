//! Ready when it answers PING, after logging in where there is something to log in with.

use futures_util::future::BoxFuture;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Probe, Unready, line, shown};

/// Ready when it answers `PING` with `PONG`.
#[derive(Clone, Default)]
pub struct Redis {
    /// The user; the default one when none.
    pub user: Option<String>,
    /// The password; nothing is sent when none.
    pub password: Option<String>,
    /// Whether a server that wants a password which is not known here counts as ready. Right for a server that was
    /// just started with a configuration nobody reads, wrong for one that somebody gave an address of.
    pub locked_is_ready: bool,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Probe for Redis {
    fn protocol(&self) -> &'static str {
        "Redis"
    }

    fn ask<'a>(&'a self, mut connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move {
            if let Some(password) = &self.password {
                let mut words = vec!["AUTH"];
                words.extend(self.user.as_deref());
                words.push(password);
                self.judge(&call(&mut connection, &words).await?, b"+OK")?;
            }
            self.judge(&call(&mut connection, &["PING"]).await?, b"+PONG")
        })
    }
}

impl Redis {
    fn judge(&self, reply: &[u8], expected: &[u8]) -> Result<String, Unready> {
        if reply == expected {
            return Ok("answers PING".to_owned());
        }
        let said = shown(reply);
        if reply.starts_with(b"-NOAUTH") && self.locked_is_ready {
            Ok("answers, and wants a password".to_owned())
        } else if reply.starts_with(b"-LOADING")
            || reply.starts_with(b"-MASTERDOWN")
            || reply.starts_with(b"-BUSY")
        {
            Err(Unready::NotYet(format!("it answers {said}")))
        } else if reply.starts_with(b"-NOAUTH") {
            Err(Unready::Never(format!("it wants a password and none is given: {said}")))
        } else if reply.starts_with(b"-WRONGPASS") || reply.starts_with(b"-ERR invalid password") {
            Err(Unready::Never(format!("it refuses the password: {said}")))
        } else if reply.starts_with(b"-") {
            Err(Unready::Never(format!("it answers {said}")))
        } else {
            Err(Unready::Never(format!("it does not speak the Redis protocol: {said}")))
        }
    }
}

/// Sends one command and reads a reply of one line.
async fn call(connection: &mut TcpStream, words: &[&str]) -> Result<Vec<u8>, Unready> {
    let mut request = format!("*{}\r\n", words.len());
    for word in words {
        request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    connection.write_all(request.as_bytes()).await?;
    line(connection, 4096).await
}

#[cfg(test)]
mod tests {
    use super::super::fake::asked;
    use super::*;

    #[tokio::test]
    async fn what_counts_as_ready() {
        let plain = Redis::default();
        let secret = Redis { password: Some("pw".into()), ..Redis::default() };
        let lenient = Redis { locked_is_ready: true, ..Redis::default() };
        let ready = |probe, answers| async move { asked(probe, b"", answers).await };
        assert!(ready(&plain, &[b"+PONG\r\n"]).await.is_ok());
        assert!(ready(&secret, &[b"+OK\r\n", b"+PONG\r\n"]).await.is_ok());
        assert!(ready(&lenient, &[b"-NOAUTH Authentication required.\r\n"]).await.is_ok());
        let never = |said: Result<String, Unready>| matches!(said, Err(Unready::Never(_)));
        assert!(never(ready(&plain, &[b"-NOAUTH Authentication required.\r\n"]).await));
        assert!(never(ready(&secret, &[b"-WRONGPASS invalid username-password pair\r\n"]).await));
        assert!(never(ready(&plain, &[b"HTTP/1.1 400 Bad Request\r\n"]).await));
        let loading = ready(&plain, &[b"-LOADING Redis is loading the dataset in memory\r\n"]).await;
        assert!(matches!(loading, Err(Unready::NotYet(_))), "{loading:?}");
    }
}

//! Ready when an HTTP request is answered, and not with a server error.

use futures_util::future::BoxFuture;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Probe, Unready, line, shown};

/// Ready when it answers a request with a status below 500. Any such status: whether `/` exists or wants a login says
/// nothing about the server being up.
#[derive(Debug, Clone)]
pub struct Http {
    /// `GET`, or what the service's own status request needs.
    pub method: &'static str,
    /// The `Host` header: name and port.
    pub host: String,
    /// The path with its query.
    pub path: String,
    /// `user:password` for basic authentication; 401 and 403 then mean that they are wrong.
    pub credentials: Option<String>,
}

impl Probe for Http {
    fn protocol(&self) -> &'static str {
        "HTTP"
    }

    fn ask<'a>(&'a self, mut connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move {
            connection.write_all(self.request().as_bytes()).await?;
            let status_line = line(&mut connection, 4096).await?;
            let status = status(&status_line)
                .ok_or_else(|| Unready::Never(format!("it does not speak HTTP: {}", shown(&status_line))))?;
            match status {
                401 | 403 if self.credentials.is_some() => {
                    Err(Unready::Never(format!("it refuses the user name and password (status {status})")))
                }
                500.. => Err(Unready::NotYet(format!("it answers {} with status {status}", self.path))),
                _ => Ok(format!("answers {} with status {status}", self.path)),
            }
        })
    }
}

impl Http {
    fn request(&self) -> String {
        let authorization = match &self.credentials {
            Some(credentials) => format!("Authorization: Basic {}\r\n", base64(credentials.as_bytes())),
            None => String::new(),
        };
        let Http { method, path, host, .. } = self;
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: testyard\r\nAccept: */*\r\n\
             Content-Length: 0\r\n{authorization}Connection: close\r\n\r\n"
        )
    }
}

/// The status of `HTTP/1.1 200 OK`.
pub(super) fn status(line: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(line).ok()?;
    let status = line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    status.parse().ok()
}

/// Base64 with the standard alphabet and padding (RFC 4648).
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(ALPHABET[(bits & 63) as usize]);
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().chain([0, 0].iter()).take(3).fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        text.extend([digit(bits >> 18), digit(bits >> 12)]);
        text.push(if group.len() > 1 { digit(bits >> 6) } else { '=' });
        text.push(if group.len() > 2 { digit(bits) } else { '=' });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::fake::asked;
    use super::*;

    #[tokio::test]
    async fn what_counts_as_ready() {
        let http = |credentials: Option<&str>| Http {
            method: "GET",
            host: "h".into(),
            path: "/".into(),
            credentials: credentials.map(Into::into),
        };
        for (answer, credentials, ready) in [
            ("HTTP/1.1 200 OK\r\n\r\n", None, "ok"),
            ("HTTP/1.0 404 Not Found\r\n\r\n", None, "ok"),
            ("HTTP/1.1 401 Unauthorized\r\n\r\n", None, "ok"),
            ("HTTP/1.1 401 Unauthorized\r\n\r\n", Some("a:b"), "never"),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", None, "not yet"),
            ("SSH-2.0-OpenSSH\r\n", None, "never"),
            ("", None, "not yet"),
        ] {
            let said = match asked(&http(credentials), b"", &[answer.as_bytes()]).await {
                Ok(_) => "ok",
                Err(Unready::NotYet(_)) => "not yet",
                Err(Unready::Never(_)) => "never",
            };
            assert_eq!(said, ready, "{answer:?}");
        }
    }

    #[test]
    fn base64_of_the_standard() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
            ("me:p\u{ff}", "bWU6cMO/"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}

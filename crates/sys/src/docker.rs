//! Questions to a Docker engine, over its socket on this machine.
//!
//! Only questions: nothing here changes what an engine has. An engine behind TCP or SSH is another machine's and not asked.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

/// Where the engine listens unless `DOCKER_HOST` says otherwise.
const USUAL: &str = "/var/run/docker.sock";
/// The most that is read of an answer, in bytes: an engine with ten thousand images answers with a few megabytes.
const LIMIT: u64 = 64 << 20;

/// Where an engine of this machine would listen: what `DOCKER_HOST` says, else the usual socket. `None` when the variable
/// names another machine.
pub fn socket(variables: &BTreeMap<String, String>) -> Option<PathBuf> {
    match variables.get("DOCKER_HOST").filter(|host| !host.is_empty()) {
        Some(host) => host.strip_prefix("unix://").map(PathBuf::from),
        None => Some(PathBuf::from(USUAL)),
    }
}

/// The body of what an engine answers to `GET path`, such as `/system/df`.
///
/// # Errors
/// When nothing listens on the socket, this user may not ask, the answer takes longer than the limit between two reads,
/// or it is no success.
pub fn get(socket: &std::path::Path, path: &str, limit: Duration) -> io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    // HTTP/1.0 makes the engine send its answer whole and close: no chunks to put together.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(LIMIT).read_to_end(&mut answer)?;
    body(&String::from_utf8_lossy(&answer)).map(str::to_owned)
}

/// The body of a successful answer.
fn body(answer: &str) -> io::Result<&str> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| bad("no answer of an engine"))?;
    let status = head.lines().next().unwrap_or_default();
    match status.split(' ').nth(1) {
        Some(code) if code.starts_with('2') => Ok(body),
        _ => Err(bad(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_of_this_machine() {
        let check = |host: Option<&str>, expected: Option<&str>| {
            let variables =
                host.map(|host| ("DOCKER_HOST".to_owned(), host.to_owned())).into_iter().collect();
            assert_eq!(socket(&variables), expected.map(PathBuf::from));
        };
        check(None, Some(USUAL));
        check(Some(""), Some(USUAL));
        check(Some("unix:///run/user/7/docker.sock"), Some("/run/user/7/docker.sock"));
        check(Some("tcp://10.0.0.1:2375"), None);
    }

    #[test]
    fn only_success_has_a_body() {
        assert_eq!(body("HTTP/1.0 200 OK\r\nA: b\r\n\r\n{}").unwrap(), "{}");
        assert!(body("HTTP/1.0 500 x\r\n\r\n{}").is_err());
        assert!(body("SSH-2.0").is_err());
    }
}

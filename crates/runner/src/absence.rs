//! Telling by a failure's own words that it missed a service which the run does without.
//!
//! Only what names both a connection that could not be made and the address of such a service counts. A refusal
//! without an address, or with that of anything else, is the test's own.

use testyard_model::plan::LeftOut;

/// What clients say when nothing listens, or when no such host is known, in lower case.
const UNREACHED: [&str; 15] = [
    "connection refused",
    "connectionrefusederror",
    "connect call failed",
    "connection attempts failed",
    "name or service not known",
    "name resolution",
    "nodename nor servname",
    "no address associated",
    "no such host",
    "failed to resolve",
    "getaddrinfo failed",
    "could not translate host name",
    "unknown mysql server host",
    "cannot be connected",
    "no route to host",
];
/// How this machine is called by those who look for published ports.
const HERE: [&str; 4] = ["localhost", "127.0.0.1", "0.0.0.0", "::1"];
/// How pytest marks the lines of an exception.
const MARK: &str = "E  ";
/// How pytest shows the arguments of the functions that make connections. The system's own errors name no address; the
/// last such line above them does.
const ARGUMENTS: [&str; 2] = ["host = ", "address = "];
/// Some clients spread one message over that many lines.
const LINES: usize = 3;

/// The service that a failure missed, and the line that says so.
pub(crate) fn missed<'a>(left_out: &'a [LeftOut], said: &str) -> Option<(&'a LeftOut, String)> {
    if left_out.is_empty() {
        return None;
    }
    let lines: Vec<&str> = said.lines().collect();
    // The last words of a traceback are the nearest to what broke the test, and logs only follow them.
    let mut windows: Vec<&[&str]> =
        (0..lines.len()).rev().map(|from| &lines[from..lines.len().min(from + LINES)]).collect();
    windows.sort_by_key(|window| !window[0].starts_with(MARK));
    windows.retain(|window| is_unreached(window[0]));
    let told = |left, line: &str| (left, line.strip_prefix(MARK).unwrap_or(line).trim().to_owned());
    let named = windows.iter().find_map(|window| {
        let text = window.join(" ");
        let left = left_out.iter().find(|left| names(&text, left))?;
        Some(told(left, window[0]))
    });
    named.or_else(|| {
        let raised = windows.first().filter(|window| window[0].starts_with(MARK))?;
        let asked = lines.iter().rev().find(|line| ARGUMENTS.iter().any(|start| line.starts_with(start)))?;
        let left = left_out.iter().find(|left| names(asked, left))?;
        Some(told(left, raised[0]))
    })
}

fn is_unreached(line: &str) -> bool {
    let line = line.to_lowercase();
    UNREACHED.iter().any(|words| line.contains(words))
}

/// Whether a text names the address of a service: its host, or one of its ports on this machine.
fn names(text: &str, left: &LeftOut) -> bool {
    let here = HERE.iter().any(|host| text.contains(host));
    left.hosts.iter().any(|host| has_host(text, host))
        || here && left.ports.iter().any(|port| has_word(text, &port.to_string()))
}

/// Whether a host is named as an address is: in quotes, in a URL, or before a port. A service is often called like the
/// library that speaks to it, so the bare word is no proof.
fn has_host(text: &str, host: &str) -> bool {
    words(text, host).any(|(before, after)| {
        let quoted = before.ends_with(['\'', '"', '@', '=']) || before.ends_with("//");
        let port = after.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        // A file's line in a traceback looks like a port, but stands in a path.
        quoted || port && !before.ends_with('/')
    })
}

fn has_word(text: &str, word: &str) -> bool {
    words(text, word).next().is_some()
}

/// Every place at which a word stands by itself: what is before it, and what after.
fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(word).filter(|_| !word.is_empty()).filter_map(move |(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        let dotted = after.strip_prefix('.').is_some_and(|rest| rest.starts_with(part));
        (!before.ends_with(part) && !before.ends_with('.') && !after.starts_with(part) && !dotted)
            .then_some((before, after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out() -> Vec<LeftOut> {
        let left = |service: &str, ports: &[u16]| LeftOut {
            service: service.to_owned(),
            why: "there is no recipe for it".to_owned(),
            hosts: vec![service.to_owned()],
            ports: ports.to_vec(),
        };
        vec![left("api", &[5005]), left("redis", &[6380]), left("rabbitmq", &[5672]), left("db", &[5432])]
    }

    #[test]
    fn a_connection_to_what_was_left_out_is_missed() {
        let check = |said: &str, service: &str| {
            let left = left_out();
            let found = missed(&left, said).map(|(left, _)| left.service.as_str());
            assert_eq!(found, Some(service), "{said}");
        };
        check("E  AMQPConnectionError: [Errno 111] Connect call failed ('127.0.0.1', 5672)", "rabbitmq");
        check(
            "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6380. Connection refused.",
            "redis",
        );
        check("ConnectionError: Error -2 connecting to redis:6379. Name or service not known.", "redis");
        check(
            "HTTPConnectionPool(host='api', port=80): Max retries exceeded (Failed to resolve 'api')",
            "api",
        );
        check("HTTPConnectionPool(host='localhost', port=5005): [Errno 111] Connection refused", "api");
        check(
            "connection to server at \"localhost\" (127.0.0.1), port 5432 failed: Connection refused",
            "db",
        );
        check("could not translate host name \"db\" to address: Name or service not known", "db");
        let old = "could not connect to server: Connection refused\n\tIs the server running on host\n\
                   \t\"localhost\" (127.0.0.1) and accepting TCP/IP connections on port 5432?";
        check(old, "db");
        let bare = "host = 'db', port = 5432, family = 0\n\nE  socket.gaierror: [Errno -2] Name or service not known";
        check(bare, "db");
        check(
            "address = ('localhost', 5005)\nE   ConnectionRefusedError: [Errno 111] Connection refused",
            "api",
        );
        check("Cannot connect to host api:80 ssl:default [Name or service not known]\nthe end\n", "api");
    }

    #[test]
    fn other_failures_are_the_tests_own() {
        let check = |said: &str| assert_eq!(missed(&left_out(), said), None, "{said}");
        check("assert client.get('http://localhost:5005') == 200");
        check("ConnectionRefusedError: [Errno 111] Connection refused");
        let last = "host = 'db', port = 1\nhost = 'other', port = 2\nE  gaierror: Name or service not known";
        check(last);
        check("[Errno 111] Connect call failed ('127.0.0.1', 56720)");
        check("[Errno 111] Connect call failed ('10.0.0.1', 5672)");
        check(
            "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
        );
        check("/site-packages/redis/connection.py:707: ConnectionRefusedError");
        check("/srv/api:12: ConnectionRefusedError");
        check("failed to resolve the 5005 api things of redis");
        check("getaddrinfo failed for api.example.org:443 and my-db:5432");
        assert_eq!(missed(&[], "Connect call failed ('127.0.0.1', 5672)"), None);
    }

    #[test]
    fn the_line_that_says_so_is_told() {
        let said = "first\nE   OSError: Connect call failed ('127.0.0.1', 5672)\nx.py:1: OSError\n\
                    ERROR log: Connect call failed ('127.0.0.1', 5672)";
        let left = left_out();
        let (_, line) = missed(&left, said).unwrap();
        assert_eq!(line, "OSError: Connect call failed ('127.0.0.1', 5672)");
    }
}

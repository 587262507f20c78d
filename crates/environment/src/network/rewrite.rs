//! Rewriting the variables that tests find services by, where names or ports could not be had.
//!
//! Service names are often also users, passwords and databases: `postgres://postgres:postgres@postgres/postgres`. Only
//! what stands where a host stands is changed: in the authority of a URL, before a port that the service is known
//! by, after `host=`, and as the whole value of a variable whose name says that it is a host.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What names a whole value as a host, as the last word of a variable's name.
const HOST_WORDS: [&str; 7] = ["HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS", "ENDPOINT", "BROKER"];

/// Names by which tests reach this machine.
const LOCAL: [&str; 4] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];

/// Rewrites variables. By default it changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rewriter {
    places: BTreeMap<String, Destination>,
}

/// What a host name becomes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Destination {
    /// The address that stands for the name; the name itself when none.
    host: Option<String>,
    /// Every port it is known by, with what it becomes. The first is the main one.
    ports: Vec<(u16, u16)>,
}

impl Destination {
    fn port(&self, port: u16) -> Option<u16> {
        self.ports.iter().find(|(from, _)| *from == port).map(|(_, to)| *to)
    }

    /// The main port, when it has moved: it must then be said where it was not.
    fn moved_main(&self) -> Option<u16> {
        self.ports.first().filter(|(from, to)| from != to).map(|(_, to)| *to)
    }
}

impl Rewriter {
    /// A published port is found at another one.
    pub(crate) fn moved_on_localhost(&mut self, asked: u16, port: u16) {
        for name in LOCAL {
            self.places.entry(name.to_owned()).or_default().ports.push((asked, port));
        }
    }

    /// A service is found at an address instead of its names, or at other ports.
    pub(crate) fn service(
        &mut self,
        names: &[String],
        host: Option<&str>,
        ports: &[u16],
        moved: &BTreeMap<u16, u16>,
    ) {
        let ports: Vec<_> =
            ports.iter().map(|port| (*port, moved.get(port).copied().unwrap_or(*port))).collect();
        for name in names {
            let place = Destination { host: host.map(str::to_owned), ports: ports.clone() };
            self.places.insert(name.clone(), place);
        }
    }

    /// The variables as the tests need them.
    pub(crate) fn variables(&self, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        if self.places.is_empty() {
            return given.clone();
        }
        let mut rewritten: BTreeMap<_, _> =
            given.iter().map(|(name, value)| (name.clone(), self.text(value))).collect();
        for (name, value) in given {
            if let (Some(prefix), Some(place)) = (host_prefix(name), self.places.get(value)) {
                if let Some(host) = &place.host {
                    rewritten.insert(name.clone(), host.clone());
                }
                self.pair(prefix, place, value, given, &mut rewritten);
            }
        }
        rewritten
    }

    /// `POSTGRES_HOST=db` goes with `POSTGRES_PORT=5432`. A port that moved must be said even where it was not.
    fn pair(
        &self,
        prefix: &str,
        place: &Destination,
        host: &str,
        given: &BTreeMap<String, String>,
        rewritten: &mut BTreeMap<String, String>,
    ) {
        let name = format!("{prefix}PORT");
        let moved = match given.get(&name) {
            Some(port) => port.parse().ok().and_then(|port| place.port(port)),
            None if LOCAL.contains(&host) => None,
            None => place.moved_main(),
        };
        if let Some(port) = moved {
            rewritten.insert(name, port.to_string());
        }
    }

    fn text(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("://") {
            let (before, after) = rest.split_at(start + 3);
            shown.push_str(&self.loose(before));
            let is_end = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'');
            let (authority, tail) = after.split_at(after.find(is_end).unwrap_or(after.len()));
            shown.push_str(&self.authority(authority));
            rest = tail;
        }
        shown + &self.loose(rest)
    }

    /// `user:password@host:port,host:port`.
    fn authority(&self, authority: &str) -> String {
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (format!("{login}@"), hosts),
            None => (String::new(), authority),
        };
        let hosts: Vec<String> = hosts.split(',').map(|host| self.host_and_port(host)).collect();
        login + &hosts.join(",")
    }

    fn host_and_port(&self, text: &str) -> String {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse::<u16>().ok()),
            _ => (text, None),
        };
        let Some(place) = self.places.get(host) else { return text.to_owned() };
        let moved = match port {
            Some(port) => Some(place.port(port).unwrap_or(port)),
            None if LOCAL.contains(&host) => None,
            None => place.moved_main(),
        };
        let host = place.host.as_deref().unwrap_or(host);
        moved.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Text that is no URL: `db:5432`, and `host=db port=5432`.
    fn loose(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut named: Option<&Destination> = None;
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c| !is_host_char(c)).unwrap_or(rest.len());
            if end == 0 {
                let next = rest.chars().next().map_or(1, char::len_utf8);
                shown.push_str(&rest[..next]);
                rest = &rest[next..];
                continue;
            }
            let (word, tail) = rest.split_at(end);
            let key = shown.rsplit(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '?')).next();
            let (key, place) = (key.unwrap_or_default().to_ascii_lowercase(), self.places.get(word));
            match (port_after(tail), place) {
                (Some((port, length)), Some(place)) if place.port(port).is_some() => {
                    shown.push_str(&self.host_and_port(&rest[..end + 1 + length]));
                    rest = &tail[1 + length..];
                    continue;
                }
                (_, Some(place)) if matches!(key.as_str(), "host=" | "server=" | "hostname=") => {
                    shown.push_str(place.host.as_deref().unwrap_or(word));
                    named = Some(place);
                }
                _ if key == "port=" => {
                    let moved = named.and_then(|place| place.port(word.parse().ok()?));
                    shown.push_str(&moved.map_or_else(|| word.to_owned(), |port| port.to_string()));
                }
                _ => shown.push_str(word),
            }
            rest = tail;
        }
        shown
    }
}

/// The port of `:5432…`, with how many digits it has, when no further word follows it.
fn port_after(tail: &str) -> Option<(u16, usize)> {
    let digits = tail.strip_prefix(':')?;
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let follows = digits[length..].chars().next().is_some_and(is_host_char);
    (!follows).then_some(())?;
    Some((digits[..length].parse().ok()?, length))
}

fn is_host_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// `POSTGRES_` of `POSTGRES_HOST`, `PG` of `PGHOST`; none when the name does not say that it is a host.
fn host_prefix(name: &str) -> Option<&str> {
    let upper = name.to_ascii_uppercase();
    let word = HOST_WORDS.iter().filter(|word| upper.ends_with(*word)).max_by_key(|word| word.len())?;
    Some(&name[..name.len() - word.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    fn check(rewriter: &Rewriter, given: &[(&str, &str)], expected: &[(&str, &str)]) {
        assert_eq!(rewriter.variables(&map(given)), map(expected));
    }

    #[test]
    fn nothing_changes_without_need() {
        let url = [("URL", "postgres://postgres:postgres@postgres:5432/postgres")];
        check(&Rewriter::default(), &url, &url);
    }

    #[test]
    fn names_become_addresses_only_where_hosts_stand() {
        let mut rewriter = Rewriter::default();
        rewriter.service(&["postgres".into(), "db".into()], Some("127.9.9.2"), &[5432], &BTreeMap::new());
        for (name, value, expected) in [
            (
                "URL",
                "postgres://postgres:postgres@postgres:5432/postgres",
                "postgres://postgres:postgres@127.9.9.2:5432/postgres",
            ),
            ("URL", "postgresql+psycopg://u:p@db/db?x=db", "postgresql+psycopg://u:p@127.9.9.2/db?x=db"),
            (
                "DSN",
                "host=db port=5432 user=postgres dbname=db",
                "host=127.9.9.2 port=5432 user=postgres dbname=db",
            ),
            ("NODES", "db:5432,other:5432", "127.9.9.2:5432,other:5432"),
            ("PGHOST", "db", "127.9.9.2"),
            ("POSTGRES_SERVER", "postgres", "127.9.9.2"),
            ("POSTGRES_USER", "postgres", "postgres"),
            ("POSTGRES_DB", "db", "db"),
            ("X", "mydb:5432 db.example:5432 db-2:5432", "mydb:5432 db.example:5432 db-2:5432"),
            ("X", "postgres:postgres", "postgres:postgres"),
            ("X", "http://dbx/db", "http://dbx/db"),
            ("JSON", "{\"h\": \"db:5432\"}", "{\"h\": \"127.9.9.2:5432\"}"),
        ] {
            check(&rewriter, &[(name, value)], &[(name, expected)]);
        }
    }

    #[test]
    fn moved_ports_are_said() {
        let mut rewriter = Rewriter::default();
        rewriter.service(&["db".into()], None, &[5432], &BTreeMap::from([(5432, 40001)]));
        check(&rewriter, &[("U", "postgres://u@db/x")], &[("U", "postgres://u@db:40001/x")]);
        check(&rewriter, &[("D", "host=db port=5432")], &[("D", "host=db port=40001")]);
        let pair = [("DB_HOST", "db"), ("DB_PORT", "5432"), ("APP_PORT", "5432")];
        check(&rewriter, &pair, &[("DB_HOST", "db"), ("DB_PORT", "40001"), ("APP_PORT", "5432")]);
        check(&rewriter, &[("PGHOST", "db")], &[("PGHOST", "db"), ("PGPORT", "40001")]);
    }

    #[test]
    fn published_ports_move_on_localhost_only() {
        let mut rewriter = Rewriter::default();
        rewriter.moved_on_localhost(5433, 40002);
        for (value, expected) in [
            ("postgres://u:p@localhost:5433/x", "postgres://u:p@localhost:40002/x"),
            ("127.0.0.1:5433", "127.0.0.1:40002"),
            ("http://[::1]:5433/", "http://[::1]:40002/"),
            ("http://localhost/", "http://localhost/"),
            ("localhost:54330", "localhost:54330"),
            ("example:5433", "example:5433"),
        ] {
            check(&rewriter, &[("V", value)], &[("V", expected)]);
        }
        let pair = [("PGHOST", "localhost"), ("PGPORT", "5433")];
        check(&rewriter, &pair, &[("PGHOST", "localhost"), ("PGPORT", "40002")]);
        check(&rewriter, &[("PGHOST", "localhost")], &[("PGHOST", "localhost")]);
    }
}

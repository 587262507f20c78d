//! In a container, localhost is the service.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// By which names a check finds its own container.
const LOCAL: [&str; 5] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "::1"];

/// The text with every way of saying localhost replaced by the service's address, and ports after it by where they
/// moved to. Longer names that contain one (`localhost.example`, `10.127.0.0.1`) stay.
pub(super) fn bring(text: &str, ip: IpAddr, moved: &BTreeMap<u16, u16>) -> String {
    let mut brought = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((start, name)) = first(rest) {
        let (before, found) = rest.split_at(start);
        let after = &found[name.len()..];
        brought.push_str(before);
        let part_of_more = ends_in_word(&brought) || starts_with_word(after);
        brought.push_str(&if part_of_more { name.to_owned() } else { ip.to_string() });
        rest = after;
        if !part_of_more && let Some((port, length)) = port(after) {
            brought.push_str(&format!(":{}", moved.get(&port).unwrap_or(&port)));
            rest = &after[length..];
        }
    }
    brought + rest
}

/// The first place of any name; the longest when several begin there.
fn first(text: &str) -> Option<(usize, &'static str)> {
    let places = LOCAL.iter().filter_map(|name| Some((text.find(name)?, *name)));
    places.min_by_key(|(start, name)| (*start, usize::MAX - name.len()))
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
        // `-hlocalhost` is a flag with its value.
        && text.rsplit(char::is_whitespace).next().is_none_or(|word| word != "-h")
}

fn starts_with_word(text: &str) -> bool {
    let mut chars = text.chars();
    match chars.next() {
        Some('.') => chars.next().is_some_and(char::is_alphanumeric),
        Some(c) => c.is_alphanumeric() || matches!(c, '-' | '_'),
        None => false,
    }
}

/// The port of `:8080…`, with the length of both.
fn port(after: &str) -> Option<(u16, usize)> {
    let digits = after.strip_prefix(':')?;
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    Some((digits[..length].parse().ok()?, length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_localhost_is_brought_to_the_service() {
        let moved = BTreeMap::from([(8080, 40001)]);
        let check = |text: &str, expected: &str| {
            assert_eq!(bring(text, "127.9.9.2".parse().unwrap(), &moved), expected);
        };
        check("pg_isready -h localhost -p 5432", "pg_isready -h 127.9.9.2 -p 5432");
        check("redis-cli -hlocalhost ping", "redis-cli -h127.9.9.2 ping");
        check("curl -f http://127.0.0.1:8080/health", "curl -f http://127.9.9.2:40001/health");
        check("curl http://[::1]:80/ || exit 1", "curl http://127.9.9.2:80/ || exit 1");
        check("nc -z 0.0.0.0 6379", "nc -z 127.9.9.2 6379");
        check(
            "ping db.localhost localhost.example 10.127.0.0.1 notlocalhost",
            "ping db.localhost localhost.example 10.127.0.0.1 notlocalhost",
        );
        check("pg_isready -U test", "pg_isready -U test");
        check("grep localhost.", "grep 127.9.9.2.");
    }
}

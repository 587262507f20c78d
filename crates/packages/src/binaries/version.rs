//! Version numbers: reading them from what programs and archives say, and how near one is to what is wanted.

/// The first version number of a text after a marker: `16.4` of `postgres (PostgreSQL) 16.4 (Debian …)` after `) `.
pub(super) fn after(text: &str, marker: &str) -> Option<String> {
    let rest = &text[text.find(marker)? + marker.len()..];
    let number = &rest[rest.find(|c: char| c.is_ascii_digit())?..];
    let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    let version = number[..end].trim_end_matches('.');
    (!version.is_empty()).then(|| version.to_owned())
}

/// The upstream version of a Debian package's: `10.11.6` of `1:10.11.6-0+deb12u1`.
pub(super) fn of_debian(version: &str) -> Option<String> {
    let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
    after(upstream, "")
}

/// How near a version is to a wanted one; the smaller, the nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// The same series: nothing that clients could tell by the version's significant parts.
    Same,
    /// Another series.
    Other {
        /// How many leading significant parts differ; 1 when only the last one does.
        unlike: usize,
        /// The older ones come last: a newer program mostly understands what was written for an older one.
        older: bool,
        /// How far apart the first parts that differ are.
        distance: u64,
    },
}

/// How near `version` is to `wanted`, by their first `series` parts. Parts that the wish leaves open are met by any.
pub(super) fn nearness(wanted: Option<&str>, version: &str, series: usize) -> Nearness {
    let wanted: Vec<u64> = parts(wanted.unwrap_or_default()).take(series).collect();
    let pairs: Vec<(u64, u64)> = wanted.iter().copied().zip(parts(version)).collect();
    match pairs.iter().position(|(wanted, is)| wanted != is) {
        None => Nearness::Same,
        Some(at) => {
            let (wanted_part, is) = pairs[at];
            Nearness::Other {
                unlike: wanted.len() - at,
                older: is < wanted_part,
                distance: is.abs_diff(wanted_part),
            }
        }
    }
}

/// How many leading parts of `version` agree with `wanted`: breaks ties within a series.
pub(super) fn agreement(wanted: Option<&str>, version: &str) -> usize {
    parts(wanted.unwrap_or_default()).zip(parts(version)).take_while(|(wanted, is)| wanted == is).count()
}

fn parts(version: &str) -> impl Iterator<Item = u64> {
    version.split('.').map_while(|part| part.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_programs_tell() {
        let check = |text: &str, marker: &str, version: Option<&str>| {
            assert_eq!(after(text, marker).as_deref(), version, "{text}");
        };
        check("postgres (PostgreSQL) 15.12 (Debian 15.12-0+deb12u2)", ") ", Some("15.12"));
        check("postgres (PostgreSQL) 18beta1", ") ", Some("18"));
        check("Redis server v=7.0.15 sha=00000000:0", "v=", Some("7.0.15"));
        check("nats-server: v2.10.25", ": v", Some("2.10.25"));
        check("/c/mariadb-10/usr/sbin/mariadbd  Ver 10.11.6-MariaDB", "Ver ", Some("10.11.6"));
        check("nothing to see", "", None);
        check("no marker 1.2", "Ver ", None);
    }

    #[test]
    fn versions_of_packages() {
        assert_eq!(of_debian("5:7.0.15-1~deb12u1").as_deref(), Some("7.0.15"));
        assert_eq!(of_debian("2.9.10-1+b3").as_deref(), Some("2.9.10"));
        assert_eq!(of_debian("(none)"), None);
    }

    #[test]
    fn nearer_ones_come_first() {
        let check = |wanted: Option<&str>, series: usize, order: &[&str]| {
            let mut sorted = order.to_vec();
            sorted.reverse();
            sorted.sort_by_key(|version| nearness(wanted, version, series));
            assert_eq!(sorted, order, "{wanted:?}");
        };
        check(Some("17"), 1, &["17.2", "18.4", "16.14", "15.12"]);
        check(Some("16.4"), 1, &["16.9", "18.4", "15.12"]);
        check(Some("10.6"), 2, &["10.6.2", "10.11.6", "10.3.1", "11.4.2"]);
        assert_eq!(nearness(None, "3.1", 2), Nearness::Same);
        assert_eq!(nearness(Some("2"), "2.9.10", 2), Nearness::Same);
        assert_ne!(nearness(Some("2.10"), "2.9.10", 2), Nearness::Same);
        assert_eq!(agreement(Some("7.2"), "7.0.15"), 1);
        assert_eq!(agreement(Some("7.2"), "7.2.1"), 2);
    }
}

//! Makes names for runs.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use testyard_model::RunId;

/// Letters and digits that are not mistaken for each other when read aloud.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// How the time stands in a name.
const TIME: &str = "%Y%m%d-%H%M%S";

/// A name for a run that starts now: `YYYYMMDD-HHMMSS-xxxx` in UTC. It sorts after the newest one there is, whatever
/// that takes: names run ahead of a clock that was set back, and of several runs in one second. Four characters out of
/// 31 tell apart runs that start at the same moment; creating the folder settles the rest.
pub(crate) fn new(now: Timestamp, newest: Option<&RunId>) -> RunId {
    let taken = newest.and_then(second_of).filter(|taken| *taken >= now.as_second());
    let now = taken.and_then(|taken| Timestamp::from_second(taken + 1).ok()).unwrap_or(now);
    // The hasher is seeded by the system's random numbers, which is all the chance a name needs.
    let mut random = RandomState::new().hash_one(now.as_nanosecond());
    let mut suffix = String::new();
    for _ in 0..4 {
        suffix.push(char::from(ALPHABET[(random % ALPHABET.len() as u64) as usize]));
        random /= ALPHABET.len() as u64;
    }
    RunId(format!("{}-{suffix}", now.strftime(TIME)))
}

/// The second in a name, since 1970 UTC.
fn second_of(run: &RunId) -> Option<i64> {
    let (time, _) = run.as_str().rsplit_once('-')?;
    let time = civil::DateTime::strptime(TIME, time).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time() {
        let early = new(Timestamp::from_second(1_700_000_000).unwrap(), None);
        let late = new(Timestamp::from_second(1_700_000_001).unwrap(), Some(&early));
        assert!(early < late, "{early} {late}");
        assert!(early.as_str().starts_with("20231114-221320-"), "{early}");
        assert_eq!(early.as_str().len(), "20231114-221320-".len() + 4);
        assert!(late.as_str().starts_with("20231114-221321-"), "{late}");
    }

    #[test]
    fn names_sort_after_the_newest_whatever_the_clock_says() {
        let newest = new(Timestamp::from_second(1_700_000_000).unwrap(), None);
        for second in [1_700_000_000, 1_600_000_000] {
            let next = new(Timestamp::from_second(second).unwrap(), Some(&newest));
            assert!(next.as_str().starts_with("20231114-221321-"), "{next}");
        }
        let odd = RunId("something else".to_owned());
        let next = new(Timestamp::from_second(1_700_000_000).unwrap(), Some(&odd));
        assert!(next.as_str().starts_with("20231114-221320-"), "{next}");
    }
}

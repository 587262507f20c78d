//! Makes names for runs.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use jiff::Timestamp;
use testyard_model::RunId;

/// Letters and digits that are not mistaken for each other when read aloud.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// A name for a run that starts now: `YYYYMMDD-HHMMSS-xxxx` in UTC. Four characters out of 31 tell apart runs that
/// start in the same second; creating the folder settles the rest.
pub(crate) fn new(now: Timestamp) -> RunId {
    // The hasher is seeded by the system's random numbers, which is all the chance a name needs.
    let mut random = RandomState::new().hash_one(now.as_nanosecond());
    let mut suffix = String::new();
    for _ in 0..4 {
        suffix.push(char::from(ALPHABET[(random % ALPHABET.len() as u64) as usize]));
        random /= ALPHABET.len() as u64;
    }
    RunId(format!("{}-{suffix}", now.strftime("%Y%m%d-%H%M%S")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time() {
        let early = new(Timestamp::from_second(1_700_000_000).unwrap());
        let late = new(Timestamp::from_second(1_700_000_001).unwrap());
        assert!(early < late, "{early} {late}");
        assert!(early.as_str().starts_with("20231114-221320-"), "{early}");
        assert_eq!(early.as_str().len(), "20231114-221320-".len() + 4);
    }
}

//! Telling a failure for want of room on the disk from one that is the project's own.

use std::path::Path;

use testyard_model::{CheckId, Phase};
use testyard_sys::resources;

/// What the system and its wrappers say when a disk is full, in lower case.
const WORDS: [&str; 4] = ["no space left on device", "[errno 28]", "enospc", "disk is full"];

/// A disk with less room than this, in bytes, is full: writes of one block fail now and then before nothing is left.
const FULL: u64 = 64 << 10;

/// The check that stands for the room a suite needs.
pub(crate) fn check() -> CheckId {
    CheckId::of(Phase::Test, "disk")
}

/// The line of what was said that says so.
pub(crate) fn wanting(said: &str) -> Option<&str> {
    said.lines().rev().find(|line| {
        let line = line.to_lowercase();
        WORDS.iter().any(|words| line.contains(words))
    })
}

/// Whether there is no room at one of these places.
pub(crate) fn is_full(places: &[&Path]) -> bool {
    places.iter().any(|place| resources::room(place).is_ok_and(|room| room.bytes < FULL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_of_a_full_disk() {
        let python = "E   OSError: [Errno 28] No space left on device";
        assert_eq!(wanting(&format!("def test():\n{python}\n")), Some(python));
        assert_eq!(wanting("E   OSError: [Errno 2] No such file or directory"), None);
        assert!(!is_full(&[Path::new("/"), Path::new("/not/there")]));
    }
}

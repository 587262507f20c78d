//! Little memory is left.
//!
//! What is left is what new processes can have before the machine swaps or the kernel ends one of them, most often the
//! database: its tests then fail with `connection reset` and `server closed the connection`.
//!
//! Fires: less than 512 MiB available, or nine tenths of the swap space in use.
//!
//! Fine: more of both, or a kernel that does not say.
//!
//! Help: stop what needs the memory, or run with fewer workers.
//!
//! Source: proc_meminfo(5).

use testyard_model::Place;
use testyard_sys::resources::{self, Memory};

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR004", "little memory is left", Warning, check);

/// What a PostgreSQL, a Python with its tests and their build need at least, in bytes.
const LITTLE: u64 = 512 << 20;

fn check(_: &Scene, found: &mut Sink<'_>) {
    if let Some(message) = resources::memory_left().and_then(told) {
        found
            .at(Place::file("/proc/meminfo"), message)
            .help("stop what needs the memory, or run with fewer workers");
    }
}

fn told(memory: Memory) -> Option<String> {
    if memory.available < LITTLE {
        return Some(format!("only {} MiB of memory are available", memory.available >> 20));
    }
    let used = memory.swap_total.saturating_sub(memory.swap_free);
    // Multiplied out, so that a machine without swap space is never told.
    (memory.swap_total > 0 && used.saturating_mul(10) >= memory.swap_total.saturating_mul(9))
        .then(|| format!("{} of {} MiB of swap space are in use", used >> 20, memory.swap_total >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_little_memory_counts() {
        let check = |available: u64, swap_total: u64, swap_free: u64, expected: Option<&str>| {
            let memory = Memory {
                available: available << 20,
                swap_total: swap_total << 20,
                swap_free: swap_free << 20,
            };
            assert_eq!(told(memory).as_deref(), expected);
        };
        check(511, 0, 0, Some("only 511 MiB of memory are available"));
        check(512, 0, 0, None);
        check(9000, 1000, 100, Some("900 of 1000 MiB of swap space are in use"));
        check(9000, 1000, 101, None);
    }
}

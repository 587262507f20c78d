//! The machine waits for memory.
//!
//! When every task waits for memory at once, the kernel moves pages about instead of working: health checks run into their
//! limits and tests fail that are right. Linux counts that time as pressure.
//!
//! Fires: in the last minute everything stood still for at least 5 % of the time.
//!
//! Fine: less, or a kernel that does not say.
//!
//! Help: stop what needs the memory, or run with fewer workers.
//!
//! Source: the kernel's documentation, "PSI - Pressure Stall Information".

use testyard_model::Place;

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR002", "the machine waits for memory", Warning, check);

/// The share of a minute, in percent, from which on tests run into their limits.
const MUCH: f64 = 5.0;

fn check(_: &Scene, found: &mut Sink<'_>) {
    if let Some(message) = testyard_sys::resources::memory_pressure().and_then(told) {
        found
            .at(Place::file("/proc/pressure/memory"), message)
            .help("stop what needs the memory, or run with fewer workers");
    }
}

fn told(share: f64) -> Option<String> {
    (share >= MUCH)
        .then(|| format!("in the last minute everything waited for memory for {share:.0} % of the time"))
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn only_much_pressure_counts() {
        assert_eq!(
            told(12.3).as_deref(),
            Some("in the last minute everything waited for memory for 12 % of the time")
        );
        assert_eq!(told(4.9), None);
        assert_eq!(told(0.0), None);
    }
}

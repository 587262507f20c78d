//! Few files may be open at once.
//!
//! A database, its connections and parallel test workers each take file descriptors. Below 1,024 they run out with `too
//! many open files`, at another place each time. macOS starts shells with 256.
//!
//! Fires: `ulimit -n` of 256.
//!
//! Fine: 1,024, which Linux gives every login, or more.
//!
//! Help: `ulimit -n 4096` before the run.
//!
//! Source: getrlimit(2).

use testyard_model::Place;

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR003", "few files may be open at once", Warning, check);

/// What Linux gives every login.
const USUAL: u64 = 1024;

fn check(_: &Scene, found: &mut Sink<'_>) {
    if let Some(message) = testyard_sys::resources::open_files().and_then(told) {
        found.at(Place::file("ulimit -n"), message).help("run `ulimit -n 4096` before");
    }
}

fn told(limit: u64) -> Option<String> {
    (limit < USUAL).then(|| format!("a process may only have {limit} files open"))
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn only_low_limits_count() {
        assert_eq!(told(256).as_deref(), Some("a process may only have 256 files open"));
        assert_eq!(told(1024), None);
    }
}

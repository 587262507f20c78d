//! A clock that all processes of one start of the machine share and that nobody can set.

use rustix::time::{ClockId, clock_gettime};

/// Milliseconds of this machine's uptime, without the time it was suspended. Two processes that ask at the same moment
/// get the same answer, whatever happens to the time of day; another start of the machine (see
/// [`crate::procfs::boot_id`]) begins anew.
pub fn monotonic_ms() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000 + u64::try_from(now.tv_nsec).unwrap_or(0) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_and_never_back() {
        let before = monotonic_ms();
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(monotonic_ms() >= before + 20);
    }
}

//! The last line on standard error of `run`, `wait` and `status`, so that no pipe can hide a verdict.

use testyard_model::{Exit, RunState, Standing};

use crate::subject::verdict;

/// The line, without its line end. Tests that ended in an error are counted as failed here: the line has a
/// place for each thing a shell has to tell apart, and these two it does not.
///
/// `state` is `None` when no run came about, for example because another one holds the project's lock; the line is
/// written even then.
pub fn last_line(state: Option<&RunState>, standing: Standing, exit: Exit) -> String {
    let counts = state.map(RunState::counts).unwrap_or_default();
    let run = state.and_then(|state| state.header.as_ref()).map_or("none", |header| header.run.as_str());
    let verdict = state.map_or("none", |state| verdict(state, standing));
    format!(
        "testyard: run={run} verdict={verdict} passed={} failed={} flaky={} skipped={} blocked={} exit={}",
        counts.passed,
        counts.failed + counts.error,
        counts.flaky,
        counts.skipped,
        counts.blocked,
        exit.code()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn every_standing() {
        let check = |state: Option<&RunState>, standing, exit, tail: &str| {
            assert_eq!(last_line(state, standing, exit), format!("testyard: run={tail}"));
        };
        let failing = fixture::state(&fixture::failing());
        check(
            Some(&failing),
            Standing::Final,
            Exit::Failed,
            "20261120-143022-k3f9 verdict=failed passed=1 failed=2 flaky=1 skipped=1 blocked=0 exit=1",
        );
        let cut = fixture::state(&fixture::failing()[..12]);
        check(
            Some(&cut),
            Standing::Running,
            Exit::Running,
            "20261120-143022-k3f9 verdict=running passed=0 failed=0 flaky=0 skipped=0 blocked=0 exit=7",
        );
        check(
            Some(&cut),
            Standing::Lost,
            Exit::Lost,
            "20261120-143022-k3f9 verdict=lost passed=0 failed=0 flaky=0 skipped=0 blocked=0 exit=5",
        );
        check(
            None,
            Standing::Final,
            Exit::Usage,
            "none verdict=none passed=0 failed=0 flaky=0 skipped=0 blocked=0 exit=2",
        );
    }
}

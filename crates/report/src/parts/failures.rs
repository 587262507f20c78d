//! What is said of failures while more of them may come.

use std::path::PathBuf;

use super::Parts;
use crate::digest::{self, Failure};
use crate::story;
use crate::style::{Line, Style};

/// A failure in two lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailurePart {
    /// What failed.
    pub headline: Line,
    /// The first line of what went wrong, and where.
    pub message: Line,
    /// Its log, relative to the run's folder, where one was kept.
    pub log: Option<PathBuf>,
}

impl Parts<'_> {
    /// Everything that failed so far, suite by suite in the order of their tests; then what was blocked, by the check that
    /// blocked it.
    pub fn failures(&self) -> Vec<FailurePart> {
        let failed = digest::failures(self.state).map(|failure| part(&failure, self.style));
        let blocked = digest::blocked(self.state).into_iter().map(|group| {
            let why = group.evidence.first().map_or("", String::as_str);
            let headline = story::blocked(&group, self.style);
            FailurePart { headline, message: Line::new().plain("  ").plain(why), log: None }
        });
        failed.chain(blocked).collect()
    }
}

fn part(failure: &Failure<'_>, style: Style) -> FailurePart {
    let first = failure.message().lines().next().unwrap_or_default();
    let message = Line::new().plain("  ").plain(first);
    let message = match digest::location(&failure.evidence.detail) {
        Some(place) if first.is_empty() => message.dim(format!("at {place}")),
        Some(place) => message.dim(format!("  at {place}")),
        None => message,
    };
    FailurePart {
        headline: story::headline(failure.outcome, failure.word(), failure.suite, failure.name, style),
        message,
        log: failure.evidence.log.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn shown(records: &[testyard_model::Record]) -> String {
        let state = fixture::state(records);
        let parts = Parts { state: &state, style: Style::default(), now_ms: 2_000 };
        let lines = parts.failures().into_iter().flat_map(|one| [one.headline, one.message]);
        lines.map(|line| line.paint(parts.style)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_is_told_in_two_lines() {
        insta::assert_snapshot!(shown(&fixture::failing()), @"
        ✗ not collected unit › tests/unit/test_broken.py
          ModuleNotFoundError: No module named 'fastapi'  at tests/unit/test_broken.py:1
        ✗ failed unit › t.py::fails
          AssertionError: assert 1 == 2  at tests/unit/test_a.py:7
        ✗ error unit › t.py::errs
          fixture 'client' not found
        ");
        insta::assert_snapshot!(shown(&fixture::blocked()), @"
        ! services/postgres-test blocked 2 tests · suite integration
          exited with 1 after 210 ms
        ");
    }
}

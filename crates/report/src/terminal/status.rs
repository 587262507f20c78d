//! How a run that goes on stands: the frame of its live view, held still, with what a glance cannot show.

use super::{Size, frame};
use crate::Subject;
use crate::bars;
use crate::digest;
use crate::style::{Line, Role, Style};
use crate::text;

/// More failures than this are only counted.
const FAILURES: usize = 5;

/// What goes on in a run now, what failed so far, the last lines of the log that was written to last, and how long it
/// may still take.
pub fn status(subject: &Subject<'_>, style: Style, width: usize) -> Vec<String> {
    let size = Size { width, height: usize::MAX };
    let mut lines = frame(subject.state, size, style, subject.state.now_ms);
    let rest = [failures(subject, style, width), last(subject, style, width), vec![remaining(subject)]];
    lines.extend(rest.concat().iter().map(|line| line.paint(style)));
    lines
}

fn failures(subject: &Subject<'_>, style: Style, width: usize) -> Vec<Line> {
    let failures: Vec<_> = digest::failures(subject.state).collect();
    let lines = failures.iter().take(FAILURES).flat_map(|failure| {
        let name = format!("{}{}{}", failure.suite, style.arrow(), failure.name);
        let headline = Line::new().add(Role::Bad, format!("{} ", failure.word())).plain(name);
        [headline, Line::new().plain(format!("    {}", text::one_line(failure.message()))).fit(width, style)]
    });
    let mut lines: Vec<Line> = lines.collect();
    if !lines.is_empty() {
        lines.insert(0, bars::heading("failed so far", width, style));
    }
    if failures.len() > FAILURES {
        lines.push(Line::new().dim(format!("  {} in all: testyard failures", failures.len())));
    }
    lines
}

fn last(subject: &Subject<'_>, style: Style, width: usize) -> Vec<Line> {
    let Some((log, last)) = subject.progress.and_then(|progress| progress.last.as_ref()) else {
        return Vec::new();
    };
    let heading = bars::heading(&format!("{}/{}", subject.folder, log.display()), width, style);
    let lines = last.iter().map(|line| Line::new().dim(text::indented_line(line)).fit(width, style));
    std::iter::once(heading).chain(lines).collect()
}

/// How long it takes, and how long it may.
fn remaining(subject: &Subject<'_>) -> Line {
    let elapsed = subject.state.now_ms;
    let line = Line::new().add(Role::Bold, "running").plain(format!(" for {}", text::span(elapsed)));
    match subject.progress.and_then(|progress| progress.estimate_ms) {
        Some(estimate) => line.plain(format!("; the newest run that ended took {}", text::span(estimate))),
        None => line.plain("; no run has ended yet that would tell how long it takes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Progress, fixture};

    #[test]
    fn of_a_run_in_the_middle() {
        let mut records = fixture::failing();
        records.truncate(18);
        let state = fixture::state(&records);
        let last = Some(("logs/suite-unit.log".into(), vec!["\u{1b}[31mred\u{1b}[0m".to_owned()]));
        let progress = Progress { estimate_ms: Some(61_000), last };
        let subject = Subject { progress: Some(&progress), ..fixture::subject(&state) };
        insta::assert_snapshot!(status(&subject, Style::default(), 60).join("\n"), @"
        ingester  20261120-143022-k3f9                         1.7 s
        ✓ inspect 200 ms  · provide  ✓ services 500 ms  · prepare
        · collect  ● test 700 ms  · gates  · teardown
        ✓ postgres-test  PostgreSQL 15.4 · ready in 100 ms · postgr…
        ✓ redis-test     Redis 7.0.15 · ready in 100 ms · redis-tes…
        ████████████████████ 5/5  1 passed  1 failed  1 error
        1 flaky  1 skipped
        ── failed so far ───────────────────────────────────────────
        not collected unit › tests/unit/test_broken.py
            ModuleNotFoundError: No module named 'fastapi'
        failed unit › t.py::fails
            AssertionError: assert 1 == 2
        error unit › t.py::errs
            fixture 'client' not found
        ── .testyard/runs/20261120-143022-k3f9/logs/suite-unit.log ─
        red
        running for 1.7 s; the newest run that ended took 1 min 01 s
        ");
    }
}

//! What everybody printed while one test ran.

use serde::Serialize;
use testyard_model::{Event, Record, RunState};

use crate::json::document;
use crate::plain::Plain;
use crate::style::{Line, Role, Style};
use crate::text;

/// The lines of services, suites and Testyard itself around one test, in the order of their time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// The run.
    pub run: String,
    /// The test's suite.
    pub suite: String,
    /// The test.
    pub test: String,
    /// When it began, in milliseconds since the run started.
    pub from_ms: u64,
    /// When it ended, or how far the run is while it goes on.
    pub to_ms: u64,
    /// What was said.
    pub said: Vec<Said>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// When it was there, in milliseconds since the run started. Logs are looked at now and then: it may have been printed
    /// that much earlier.
    pub at_ms: u64,
    /// Who said it: a service, a suite, `testyard`.
    pub source: String,
    /// The line, without secrets.
    pub line: String,
}

/// The lines that events are worth which happened at a certain time.
pub fn events(records: &[Record], within: impl Fn(&Record) -> bool) -> Vec<(u64, String)> {
    let mut plain = Plain::new(Style { colour: false, ascii: false });
    let mut state = RunState::default();
    let mut lines = Vec::new();
    for record in records {
        state.apply(record);
        let told = match &record.event {
            // That tests begin and end is not told one by one elsewhere; here it says where one stands.
            Event::TestStarted { test, .. } => vec![format!("{test} begins")],
            Event::TestFinished { test, outcome, .. } => vec![format!("{test} {}", outcome.word())],
            _ => plain.lines(record, &state),
        };
        if within(record) {
            lines.extend(told.into_iter().map(|line| (record.at_ms, line)));
        }
    }
    lines
}

/// The timeline as JSON.
pub fn json(timeline: &Timeline) -> String {
    document(timeline)
}

/// The timeline for people.
pub fn human(timeline: &Timeline, style: Style) -> Vec<String> {
    let Timeline { run, suite, test, from_ms, to_ms, said } = timeline;
    let took = text::span(to_ms - from_ms);
    let title = Line::new()
        .add(Role::Bold, test)
        .dim(format!(" of {suite}: {took} from {} of {run} on", text::span(*from_ms)));
    let width = said.iter().map(|one| text::width(&one.source)).max().unwrap_or_default();
    let lines = said.iter().map(|one| {
        let after = (one.at_ms as f64 - *from_ms as f64) / 1_000.0;
        Line::new()
            .dim(format!("{after:+8.3} s  {:width$} | ", one.source))
            .plain(text::indented_line(&one.line))
    });
    std::iter::once(title).chain(lines).map(|line| line.paint(style)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn of_one_test() {
        let records = fixture::failing();
        let said = events(&records, |record| (1_200..1_500).contains(&record.at_ms));
        let said = said.into_iter().map(|(at_ms, line)| Said { at_ms, source: "testyard".to_owned(), line });
        let db =
            Said { at_ms: 1_300, source: "db".to_owned(), line: "\u{1b}[31mERROR\u{1b}[0m: x".to_owned() };
        let mut said: Vec<Said> = said.chain([db]).collect();
        said.sort_by_key(|one| one.at_ms);
        let timeline = Timeline {
            run: "r".to_owned(),
            suite: "unit".to_owned(),
            test: "t.py::fails".to_owned(),
            from_ms: 1_250,
            to_ms: 1_400,
            said,
        };
        insta::assert_snapshot!(human(&timeline, Style::default()).join("\n"), @r"
        t.py::fails of unit: 150 ms from 1.2 s of r on
          -0.050 s  testyard | ✗ not collected unit › tests/unit/test_broken.py
          -0.050 s  testyard |     ModuleNotFoundError: No module named 'fastapi'
          -0.050 s  testyard |     at tests/unit/test_broken.py:1
          +0.050 s  testyard | t.py::passes passed
          +0.050 s  db       | ERROR: x
          +0.150 s  testyard | t.py::fails failed
        ");
    }
}

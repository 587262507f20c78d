//! One frame of the live view.

use testyard_model::{Phase, RunState};

use super::Size;
use super::panel::{Panel, stack};
use crate::parts::Parts;
use crate::style::{self, Line, Style};
use crate::text;

/// Below this many rows only the current phase is shown, not the whole way.
const ROWS_FOR_ALL_PHASES: usize = 12;

/// More running tests than this are only counted.
const RUNNING_TESTS: usize = 8;

/// The frame at `now_ms`, in milliseconds since the run started. No line is wider than `size.width` columns, and there
/// is one line less than `size.height`: the last row is the cursor's, without it the screen would scroll at each drawing.
pub fn frame(state: &RunState, size: Size, style: Style, now_ms: u64) -> Vec<String> {
    let view = View { parts: Parts { state, style, now_ms }, size };
    let panels = vec![
        Panel::firm(vec![view.parts.title(size.width)]),
        Panel::firm(view.phases()),
        Panel::list(view.parts.services(), "services", 1),
        Panel::list(view.parts.checks(), "checks", 2),
        Panel::firm(view.progress()),
        Panel::list(view.running(), "tests", 3),
    ];
    let lines = stack(panels, size.height.saturating_sub(1).max(1));
    lines.into_iter().map(|line| line.fit(size.width, style).paint(style)).collect()
}

struct View<'a> {
    parts: Parts<'a>,
    size: Size,
}

impl View<'_> {
    fn phases(&self) -> Vec<Line> {
        if self.size.height < ROWS_FOR_ALL_PHASES {
            return self.parts.current_phase().into_iter().collect();
        }
        style::flow(Phase::ALL.into_iter().map(|phase| self.parts.phase(phase)), self.size.width)
    }

    fn progress(&self) -> Vec<Line> {
        let cells = (self.size.width / 3).clamp(4, 30);
        style::flow(self.parts.progress(cells), self.size.width)
    }

    fn running(&self) -> Vec<Line> {
        let running: Vec<_> = self.parts.state.running().collect();
        let shown = running.iter().take(RUNNING_TESTS);
        let mut lines: Vec<Line> =
            shown.map(|(suite, test)| self.parts.running(suite, test, self.size.width)).collect();
        if let Some(more) = running.len().checked_sub(RUNNING_TESTS).filter(|more| *more > 0) {
            lines.push(Line::new().dim(format!("  {} more", text::many(more as u64, "test"))));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use proptest::prelude::*;
    use testyard_model::{Event, Outcome};

    fn shown(state: &RunState, width: usize, height: usize, ascii: bool, now_ms: u64) -> String {
        frame(state, Size { width, height }, Style { colour: false, ascii }, now_ms).join("\n")
    }

    fn in_the_middle() -> RunState {
        let mut records = fixture::passing();
        records.truncate(14);
        fixture::append(
            &mut records,
            fixture::test_started("integration", "tests/integration/test_b.py::test_two"),
        );
        fixture::state(&records)
    }

    #[test]
    fn tests_are_running() {
        insta::assert_snapshot!(shown(&in_the_middle(), 80, 30, false, 2_750), @"
        ingester  20261120-143022-k3f9                                             2.7 s
        ✓ inspect 200 ms  · provide  ✓ services 500 ms  · prepare  · collect
        ● test 1.7 s  · gates  · teardown
        ✓ postgres-test  PostgreSQL 15.4 · ready in 100 ms · postgres-test:5432
        ✓ redis-test     Redis 7.0.15 · ready in 100 ms · redis-test:5432
        ████████░░░░░░░░░░░░░░░░░░ 1/3  1 passed
        ● integration › tests/integration/test_b.py::test_two 1.3 s
        ");
    }

    #[test]
    fn a_narrow_terminal_in_ascii() {
        insta::assert_snapshot!(shown(&in_the_middle(), 40, 30, true, 2_750), @"
        ingester  20261120-143022-k3f9     2.7 s
        + inspect 200 ms  . provide
        + services 500 ms  . prepare  . collect
        * test 1.7 s  . gates  . teardown
        + postgres-test  PostgreSQL 15.4, rea...
        + redis-test     Redis 7.0.15, ready ...
        ####......... 1/3  1 passed
        * integration > tests/integrati... 1.3 s
        ");
    }

    #[test]
    fn a_low_terminal() {
        insta::assert_snapshot!(shown(&in_the_middle(), 60, 5, false, 2_750), @"
        ingester  20261120-143022-k3f9                         2.7 s
        ● test 1.7 s
          2 services
        ██████░░░░░░░░░░░░░░ 1/3  1 passed
        ");
    }

    #[test]
    fn services_are_starting() {
        insta::assert_snapshot!(shown(&fixture::state(&fixture::blocked()[..5]), 72, 30, false, 3_400), @"
        ingester  20261120-143022-k3f9                                     3.4 s
        · inspect  · provide  ● services 3.3 s  · prepare  · collect  · test
        · gates  · teardown
        ● postgres-test  starting 3.1 s · waiting for its first answer
          redis-test     planned
        ");
    }

    #[test]
    fn a_service_is_broken() {
        insta::assert_snapshot!(shown(&fixture::state(&fixture::blocked()[..6]), 72, 8, false, 3_400), @"
        ingester  20261120-143022-k3f9                                     3.4 s
        ● services 3.3 s
        ! postgres-test  broken  exited with 1 after 210 ms
          redis-test     planned
        ");
    }

    fn name() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop::sample::select(vec![
                "a",
                "_",
                " ",
                "::",
                "日",
                "本",
                "é",
                "e\u{301}",
                "👩‍👩‍👧",
                "❤️",
                "\t",
                "\n",
                "\u{1b}[31m",
                "\u{200b}",
                "ｗ",
            ]),
            1..40,
        )
        .prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_frame_never_exceeds_its_size(
            names in prop::collection::vec(name(), 1..14),
            width in 1_usize..130,
            height in 1_usize..40,
            ascii: bool,
            now_ms in 0_u64..100_000_000,
        ) {
            let mut records = fixture::passing();
            records.truncate(14);
            for name in &names {
                fixture::append(&mut records, fixture::started(name));
                fixture::append(&mut records, Event::CheckStarted { check: name.as_str().into(), title: name.clone() });
                fixture::append(&mut records, fixture::test_started(name, name));
                fixture::append(&mut records, fixture::test("unit", name, Outcome::Failed, 1.0));
            }
            let lines = frame(&fixture::state(&records), Size { width, height }, Style { colour: true, ascii }, now_ms);
            prop_assert!(lines.len() <= (height - 1).max(1), "{} lines", lines.len());
            for line in lines {
                prop_assert!(text::width(&line) <= width, "{line:?}");
                prop_assert!(!line.contains('\n'));
            }
        }
    }
}

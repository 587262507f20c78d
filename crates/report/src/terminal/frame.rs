//! One frame of the live view.

use testyard_model::state::{PhaseState, ServiceStage, ServiceState};
use testyard_model::{CheckId, Phase, RunState};

use super::Size;
use super::panel::{Panel, stack};
use crate::bars;
use crate::digest;
use crate::style::{self, Line, Role, Style};
use crate::text;

/// Below this many rows only the current phase is shown, not the whole way.
const ROWS_FOR_ALL_PHASES: usize = 12;

/// More running tests than this are only counted.
const RUNNING_TESTS: usize = 8;

/// No name takes more columns than this in a list.
const NAME_COLUMNS: usize = 24;

/// The frame at `now_ms`, in milliseconds since the run started. No line is wider than `size.width` columns, and there
/// is one line less than `size.height`: the last row is the cursor's, without it the screen would scroll at each drawing.
pub fn frame(state: &RunState, size: Size, style: Style, now_ms: u64) -> Vec<String> {
    let view = View { state, size, style, now_ms };
    let panels = vec![
        Panel::firm(vec![view.title()]),
        Panel::firm(view.phases()),
        Panel::list(view.services(), "services", 1),
        Panel::list(view.checks(), "checks", 2),
        Panel::firm(view.progress()),
        Panel::list(view.running(), "tests", 3),
    ];
    let lines = stack(panels, size.height.saturating_sub(1).max(1));
    lines.into_iter().map(|line| line.fit(size.width, style).paint(style)).collect()
}

struct View<'a> {
    state: &'a RunState,
    size: Size,
    style: Style,
    now_ms: u64,
}

impl View<'_> {
    fn title(&self) -> Line {
        let elapsed = text::span(self.now_ms);
        let room = self.size.width.saturating_sub(text::width(&elapsed) + 1);
        let line = match &self.state.header {
            Some(header) => Line::new().add(Role::Bold, &header.project).dim(format!("  {}", header.run)),
            None => Line::new().add(Role::Bold, "testyard"),
        };
        line.fit(room, self.style).pad(room + 1).dim(elapsed)
    }

    fn phases(&self) -> Vec<Line> {
        if self.size.height < ROWS_FOR_ALL_PHASES {
            let current = self.state.phases.iter().rev().find(|phase| phase.ended_ms.is_none());
            return current.or(self.state.phases.last()).map(|phase| self.begun(phase)).into_iter().collect();
        }
        let pieces = Phase::ALL.into_iter().map(|phase| {
            let known = self.state.phases.iter().rev().find(|known| known.phase == phase);
            known.map_or_else(
                || Line::new().dim(format!("{} {phase}", self.style.sign("·", "."))),
                |known| self.begun(known),
            )
        });
        style::flow(pieces, self.size.width)
    }

    fn begun(&self, phase: &PhaseState) -> Line {
        let took = text::span(phase.ended_ms.unwrap_or(self.now_ms).saturating_sub(phase.started_ms));
        match &phase.outcome {
            Some(outcome) => Line::new()
                .add(Role::of(outcome), style::symbol(outcome, self.style))
                .plain(format!(" {}", phase.phase))
                .dim(format!(" {took}")),
            None => Line::new()
                .plain(format!("{} ", style::going_on(self.style)))
                .add(Role::Bold, phase.phase.word())
                .dim(format!(" {took}")),
        }
    }

    fn services(&self) -> Vec<Line> {
        let names = self.state.services.iter().map(|service| text::width(&service.name));
        let widest = names.max().unwrap_or(0).min(NAME_COLUMNS);
        self.state.services.iter().map(|service| self.service(service, widest)).collect()
    }

    fn service(&self, service: &ServiceState, widest: usize) -> Line {
        let (role, sign) = match service.stage {
            ServiceStage::Planned => (Role::Dim, " "),
            ServiceStage::Starting => (Role::Plain, style::going_on(self.style)),
            ServiceStage::Ready => (Role::Good, self.style.sign("✓", "+")),
            ServiceStage::Broken => (Role::Care, "!"),
            ServiceStage::Stopped => (Role::Dim, "-"),
        };
        let name = Line::new().plain(&service.name).fit(widest, self.style).pad(widest + 2);
        Line::new().add(role, sign).plain(" ").join(name).join(self.stage(service))
    }

    fn stage(&self, service: &ServiceState) -> Line {
        let took = digest::service_ms(service, self.now_ms).map(text::span).unwrap_or_default();
        match (service.stage, &service.report) {
            (ServiceStage::Planned, _) => Line::new().dim("planned"),
            (ServiceStage::Starting, _) => {
                let line = Line::new().plain("starting").dim(format!(" {took}"));
                match self.waiting(&format!("services/{}", service.name)) {
                    Some(what) => line.dim(format!("{}waiting for {what}", self.style.dot())),
                    None => line,
                }
            }
            (ServiceStage::Broken, _) => {
                let why = service.evidence.first().map_or("", String::as_str);
                Line::new().add(Role::Care, "broken").plain(format!("  {why}"))
            }
            (ServiceStage::Ready, Some(report)) => Line::new()
                .plain(format!("{} {}", report.product, report.version))
                .dim(format!("{dot}ready in {took}{dot}{}", report.address, dot = self.style.dot())),
            (ServiceStage::Ready, None) => Line::new().plain("ready"),
            (ServiceStage::Stopped, _) => Line::new().dim("stopped"),
        }
    }

    fn waiting(&self, check: &str) -> Option<&str> {
        let check = CheckId::from(check);
        self.state.checks.iter().find(|known| known.check == check)?.waiting.as_deref()
    }

    /// The checks that are going on, but for services, which have lines of their own.
    fn checks(&self) -> Vec<Line> {
        let open = self.state.checks.iter().filter(|check| check.outcome.is_none());
        let open = open.filter(|check| !check.check.as_str().starts_with("services/"));
        open.map(|check| {
            let took = text::span(self.now_ms.saturating_sub(check.started_ms));
            let line = Line::new().plain(style::going_on(self.style)).plain(format!(" {} ", check.title));
            let line = line.dim(took);
            match &check.waiting {
                Some(what) => line.dim(format!("{}waiting for {what}", self.style.dot())),
                None => line,
            }
        })
        .collect()
    }

    fn progress(&self) -> Vec<Line> {
        let counts = self.state.counts();
        if counts.total == 0 {
            return Vec::new();
        }
        let cells = (self.size.width / 3).clamp(4, 30);
        let number = format!(" {}/{}", counts.settled(), counts.total);
        let mut pieces = vec![bars::progress(&counts, cells, self.style).add(Role::Bold, number)];
        pieces.extend(digest::counted(&counts).into_iter().filter(|(_, word)| *word != "pending").map(
            |(number, word)| {
                let role = match word {
                    "passed" => Role::Good,
                    "failed" | "error" => Role::Bad,
                    "skipped" => Role::Dim,
                    _ => Role::Care,
                };
                Line::new().add(role, format!("{number} {word}"))
            },
        ));
        style::flow(pieces, self.size.width)
    }

    fn running(&self) -> Vec<Line> {
        let running: Vec<_> = self.state.running().collect();
        let mut lines: Vec<Line> = running
            .iter()
            .take(RUNNING_TESTS)
            .map(|(suite, test)| {
                let took = text::span(self.now_ms.saturating_sub(test.started_ms.unwrap_or(self.now_ms)));
                let room = self.size.width.saturating_sub(text::width(&took) + 1);
                Line::new()
                    .plain(format!("{} ", style::going_on(self.style)))
                    .dim(format!("{}{}", suite.name, self.style.arrow()))
                    .plain(test.id.as_str())
                    .fit(room, self.style)
                    .dim(format!(" {took}"))
            })
            .collect();
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

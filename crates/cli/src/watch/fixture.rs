//! Small hand-made runs for the tests of the view.

use testyard_model::event::{Evidence, ServiceReport};
use testyard_model::plan::Engine;
use testyard_model::{Event, Ledger, Outcome, Phase, Record, RunState, Standing, Verdict};
use testyard_report::Style;
use testyard_report::parts::{Parts, log_line};

use super::seen::{Log, Seen};

/// All that a view is given.
pub(crate) struct Scene {
    pub(crate) state: RunState,
    pub(crate) style: Style,
    pub(crate) now_ms: u64,
    pub(crate) standing: Standing,
    pub(crate) logs: Vec<String>,
    pub(crate) log: Log,
}

impl Scene {
    pub(crate) fn seen(&self) -> Seen<'_> {
        Seen {
            parts: Parts { state: &self.state, style: self.style, now_ms: self.now_ms },
            standing: self.standing,
            logs: &self.logs,
            log: Some(&self.log),
            trouble: None,
        }
    }

    fn of(events: Vec<(u64, Event)>, standing: Standing) -> Scene {
        let mut state = RunState::default();
        for (number, (at_ms, event)) in events.into_iter().enumerate() {
            state.apply(&Record { number: number as u64 + 1, at_ms, event });
        }
        let logs = ["service-postgres-test.log", "service-redis-test.log"].map(str::to_owned).to_vec();
        let lines = (1..=40).map(|number| format!("2026-11-20 14:30:{number:02} LOG:  checkpoint {number}"));
        let lines = lines.map(|line| log_line(&line)).collect();
        let log = Log { name: logs[0].clone(), first: 0, lines };
        Scene { now_ms: state.now_ms + 400, state, style: Style::default(), standing, logs, log }
    }
}

fn ready(name: &str, product: &str, version: &str, ready_ms: u64) -> Event {
    Event::ServiceReady {
        service: ServiceReport {
            name: name.to_owned(),
            engine: Engine::Native,
            product: product.to_owned(),
            version: version.to_owned(),
            address: format!("{name}:5432"),
            published: Vec::new(),
            ready_ms,
            ledger: Ledger::default(),
            log: Some(format!("logs/service-{name}.log").into()),
        },
    }
}

fn failed_test(test: &str, message: &str, log: Option<&str>) -> Event {
    let evidence = Evidence {
        message: message.to_owned(),
        detail: "tests/unit/test_a.py:7: AssertionError".to_owned(),
        log: log.map(Into::into),
    };
    Event::TestFinished {
        suite: "unit".to_owned(),
        test: test.into(),
        outcome: Outcome::Failed,
        duration_ms: 12.0,
        evidence,
    }
}

fn begin() -> Vec<(u64, Event)> {
    let started = Event::RunStarted {
        run: "20261120-143022-k3f9".into(),
        project: "ingester".to_owned(),
        unix_ms: 1_795_185_022_000,
        services: vec!["postgres-test".to_owned(), "redis-test".to_owned()],
        suites: vec!["unit".to_owned()],
        engine: "native".to_owned(),
        testyard: "0.1.0".to_owned(),
        host: Vec::new(),
    };
    let start = |service: &str| Event::ServiceStarted { service: service.to_owned() };
    vec![
        (0, started),
        (0, Event::PhaseStarted { phase: Phase::Inspect }),
        (40, Event::PhaseFinished { phase: Phase::Inspect, outcome: Outcome::Passed }),
        (40, Event::PhaseStarted { phase: Phase::Services }),
        (100, start("postgres-test")),
        (120, start("redis-test")),
        (200, ready("redis-test", "Redis", "7.0.15", 80)),
    ]
}

fn in_tests() -> Vec<(u64, Event)> {
    let mut events = begin();
    let tests = ["t.py::fails", "t.py::more", "t.py::slow", "t.py::last"].map(Into::into).to_vec();
    let started =
        |test: &str, worker| Event::TestStarted { suite: "unit".to_owned(), test: test.into(), worker };
    events.extend([
        (500, ready("postgres-test", "PostgreSQL", "16.14", 400)),
        (510, Event::PhaseFinished { phase: Phase::Services, outcome: Outcome::Passed }),
        (600, Event::PhaseStarted { phase: Phase::Test }),
        (610, Event::SuiteStarted { suite: "unit".to_owned() }),
        (620, Event::Collected { suite: "unit".to_owned(), tests }),
        (630, started("t.py::fails", 0)),
        (900, failed_test("t.py::fails", "AssertionError: assert 1 == 2\nsecond line", None)),
        (910, started("t.py::slow", 0)),
        (920, started("t.py::last", 1)),
    ]);
    events
}

/// One service is up, another is starting.
pub(crate) fn starting() -> Scene {
    let mut scene = Scene::of(begin(), Standing::Running);
    scene.log.lines.clear();
    scene
}

/// One test has failed, two are running.
pub(crate) fn testing() -> Scene {
    Scene::of(in_tests(), Standing::Running)
}

/// The run has ended.
pub(crate) fn failed() -> Scene {
    let mut events = in_tests();
    let log = Some("logs/test-unit-0001-fails.log");
    events.extend([
        (1_200, failed_test("t.py::slow", "KeyError: 'gone'", log)),
        (1_300, failed_test("t.py::last", "", None)),
        (
            1_310,
            Event::SuiteFinished { suite: "unit".to_owned(), outcome: Outcome::Failed, evidence: Vec::new() },
        ),
        (1_320, Event::PhaseFinished { phase: Phase::Test, outcome: Outcome::Failed }),
        (
            1_400,
            Event::VerdictReached {
                verdict: Verdict::Failed,
                blocked_by: None,
                reason: "3 tests failed".to_owned(),
            },
        ),
    ]);
    let mut scene = Scene::of(events, Standing::Final);
    scene.now_ms = scene.state.now_ms;
    scene
}

/// Nothing has happened yet.
pub(crate) fn nothing() -> Scene {
    let mut scene = Scene::of(Vec::new(), Standing::Running);
    scene.logs.clear();
    scene.log = Log::default();
    scene
}

//! Small hand-made journals for this room's tests.

use testyard_model::event::{Evidence, ServiceReport};
use testyard_model::plan::Engine;
use testyard_model::{
    CheckId, Event, Exit, Fidelity, Finding, Gate, GateResult, Ledger, Outcome, Phase, Place, Record,
    RunState, Severity, Standing, Verdict,
};

use crate::Subject;

/// Numbers events and gives each a time 100 ms after the one before it.
pub(crate) fn journal(events: Vec<Event>) -> Vec<Record> {
    let mut records = Vec::new();
    events.into_iter().for_each(|event| append(&mut records, event));
    records
}

pub(crate) fn append(records: &mut Vec<Record>, event: Event) {
    let number = records.len() as u64 + 1;
    records.push(Record { number, at_ms: (number - 1) * 100, event });
}

pub(crate) fn state(records: &[Record]) -> RunState {
    RunState::of(records)
}

pub(crate) fn subject(state: &RunState) -> Subject<'_> {
    let standing = if state.verdict.is_some() { Standing::Final } else { Standing::Running };
    let exit = state.verdict.as_ref().map_or(Exit::Running, |verdict| verdict.verdict.into());
    Subject {
        state,
        standing,
        exit,
        plan: None,
        folder: ".testyard/runs/20261120-143022-k3f9",
        progress: None,
    }
}

pub(crate) fn begin() -> Event {
    Event::RunStarted {
        run: "20261120-143022-k3f9".into(),
        project: "ingester".to_owned(),
        unix_ms: 1_795_185_022_000,
        services: vec!["postgres-test".to_owned(), "redis-test".to_owned()],
        suites: vec!["unit".to_owned(), "integration".to_owned()],
        engine: "native: recipes for every service".to_owned(),
        testyard: "0.1.0".to_owned(),
        host: vec![("system".to_owned(), "Linux 6.1".to_owned()), ("cores".to_owned(), "2".to_owned())],
    }
}

pub(crate) fn phase(phase: Phase) -> Event {
    Event::PhaseStarted { phase }
}

pub(crate) fn phase_end(phase: Phase, outcome: Outcome) -> Event {
    Event::PhaseFinished { phase, outcome }
}

pub(crate) fn started(service: &str) -> Event {
    Event::ServiceStarted { service: service.to_owned() }
}

pub(crate) fn ready(service: &str, product: &str, version: &str, ledger: &[(&str, Fidelity, &str)]) -> Event {
    let mut kept = Ledger::default();
    ledger.iter().for_each(|(what, how, detail)| kept.note(*what, *how, *detail));
    let report = ServiceReport {
        name: service.to_owned(),
        engine: Engine::Native,
        product: product.to_owned(),
        version: version.to_owned(),
        address: format!("{service}:5432"),
        published: vec!["localhost:55432 -> 5432".to_owned()],
        ready_ms: 100,
        ledger: kept,
        log: Some(format!("logs/service-{service}.log").into()),
    };
    Event::ServiceReady { service: report }
}

pub(crate) fn died(service: &str, how: &str) -> Event {
    Event::ServiceDied { service: service.to_owned(), evidence: vec![how.to_owned()] }
}

pub(crate) fn collected(suite: &str, tests: &[&str]) -> Event {
    let tests = tests.iter().map(|test| (*test).into()).collect();
    Event::Collected { suite: suite.to_owned(), tests }
}

pub(crate) fn test_started(suite: &str, test: &str) -> Event {
    Event::TestStarted { suite: suite.to_owned(), test: test.into(), worker: 0 }
}

pub(crate) fn test(suite: &str, test: &str, outcome: Outcome, duration_ms: f64) -> Event {
    tested(suite, test, outcome, duration_ms, Evidence::default())
}

pub(crate) fn tested(
    suite: &str,
    test: &str,
    outcome: Outcome,
    duration_ms: f64,
    evidence: Evidence,
) -> Event {
    Event::TestFinished { suite: suite.to_owned(), test: test.into(), outcome, duration_ms, evidence }
}

pub(crate) fn suite_end(suite: &str, outcome: Outcome) -> Event {
    Event::SuiteFinished { suite: suite.to_owned(), outcome, evidence: Vec::new() }
}

pub(crate) fn verdict(verdict: Verdict, blocked_by: Option<&str>, reason: &str) -> Event {
    Event::VerdictReached { verdict, blocked_by: blocked_by.map(CheckId::from), reason: reason.to_owned() }
}

fn gate(gate: Gate, outcome: Outcome, evidence: &str) -> Event {
    Event::GateJudged { result: GateResult { gate, outcome, evidence: evidence.to_owned() } }
}

/// Both services, up; ten events.
fn environment() -> Vec<Event> {
    let version = ("image", Fidelity::Emulated, "PostgreSQL 15.4 stands in for 16");
    vec![
        begin(),
        phase(Phase::Inspect),
        Event::Found {
            finding: Finding::new(
                "TY-CM007",
                Severity::Warning,
                Place::at("docker-compose.test.yml", 3, 5),
                "`version` is obsolete",
            )
            .help("remove the line"),
        },
        phase_end(Phase::Inspect, Outcome::Passed),
        phase(Phase::Services),
        started("postgres-test"),
        started("redis-test"),
        ready("postgres-test", "PostgreSQL", "15.4", &[version, ("ports", Fidelity::Honoured, "55432")]),
        ready("redis-test", "Redis", "7.0.15", &[]),
        phase_end(Phase::Services, Outcome::Passed),
    ]
}

/// Two suites, three tests, all well.
pub(crate) fn passing() -> Vec<Record> {
    let mut events = environment();
    events.extend([
        phase(Phase::Test),
        collected("unit", &["tests/unit/test_a.py::test_one"]),
        collected(
            "integration",
            &["tests/integration/test_b.py::test_two", "tests/integration/test_b.py::test_three"],
        ),
        test("unit", "tests/unit/test_a.py::test_one", Outcome::Passed, 12.4),
        suite_end("unit", Outcome::Passed),
        test("integration", "tests/integration/test_b.py::test_two", Outcome::Passed, 340.0),
        test("integration", "tests/integration/test_b.py::test_three", Outcome::Passed, 80.0),
        suite_end("integration", Outcome::Passed),
        phase_end(Phase::Test, Outcome::Passed),
        phase(Phase::Gates),
        gate(Gate::Complete, Outcome::Passed, "3 of 3 tests have an outcome"),
        phase_end(Phase::Gates, Outcome::Passed),
        verdict(Verdict::Passed, None, "3 tests passed on real services"),
    ]);
    journal(events)
}

/// One test of every outcome that has nothing to do with the infrastructure, and a file that cannot be imported.
pub(crate) fn failing() -> Vec<Record> {
    let skip = Outcome::Skipped { why: "needs a | licence".to_owned() };
    let broken = Outcome::Error { why: "fixture 'client' not found".to_owned() };
    let evidence = Evidence {
        message: "AssertionError: assert 1 == 2".to_owned(),
        detail: "def test_fails():\n>   assert 1 == 2\nE   assert 1 == 2\n\ntests/unit/test_a.py:7: AssertionError"
            .to_owned(),
        log: Some("logs/unit/test_fails.log".into()),
    };
    let import = Evidence {
        message: "ModuleNotFoundError: No module named 'fastapi'".to_owned(),
        detail: "tests/unit/test_broken.py:1: in <module>".to_owned(),
        log: None,
    };
    let mut events = environment();
    events.extend([
        phase(Phase::Test),
        collected("unit", &["t.py::passes", "t.py::fails", "t.py::errs", "t.py::skips", "t.py::wobbles"]),
        Event::CollectionFailed {
            suite: "unit".to_owned(),
            path: "tests/unit/test_broken.py".to_owned(),
            outcome: Outcome::Failed,
            evidence: import,
        },
        test("unit", "t.py::passes", Outcome::Passed, 5.0),
        tested("unit", "t.py::fails", Outcome::Failed, 1250.5, evidence),
        test("unit", "t.py::errs", broken, 3.0),
        test("unit", "t.py::skips", skip, 0.0),
        test("unit", "t.py::wobbles", Outcome::Flaky, 90.0),
        suite_end("unit", Outcome::Failed),
        phase_end(Phase::Test, Outcome::Failed),
        gate(Gate::PassRate, Outcome::Failed, "1 of 4 tests passed, 90 % asked for"),
        verdict(Verdict::Failed, None, "2 tests failed and 1 file could not be collected"),
    ]);
    journal(events)
}

/// A database that never came up, and the suite that needs it.
pub(crate) fn blocked() -> Vec<Record> {
    let cause = || Outcome::blocked("services/postgres-test");
    journal(vec![
        begin(),
        phase(Phase::Services),
        Event::CheckStarted {
            check: "services/postgres-test".into(),
            title: "start postgres-test".to_owned(),
        },
        started("postgres-test"),
        Event::Waiting {
            check: "services/postgres-test".into(),
            message: "its first answer".to_owned(),
            elapsed_ms: 3_000,
        },
        Event::CheckFinished {
            check: "services/postgres-test".into(),
            outcome: Outcome::Failed,
            evidence: vec![
                "exited with 1 after 210 ms".to_owned(),
                "FATAL: unrecognized configuration parameter \"no_such\"".to_owned(),
            ],
        },
        phase_end(Phase::Services, cause()),
        phase(Phase::Test),
        collected("integration", &["t.py::one", "t.py::two"]),
        test("integration", "t.py::one", cause(), 0.0),
        test("integration", "t.py::two", cause(), 0.0),
        suite_end("integration", cause()),
        phase_end(Phase::Test, cause()),
        verdict(Verdict::Blocked, Some("services/postgres-test"), "postgres-test never became ready"),
    ])
}

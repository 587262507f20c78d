//! What a suite comes to as a whole, and what pytest's options do to its tests.

use testyard_model::{Event, Outcome};
use testyard_runner::Worker;

use crate::python;
use crate::yard::Yard;

const THREE: &str = "def test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pass\n";

/// Runs a command over these files, and compares tests and suite.
async fn check(files: &[(&str, &str)], command: &str, tests: &[&str], suite: &str) {
    let Some(python) = python::any().await else { return };
    let done = Yard::new(files, command).await.python(&python).run().await;
    assert_eq!((done.shown(), done.verdict().as_str()), (own(tests), suite), "{command}: {:?}", done.outcome);
}

fn own(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[tokio::test]
async fn options_are_honoured() {
    let files = [("test_a.py", THREE)];
    let stopped = "test_c skipped(not run: stopping after 1 failures)";
    check(&files, "pytest -x", &["test_a passed", "test_b failed", stopped], "failed").await;
    check(&files, "pytest -k test_c", &["test_c passed"], "passed").await;
    check(&files, "pytest test_a.py::test_a", &["test_a passed"], "passed").await;
    check(&files, "pytest -k nothing", &[], "skipped(no tests were collected)").await;
    let only = "test_c skipped(only collected: the suite's arguments say --collect-only)";
    check(&files, "pytest --co -k test_c", &[only], "skipped(every test was skipped)").await;
    let usage = "error(pytest did not start: unrecognized arguments: --nonsense)";
    check(&files, "pytest --nonsense", &[], usage).await;
    let missing = "error(pytest did not start: file or directory not found: nowhere)";
    check(&files, "pytest nowhere", &[], missing).await;
}

#[tokio::test]
async fn broken_projects_are_errors_of_the_suite() {
    let conftest = [("conftest.py", "import nowhere\n"), ("test_a.py", THREE)];
    let why = "error(pytest did not start: ModuleNotFoundError: No module named 'nowhere')";
    check(&conftest, "pytest", &[], why).await;

    let hook = [("conftest.py", "def pytest_collection_finish(): 1 / 0\n"), ("test_a.py", THREE)];
    let broke = "pytest itself broke: ZeroDivisionError: division by zero";
    check(&hook, "pytest", &[], &format!("error({broke})")).await;
    let hook = [("conftest.py", "def pytest_runtest_logfinish(): 1 / 0\n"), ("test_a.py", THREE)];
    let (running, rest) = (format!("test_a error({broke})"), format!("error(never ran: {broke})"));
    let tests = [running, format!("test_b {rest}"), format!("test_c {rest}")];
    check(&hook, "pytest", &tests.each_ref().map(String::as_str), &format!("error({broke})")).await;

    let status = "def pytest_sessionfinish(session): session.exitstatus = 1\n";
    let cover = [("conftest.py", status), ("test_a.py", "def test_a(): pass\n")];
    check(&cover, "pytest", &["test_a passed"], "error(pytest exited with 1 although no test failed)").await;
}

#[tokio::test]
async fn tests_that_end_the_session_are_named() {
    let exit = "import pytest\ndef test_a(): pytest.exit('enough')\ndef test_b(): pass\n";
    let tests = [
        "test_a error(it ended the session: pytest.exit: enough)",
        "test_b error(never ran: the session ended: pytest.exit: enough)",
    ];
    let suite = "error(the session was interrupted: pytest.exit: enough)";
    check(&[("test_a.py", exit)], "pytest", &tests, suite).await;
}

#[tokio::test]
async fn what_was_collected_and_what_ran_are_reconciled() {
    let swallow = "import pytest\n@pytest.hookimpl(tryfirst=True)\n\
                   def pytest_runtest_protocol(item):\n    return True if item.name == 'test_b' else None\n";
    let files = [("conftest.py", swallow), ("test_a.py", THREE)];
    let tests = ["test_a passed", "test_b error(collected but never reported)", "test_c passed"];
    check(&files, "pytest", &tests, "failed").await;

    let twice = [("test_a.py", "def test_a(): pass\n")];
    let tests = ["test_a passed", "test_a (2) passed"];
    check(&twice, "pytest --keep-duplicates test_a.py test_a.py", &tests, "passed").await;
}

#[tokio::test]
async fn the_import_path_is_that_of_the_command() {
    let test = "import os, sys\n\
                def test_path(): import helper\n\
                def test_nothing_of_ours(): assert 'PYTHONPATH' not in os.environ and not [p for p in sys.path if 'run/pytest' in p]\n\
                def test_arguments(): assert sys.argv[1:] == ['tests']\n\
                def test_stdin(): assert os.fstat(0).st_rdev == os.stat('/dev/null').st_rdev\n";
    let files = [("helper.py", ""), ("tests/test_a.py", test)];
    let rest = ["test_nothing_of_ours passed", "test_arguments passed", "test_stdin passed"];
    let with = |first: &'static str| [&[first][..], &rest[..]].concat();
    check(&files, "python -m pytest tests", &with("test_path passed"), "passed").await;
    check(&files, "pytest tests", &with("test_path failed"), "failed").await;
}

#[tokio::test]
async fn coverage_is_that_of_the_project() {
    let Some(python) = python::any().await else { return };
    let bin = python.parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let files =
        [("app.py", "def f():\n    return 1\n"), ("test_a.py", "import app\ndef test_a(): app.f()\n")];
    for command in ["python -m pytest --cov", "coverage run -m pytest"] {
        let mut yard = Yard::new(&files, command).await.python(&python).variable("PATH", &path);
        // The run's folder lies in the project, as it does in a real one.
        yard.launch.run_folder = yard.path(".testyard/run");
        let project = yard.path("");
        let done = yard.run().await;
        assert_eq!(done.verdict(), "passed", "{:?}", done.outcome);

        let mut report = Yard::new(&[], "coverage report").await.command(&[], false).variable("PATH", &path);
        report.launch.suite.folder = project;
        let text = report.run().await.file("logs/suite-unit.log");
        assert!(text.contains("app.py") && !text.contains("testyard_plugin"), "{text}");
        let total = text.lines().find(|line| line.starts_with("TOTAL")).unwrap_or_default();
        let numbers: Vec<&str> = total.split_whitespace().collect();
        assert_eq!(numbers, ["TOTAL", "4", "0", "100%"], "{command}: {text}");
    }
}

#[tokio::test]
async fn a_suite_without_pytest_says_so() {
    let Some(python) = python::without_pytest() else { return };
    let done = Yard::new(&[("test_a.py", THREE)], "pytest").await.python(&python).run().await;
    assert!(done.verdict().starts_with("error(pytest is not installed for "), "{}", done.verdict());
    assert!(done.verdict().contains("help: add it"));
}

#[tokio::test]
async fn a_suite_whose_python_was_never_made_has_nothing_to_add() {
    let Some(python) = python::without_pytest() else { return };
    let mut yard = Yard::new(&[("test_a.py", THREE)], "pytest").await.python(&python);
    yard.launch.blocked_by = Some("prepare/python".into());
    let done = yard.run().await;
    assert_eq!(done.verdict(), "blocked(prepare/python)");
    let told = format!("{:?}", done.events);
    assert!(told.contains("its tests are not known") && !told.contains("help: "), "{told}");
}

#[tokio::test]
async fn a_blocked_suite_is_collected_and_not_run() {
    let Some(python) = python::any().await else { return };
    let test = "import pathlib\ndef test_a(): pathlib.Path('ran').touch()\ndef test_b(): pass\n";
    let files = [("test_a.py", test), ("test_broken.py", "import nowhere\n")];
    let mut yard = Yard::new(&files, "pytest").await.python(&python);
    yard.launch.blocked_by = Some("services/db".into());
    let ran = yard.path("ran");
    let done = yard.run().await;
    assert_eq!(done.shown(), ["test_a blocked(services/db)", "test_b blocked(services/db)"]);
    assert_eq!(done.verdict(), "blocked(services/db)");
    assert_eq!(done.suite().collection_errors[0].outcome, Outcome::blocked("services/db"));
    assert!(!ran.exists());
}

#[tokio::test]
async fn a_service_that_is_dead_already_does_not_keep_tests_from_being_told() {
    let Some(python) = python::any().await else { return };
    for blocked in [Some("services/db".into()), None] {
        let mut yard = Yard::new(&[("test_a.py", THREE)], "pytest").await.python(&python);
        yard.launch.suite.services = vec!["db".to_owned()];
        yard.launch.blocked_by = blocked;
        yard.vitals.die("db");
        let done = yard.run().await;
        assert_eq!(done.verdict(), "blocked(services/db)");
        let expected = ["test_a", "test_b", "test_c"].map(|name| format!("{name} blocked(services/db)"));
        assert_eq!(done.shown(), expected);
    }
}

#[tokio::test]
async fn a_suite_can_be_blocked_after_it_was_collected() {
    let Some(python) = python::any().await else { return };
    let yard = Yard::new(&[("test_a.py", THREE)], "pytest").await.python(&python);
    let worker = Worker::start(yard.launch.clone()).await;
    assert_eq!(worker.tests(), 3);
    let outcome = worker.block("test/unit".into()).await;
    let done = yard.done(outcome).await;
    assert!(done.shown().iter().all(|test| test.ends_with("blocked(test/unit)")), "{:?}", done.shown());
}

#[tokio::test]
async fn events_come_in_their_order() {
    let Some(python) = python::any().await else { return };
    let done =
        Yard::new(&[("test_a.py", "def test_a(): pass\n")], "pytest").await.python(&python).run().await;
    let kinds: Vec<&str> = done.events.iter().map(kind).collect();
    let expected = [
        "check started",
        "collected",
        "check passed",
        "suite started",
        "started",
        "finished",
        "suite finished",
    ];
    assert_eq!(kinds, expected);
    assert!(done.file("logs/suite-unit.log").contains("1 passed"));
}

fn kind(event: &Event) -> &'static str {
    match event {
        Event::CheckStarted { check, .. } if check.as_str() == "collect/unit" => "check started",
        Event::CheckFinished { outcome: Outcome::Passed, .. } => "check passed",
        Event::Collected { .. } => "collected",
        Event::SuiteStarted { .. } => "suite started",
        Event::TestStarted { .. } => "started",
        Event::TestFinished { .. } => "finished",
        Event::SuiteFinished { .. } => "suite finished",
        _ => "something else",
    }
}

//! Whatever ends a run, nothing of it is left, and its folder tells the truth.

use std::process::Child;
use std::time::Duration;

use testyard_tests::{Project, Said, assert_nothing_left, wait_until};

/// Sends a signal by its number.
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn signal(child: &Child, number: &str) {
    let sent =
        std::process::Command::new("kill").args([&format!("-{number}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill can be started").success());
}

fn exit_of(mut child: Child) -> Option<i32> {
    wait_until("the run to end", || child.try_wait().expect("it can be asked")).code()
}

/// A project whose run has something to leave behind in every phase: two databases, and tests that take long.
fn slow() -> Project {
    Project::of(&[
        (
            "docker-compose.test.yml",
            "services:\n  db:\n    image: postgres\n    environment: {POSTGRES_PASSWORD: secret}\n  cache:\n    \
             image: redis\n",
        ),
        ("requirements.txt", "pytest\n"),
        ("pytest.ini", "[pytest]\n"),
        (
            "test_slow.py",
            "import subprocess, time\n\n\ndef test_quick():\n    pass\n\n\ndef test_slow():\n    \
             subprocess.Popen(['setsid', 'sleep', '300'])\n    time.sleep(300)\n",
        ),
    ])
}

/// Where in a run it is hit: after an event was written, and so many milliseconds later.
const MOMENTS: [(&str, u64); 10] = [
    ("run_started", 0),
    ("run_started", 7),
    ("check_started", 0),
    ("service_started", 0),
    ("service_started", 11),
    ("service_ready", 0),
    ("suite_started", 0),
    ("test_started", 0),
    ("test_finished", 3),
    ("test_finished", 400),
];

#[test]
fn a_killed_supervisor_leaves_nothing_and_the_run_is_lost() {
    for (moment, later) in MOMENTS {
        let project = slow();
        let mut child = project.start(&["run"]);
        let run = project.wait_for_event(moment);
        std::thread::sleep(Duration::from_millis(later));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        // The keeper's kernel namespaces, or the keeper itself, remove what ran: no further command is needed.
        assert_nothing_left(&run);
        let said = project.testyard(&["status", "--exit-code", "--format", "json"]);
        said.ended(5, "verdict=lost");
        let document = said.json();
        assert_eq!(document["state"], "lost", "killed {later} ms after {moment}");
        if moment == "test_finished" {
            assert_eq!(document["counts"]["passed"], 1, "what was reached is kept");
        }
        assert!(run.join("outcome.json").exists(), "lost is written once");
    }
}

#[test]
fn ctrl_c_cancels_and_keeps_what_was_reached() {
    let project = Project::example("broken-slow");
    let child = project.start(&["run"]);
    let run = project.wait_for_event("test_started");
    signal(&child, "INT");
    assert_eq!(exit_of(child), Some(6));
    assert_nothing_left(&run);
    project.testyard(&["status", "--exit-code"]).ended(6, "verdict=cancelled");
}

#[test]
fn what_a_killed_run_printed_is_masked_by_the_next_command() {
    let suite = "[[suite]]\nname = \"all\"\ncommand = \"sh -c 'echo $DEPLOY_TOKEN; sleep 300'\"\n";
    let mut project = Project::of(&[("testyard.toml", suite)]);
    project.set("DEPLOY_TOKEN", "s3same-open-1");
    let mut child = project.start(&["run"]);
    let run = project.wait_for_event("suite_started");
    let log = || std::fs::read_to_string(run.join("logs/suite-all.log")).unwrap_or_default();
    wait_until("the suite's output", || log().contains("s3same-open-1").then_some(()));
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    project.testyard(&["status", "--exit-code"]).ended(5, "verdict=lost");
    assert_eq!(log(), "****\n");
}

#[test]
fn a_second_ctrl_c_does_not_wait() {
    let project = Project::of(&[
        ("pytest.ini", "[pytest]\n"),
        (
            "test_deaf.py",
            "import signal, time\n\ndef test_deaf():\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    \
             signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    print('deaf', flush=True)\n    time.sleep(300)\n",
        ),
    ]);
    let child = project.start(&["run"]);
    let run = project.wait_for_event("test_started");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "INT");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "INT");
    assert_eq!(exit_of(child), Some(6));
    assert_nothing_left(&run);
}

#[test]
fn sigterm_cancels() {
    let project = Project::example("broken-slow");
    let child = project.start(&["run"]);
    let run = project.wait_for_event("test_started");
    signal(&child, "TERM");
    assert_eq!(exit_of(child), Some(6));
    assert_nothing_left(&run);
}

#[test]
fn a_service_that_dies_blocks_the_tests_it_leaves() {
    let project = Project::of(&[
        ("docker-compose.test.yml", "services:\n  cache:\n    image: redis:7\n"),
        ("requirements.txt", "pytest\n"),
        ("pytest.ini", "[pytest]\n"),
        (
            "test_cache.py",
            "import socket, time\n\n\ndef ask(words):\n    with socket.create_connection(('cache', 6379), 2) as s:\n        \
             s.sendall(words)\n        return s.recv(100)\n\n\ndef test_before():\n    \
             assert ask(b'PING\\r\\n') == b'+PONG\\r\\n'\n\n\ndef test_kills_it():\n    \
             ask(b'SHUTDOWN NOSAVE\\r\\n')\n    time.sleep(0.1)\n\n\ndef test_after():\n    \
             assert ask(b'PING\\r\\n') == b'+PONG\\r\\n'\n\n\ndef test_last():\n    assert True\n",
        ),
    ]);
    let said: Said = project.testyard(&["run", "--format", "json"]);
    said.ended(3, "verdict=blocked");
    let counts = &said.json()["counts"];
    assert_eq!(counts["failed"], 0, "{counts}");
    assert!(counts["blocked"].as_u64() >= Some(1), "{counts}");
    assert!(counts["passed"].as_u64() >= Some(1), "{counts}");
    assert_eq!(said.json()["blocked_by"], "services/cache");
}

#[test]
fn two_runs_of_one_project_never_meet() {
    let project = Project::example("ingester");
    // The first run fills the caches, so that the two that follow really overlap.
    project.testyard(&["run"]).ended(0, "verdict=passed");
    let (first, second) = (project.start(&["run"]), project.start(&["run"]));
    assert_eq!((exit_of(first), exit_of(second)), (Some(0), Some(0)));
}

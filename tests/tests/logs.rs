//! What runs leave in logs: kept within limits, found again by time, and removed with their runs.

use std::fs;

use testyard_tests::Project;

/// A service that tells of every connection, and two tests that make one each, a second apart.
fn talkative() -> Project {
    let compose = "services:\n  cache:\n    image: redis:7\n    command: redis-server --loglevel debug\n";
    let tests = "import socket, time\n\n\
                 def ask(words):\n    with socket.create_connection(('cache', 6379), 2) as s:\n        \
                 s.sendall(words)\n        s.recv(100)\n        time.sleep(0.3)\n\n\
                 def test_early():\n    ask(b'PING\\r\\n')\n\n\
                 def test_pause():\n    time.sleep(1)\n\n\
                 def test_late():\n    ask(b'PING\\r\\n')\n";
    Project::of(&[
        ("docker-compose.test.yml", compose),
        ("requirements.txt", "pytest\n"),
        ("pytest.ini", "[pytest]\n"),
        ("test_cache.py", tests),
    ])
}

#[test]
fn what_a_service_said_while_a_test_ran() {
    let project = talkative();
    project.testyard(&["run"]).ended(0, "passed=3");
    let late = project.testyard(&["logs", "--around", "test_late"]);
    assert_eq!(late.stdout.matches(" Accepted ").count(), 1, "{late:?}");
    assert!(
        late.stdout.contains("cache ") && late.stdout.contains("test_cache.py::test_late begins"),
        "{late:?}"
    );
    let wide =
        project.testyard(&["logs", "cache", "--around", "test_late", "--margin", "30s", "--format", "json"]);
    let document = wide.json();
    let said = document["said"].as_array().expect("lines");
    assert!(said.iter().all(|one| one["source"] == "cache"), "{document}");
    assert!(wide.stdout.matches(" Accepted ").count() >= 2, "{wide:?}");
    let several = project.testyard(&["logs", "--around", "test_"]);
    assert!(several.code == 2 && several.stderr.contains("fits 3 tests"), "{several:?}");
    assert_eq!(project.testyard(&["logs", "--around", "test_nobody"]).code, 2);
}

/// Secrets are masked when a run ends, which moves everything behind them.
#[test]
fn a_log_that_was_masked_is_still_found_by_time() {
    let suites = "[[suite]]\nname = \"first\"\ncommand = \"sh -c 'echo $DEPLOY_TOKEN first; sleep 0.5'\"\n\
                  [[suite]]\nname = \"second\"\ncommand = \"sh -c 'sleep 0.5; echo $DEPLOY_TOKEN second; sleep 0.3'\"\n";
    let mut project = Project::of(&[("testyard.toml", suites)]);
    project.set("DEPLOY_TOKEN", "s3same-open-1-9f8e7d6c5b4a3f2e1d0c9f8e7d6c5b4a3f2e1d0c");
    project.testyard(&["run"]).ended(0, "passed=2");
    let second = project.testyard(&["logs", "--around", "sleep 0.3"]);
    assert!(second.stdout.contains("**** second") && !second.stdout.contains("**** first"), "{second:?}");
}

#[test]
fn a_log_without_end_is_cut_in_its_middle_and_says_so() {
    let suite = "[[suite]]\nname = \"loud\"\ncommand = \"sh -c 'echo begins; yes | head -c 90000000; echo ends; sleep 0.3'\"\n";
    let project = Project::of(&[("testyard.toml", suite)]);
    project.testyard(&["run"]).ended(0, "passed=1");
    let log = project.latest().expect("a run").join("logs/suite-loud.log");
    let about = fs::metadata(&log).expect("a log");
    if !can_punch(&project) {
        eprintln!("skipped: this file system cannot give the middle of a file back");
        return;
    }
    assert!(about.len() < 80_000_000, "{} bytes", about.len());
    let text = fs::read_to_string(&log).expect("a text");
    assert!(text.starts_with("begins\n") && text.ends_with("ends\n"), "its ends are kept");
    assert!(text.contains(" bytes left out …"), "{} bytes", about.len());
}

#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn can_punch(project: &Project) -> bool {
    project.write("probe", &"x".repeat(8192));
    let mut tool = std::process::Command::new("fallocate");
    tool.args(["--punch-hole", "--offset", "0", "--length", "4096", "probe"]).current_dir(project.path());
    tool.status().is_ok_and(|status| status.success())
}

#[test]
fn old_runs_go_when_new_ones_come() {
    let suite = "[retention]\nruns = 2\n[[suite]]\nname = \"all\"\ncommand = \"true\"\n";
    let project = Project::of(&[("testyard.toml", suite)]);
    for _ in 0..3 {
        project.testyard(&["run"]).ended(0, "verdict=passed");
    }
    let left = || fs::read_dir(project.path().join(".testyard/runs")).expect("runs").count();
    assert_eq!(left(), 2);
    project.testyard(&["run", "--set", "retention.size=1B"]).ended(0, "verdict=passed");
    assert_eq!(left(), 1, "the newest one stays, whatever its size");
    project.testyard(&["status"]).ended(0, "verdict=passed");
}

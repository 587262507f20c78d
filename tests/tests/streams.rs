//! What becomes of a run whose words nobody reads: it goes to its end all the same.

use std::fs::File;
use std::process::Stdio;

use testyard_tests::{Project, assert_nothing_left};

/// A project without services that ends in `failed` at once.
fn quick() -> Project {
    Project::of(&[("testyard.toml", "[[suite]]\nname = \"all\"\ncommand = \"false\"\n")])
}

#[test]
fn a_reader_that_went_away_does_not_end_a_run() {
    let project = quick();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = project.command(&["run"]);
    let status = command.stdout(writer.try_clone().unwrap()).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(1));
    project.testyard(&["status"]).ended(0, "verdict=failed");
    assert_nothing_left(&project.latest().unwrap());
}

#[test]
fn a_full_disk_behind_the_output_does_not_change_the_verdict() {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    if !std::path::Path::new("/dev/full").exists() {
        eprintln!("skipped: there is no /dev/full here");
        return;
    }
    let project = quick();
    let status = project.command(&["run"]).stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(1));
    let output = project.command(&["run", "--format", "json"]).stdout(full()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("standard output could not be written"), "{said}");
    assert!(said.trim_end().ends_with("exit=1"), "{said}");
}

/// What testyard itself does inside, as lines that machines read; a supervisor in the background keeps them with its run.
#[test]
fn its_own_log_is_off_until_it_is_asked_for() {
    let suite = "[[suite]]\nname = \"all\"\ncommand = \"true\"\n";
    let project = Project::of(&[("testyard.toml", suite)]);
    assert!(!project.testyard(&["run"]).stderr.contains("run_started"));
    let logged = project.testyard(&["run", "--log-level", "debug", "--log-format", "json"]);
    logged.ended(0, "verdict=passed");
    let lines = logged.stderr.lines().filter(|line| line.starts_with('{'));
    let lines: Vec<serde_json::Value> =
        lines.map(|line| serde_json::from_str(line).expect("one object a line")).collect();
    let event = lines.iter().find(|line| line["target"] == "testyard::event").expect("an event");
    assert!(event["number"] == 1 && event["level"] == "INFO" && event["timestamp"].is_string(), "{event}");
    assert!(lines.iter().any(|line| line["message"] == "started" && line["pid"].is_u64()), "{lines:?}");
    let text = project.testyard(&["run", "--detach", "--log-level", "info"]);
    assert_eq!(text.code, 0, "{text:?}");
    project.testyard(&["wait"]).ended(0, "verdict=passed");
    let log = project.latest().expect("a run").join("logs/supervisor.log");
    let log = std::fs::read_to_string(log).expect("the supervisor's log");
    assert!(log.contains("INFO testyard::event") && log.contains("verdict_reached"), "{log}");
    assert_eq!(project.testyard(&["run", "--log-level", "loud"]).code, 2);
}

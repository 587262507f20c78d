//! What is told of runs whose files were damaged afterwards: never more than the files still say, and never `passed`
//! by default.

use std::fs;

use testyard_tests::Project;

/// Runs to `verdict=failed`, damages one of the run's files, and looks at what `status` says then.
#[allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "damage is written past everything that prevents it"
)]
fn check(file: &str, damage: Option<&str>, code: i32, last: &str, warning: &str) {
    let project = Project::of(&[("testyard.toml", "[[suite]]\nname = \"all\"\ncommand = \"false\"\n")]);
    project.testyard(&["run"]).ended(1, "verdict=failed");
    let folder = project.latest().unwrap();
    match damage {
        Some(text) => fs::write(folder.join(file), text).unwrap(),
        None => fs::remove_file(folder.join(file)).unwrap(),
    }
    let said = project.testyard(&["status", "--exit-code"]);
    said.ended(code, last);
    let run = folder.file_name().unwrap().to_string_lossy();
    assert!(said.last_line().contains(&format!("run={run}")), "{said:?}");
    assert!(said.stderr.contains(warning), "wanted '{warning}': {said:?}");
    let listed = project.testyard(&["runs"]);
    assert!(listed.stdout.contains(run.as_ref()), "{listed:?}");
    project.testyard(&["prune", "--all"]);
    assert!(!folder.exists(), "a damaged run can be removed");
}

#[test]
fn an_outcome_stands_when_its_events_are_gone() {
    check("events.jsonl", None, 1, "verdict=failed", "");
    check("events.jsonl", Some(""), 1, "verdict=failed", "");
    check("events.jsonl", Some("garbage\n"), 1, "verdict=failed", "events.jsonl:1:");
}

#[test]
fn a_run_without_a_readable_outcome_is_lost() {
    check("outcome.json", None, 5, "verdict=lost", "");
    check("outcome.json", Some("garbage"), 5, "verdict=lost", "outcome.json:1:");
    check("outcome.json", Some(""), 5, "verdict=lost", "outcome.json");
}

#[test]
fn a_plan_is_not_needed_to_tell_an_end() {
    check("plan.json", None, 1, "verdict=failed", "");
    check("plan.json", Some("garbage"), 1, "verdict=failed", "");
}

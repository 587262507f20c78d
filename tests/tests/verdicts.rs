//! Every verdict has its exit code and its last line; each of the bundled examples ends in the one it promises.

use testyard_tests::{Project, assert_nothing_left};

/// Runs an example and checks how it ends, in both formats, and that nothing is left.
#[track_caller]
fn check(example: &str, code: i32, last_line: &str) {
    let project = Project::example(example);
    let said = project.testyard(&["run", "--format", "json"]);
    said.ended(code, last_line);
    let document = said.json();
    assert_eq!(document["format"], 1);
    assert_eq!(document["exit"], code);
    let run = project.latest().expect("a run leaves its folder");
    assert_eq!(document["run"].as_str(), run.file_name().and_then(|name| name.to_str()));
    assert_nothing_left(&run);
    for report in ["report.md", "junit.xml", "outcome.json", "plan.json"] {
        assert!(run.join(report).exists(), "{report} is missing");
    }
    let status = project.testyard(&["status", "--exit-code"]);
    status.ended(code, last_line);
}

#[test]
fn the_ingester_passes_on_real_services() {
    check("ingester", 0, "verdict=passed");
}

#[test]
fn a_failing_test_is_failed() {
    check("broken-failing", 1, "verdict=failed");
}

#[test]
fn a_file_that_cannot_be_imported_is_failed() {
    check("broken-collection", 1, "verdict=failed");
}

#[test]
fn a_database_that_cannot_start_blocks_its_tests() {
    let project = Project::example("broken-service");
    let said = project.testyard(&["run", "--format", "json"]);
    said.ended(3, "verdict=blocked");
    let document = said.json();
    let counts = &document["counts"];
    assert!(counts["blocked"].as_u64() > Some(0), "{counts}");
    assert_eq!((counts["failed"].as_u64(), counts["error"].as_u64()), (Some(0), Some(0)), "{counts}");
    assert!(
        document["blocked_by"].as_str().is_some_and(|check| check.starts_with("services/")),
        "{document}"
    );
    assert_nothing_left(&project.latest().expect("a run leaves its folder"));
}

#[test]
fn a_requirement_that_does_not_exist_blocks() {
    check("broken-requirements", 3, "verdict=blocked");
}

#[test]
fn commands_are_blocked_by_a_missing_python_only_where_they_run_it() {
    let suite =
        |name: &str, command: &str| format!("[[suite]]\nname = \"{name}\"\ncommand = \"{command}\"\n");
    let suites = suite("plain", "true") + &suite("scripts", "python3 -c pass");
    let project = Project::of(&[("testyard.toml", &suites), ("requirements.txt", "./no-such-folder\n")]);
    let said = project.testyard(&["run", "--format", "json"]);
    said.ended(3, "verdict=blocked");
    let outcomes = said.json()["suites"].clone();
    assert_eq!(
        (outcomes[0]["outcome"].as_str(), outcomes[1]["outcome"].as_str()),
        (Some("passed"), Some("blocked"))
    );
    assert_eq!(said.json()["blocked_by"], "prepare/requirements.txt");
}

#[test]
fn a_run_that_cannot_begin_is_blocked_and_not_lost() {
    let suite = "[[suite]]\nname = \"all\"\ncommand = \"true\"\n";
    let mut project = Project::of(&[("testyard.toml", suite)]);
    project.write("runtime/testyard/runs", "a file where a folder belongs");
    project.set("XDG_RUNTIME_DIR", project.path().join("runtime").display().to_string());
    let said = project.testyard(&["run"]);
    assert!(said.stderr.contains("registering the run"), "{said:?}");
    said.ended(3, "exit=3");
    project.testyard(&["status", "--exit-code"]).ended(3, "verdict=blocked");
}

#[test]
fn no_tests_is_neither_passed_nor_failed() {
    check("broken-empty", 4, "verdict=empty");
}

#[test]
fn a_wrong_configuration_is_told_with_its_place() {
    let project = Project::example("broken-config");
    let said = project.testyard(&["run"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("testyard.toml:"), "{said:?}");
    assert!(said.stderr.contains("help:"), "{said:?}");
    said.ended(2, "exit=2");
    assert!(project.latest().is_none(), "no run came about");

    let document = project.testyard(&["run", "--format", "json"]).json();
    assert_eq!(document["exit"], 2);
    assert_eq!(document["error"]["findings"][0]["place"]["path"], "testyard.toml");
}

#[test]
fn a_wrong_command_line_has_its_last_line_too() {
    let project = Project::of(&[]);
    project.testyard(&["run", "--no-such-flag"]).ended(2, "verdict=none");
    project.testyard(&["run", "--set", "nonsense"]).ended(2, "exit=2");
    let help = project.testyard(&["run", "--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""), "{help:?}");
    assert!(help.stdout.contains("Exit codes:"), "{help:?}");
}

#[test]
fn an_empty_folder_has_nothing_to_do() {
    let project = Project::of(&[("README.md", "nothing here")]);
    project.testyard(&["run"]).ended(4, "verdict=empty");
}

//! `testyard check` as a user calls it: what it prints, in which format, and how it exits.

use testyard_tests::{Project, Said};

const OLD: &str = "version: '3'\nservices: {db: {image: 'postgres:16'}}\n";
const BROKEN: &str = "services: {db: {image: 'postgres:16', depends_on: [gone]}}\n";

fn check(project: &Project, words: &[&str]) -> Said {
    project.testyard(&[&["check"], words].concat())
}

#[test]
fn the_threshold_decides_the_exit_code() {
    let project = Project::of(&[("compose.yaml", OLD)]);
    assert_eq!(check(&project, &[]).code, 0);
    assert_eq!(check(&project, &["--fail-on", "note"]).code, 1);
    project.write("compose.yaml", BROKEN);
    assert_eq!(check(&project, &[]).code, 1);
    assert_eq!(check(&project, &["--fail-on", "never"]).code, 0);
    assert_eq!(check(&project, &["no-such-path"]).code, 2);
}

#[test]
fn nothing_is_left_behind() {
    let project = Project::of(&[("compose.yaml", OLD)]);
    check(&project, &[]);
    let entries = std::fs::read_dir(project.path()).expect("the project is there").flatten();
    let left: Vec<_> = entries.map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["compose.yaml"]);
}

#[test]
fn a_baseline_leaves_out_what_was_known() {
    let project = Project::of(&[("compose.yaml", BROKEN)]);
    project.write("known.json", &check(&project, &["--format", "json"]).stdout);
    let moved = format!("# one line more\n{BROKEN}");
    project.write("compose.yaml", &moved);
    assert_eq!(check(&project, &["--baseline", "known.json"]).code, 0);
    project.write("compose.yaml", &format!("{moved}networks: [wrong]\n"));
    assert_eq!(check(&project, &["--baseline", "known.json"]).code, 1);
    assert_eq!(check(&project, &["--baseline", "compose.yaml"]).code, 2);
}

#[test]
fn every_format_names_the_place() {
    let project = Project::of(&[("a/compose.yaml", BROKEN)]);
    let document = check(&project, &["--format", "json"]).json();
    assert_eq!(
        (&document["format"], &document["findings"][0]["path"]),
        (&1.into(), &"a/compose.yaml".into())
    );
    assert_eq!(document["summary"]["errors"], 1);
    let log = check(&project, &["--format", "sarif"]).json();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a/compose.yaml");
    let annotations = check(&project, &["--format", "github"]).stdout;
    assert!(annotations.starts_with("::error file=a/compose.yaml,line=1"), "{annotations}");
    assert_eq!(project.testyard(&["plan", "--format", "sarif"]).code, 2);
}

#[test]
fn what_a_script_must_have_is_ticked_off() {
    let list = "[check.scripts.\"setup.sh\"]\nrequires = [\"strict-mode\", \"die\"]\n";
    let script = "#!/bin/bash\nset -euo pipefail\n";
    let project = Project::of(&[("testyard.toml", list), ("setup.sh", script)]);
    let said = check(&project, &[]).stdout;
    assert!(said.contains("required of setup.sh\n"), "{said}");
    let wishes = &check(&project, &["--format", "json"]).json()["wishes"];
    let met: Vec<_> = wishes.as_array().expect("a list").iter().map(|wish| wish["met"].as_bool()).collect();
    assert_eq!(met, [Some(true), Some(false)]);
    let elsewhere = check(&project, &["testyard.toml", "--format", "json"]).json();
    assert_eq!(elsewhere["wishes"], serde_json::json!([]));
}

#[test]
fn a_rule_explains_itself() {
    let project = Project::of(&[]);
    let page = check(&project, &["--explain", "ty-ck002"]);
    assert!(page.stdout.starts_with("TY-CK002: "), "{page:?}");
    assert_eq!(check(&project, &["--explain", "TY-XX000"]).code, 2);
}

#[test]
fn the_main_example_is_healthy() {
    let said = check(&Project::example("ingester"), &["--fail-on", "warning"]);
    assert_eq!(said.code, 0, "{}", said.stdout);
}

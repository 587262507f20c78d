//! `testyard collect` where no environment is there yet: packages are held against what the project declares.

use testyard_tests::Project;

const TESTS: (&str, &str) = (
    "tests/test_a.py",
    "from __future__ import annotations\nimport json, yaml, psycopg\nimport app.db\n\ndef test_a(): pass\n\ndef test_b(): pass\n",
);
const APP: (&str, &str) = ("app/db.py", "try:\n    import orjson\nexcept ImportError:\n    orjson = None\n");

/// The kinds, names and severities of the causes, and how many files are broken.
#[track_caller]
fn check(declaration: (&str, &str), exit: i32, expected: &str) {
    let project = Project::of(&[TESTS, APP, declaration]);
    let done = project.testyard(&["collect", "--format", "json"]);
    let document = done.json();
    let causes = document["causes"].as_array().expect("a list of causes");
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let shown: Vec<String> =
        causes.iter().map(|one| format!("{}: {} tests", word(&one["id"]), one["tests"])).collect();
    let shown = format!("{} [{}]", shown.join(", "), word(&document["summary"]["packages_from"]));
    assert_eq!(shown, expected, "{declaration:?}");
    assert_eq!(done.code, exit, "{declaration:?}");
}

#[test]
fn requirement_files_only_warn_because_packages_bring_others() {
    check(("requirements.txt", "PyYAML>=6\n"), 0, "undeclared-package:psycopg: 2 tests [requirements]");
    check(("requirements.txt", "PyYAML>=6\npsycopg[binary]\n"), 0, " [requirements]");
}

#[test]
fn locks_hold_all_that_will_be_installed() {
    let pinned = "pyyaml==6.0.2\n    # via -r requirements.in\n";
    check(("requirements.txt", pinned), 1, "missing-package:psycopg: 2 tests [lock]");
    let whole = format!("{pinned}psycopg==3.2\n    # via -r requirements.in\n");
    check(("requirements.txt", &whole), 0, " [lock]");
}

#[test]
fn what_cannot_be_read_for_all_it_brings_judges_nothing() {
    check(("requirements.txt", "PyYAML\n./wheels/other.whl\n"), 0, " [nothing]");
    check(("notes.txt", ""), 0, " [nothing]");
}

#[test]
fn people_are_told_what_was_looked_at() {
    let project = Project::of(&[TESTS, APP, ("requirements.txt", "PyYAML\n")]);
    let said = project.testyard(&["collect"]).stdout;
    let expected = "packages were held against the requirement files";
    assert!(said.contains(expected) && said.contains("add `psycopg` to requirements.txt"), "{said}");
}

#[test]
fn what_is_missing_in_requirement_files_can_be_added() {
    let project = Project::of(&[TESTS, APP, ("requirements.txt", "PyYAML\n")]);
    project.testyard(&["collect", "--fix", "--apply"]);
    let text = std::fs::read_to_string(project.path().join("requirements.txt")).expect("the file is there");
    assert_eq!(text, "PyYAML\npsycopg\n");
}

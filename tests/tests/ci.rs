//! `run --ci`, read as GitHub and GitLab read it, and `init --with`, whose files they would take.

use std::fs;
use std::path::Path;
use std::process::Command;

use testyard_tests::{Project, Said};

/// The limit of a step's summary, in bytes.
const SUMMARY: usize = 1_024 * 1_024;

/// A project whose one suite leaves a JUnit file with these test cases.
fn reporting(cases: &str) -> Project {
    let project = Project::of(&[(
        "testyard.toml",
        "[[suite]]\nname = \"unit\"\ncommand = \"sh run.sh\"\njunit = [\"results.xml\"]\n",
    )]);
    project.write("cases.xml", &format!("<testsuite name=\"s\">{cases}</testsuite>"));
    project.write("run.sh", "cp cases.xml results.xml\n! grep -q '<failure' results.xml\n");
    project
}

/// A test case that failed with this message and text.
fn failed(name: &str, message: &str, text: &str) -> String {
    let escape = |text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        text.replace('\n', "&#10;")
    };
    format!(
        "<testcase classname=\"tests.t\" name=\"{name}\"><failure message=\"{}\">{}</failure></testcase>",
        escape(message),
        escape(text)
    )
}

/// What a runner of GitHub takes for commands: blanks before `::` are skipped, `##[` counts anywhere.
fn commands(said: &Said) -> Vec<&str> {
    let lines = said.stderr.lines().chain(said.stdout.lines());
    lines.filter(|line| line.trim_start().starts_with("::") || line.contains("##[")).collect()
}

/// The commands of one kind.
fn of<'a>(said: &'a Said, kind: &str) -> Vec<&'a str> {
    commands(said).into_iter().filter(|line| line.starts_with(&format!("::{kind}"))).collect()
}

#[test]
fn github_folds_phases_and_annotates_failures() {
    let mut project = Project::example("broken-failing");
    project.set("GITHUB_ACTIONS", "true");
    let root = project.path().display().to_string();
    project.set("GITHUB_WORKSPACE", root);
    let said = project.testyard(&["run", "--ci"]);
    said.ended(1, "verdict=failed");
    let errors = of(&said, "error");
    assert_eq!(errors.len(), 1, "{}", said.stderr);
    assert!(
        errors[0].starts_with("::error file=tests/test_prices.py,line=13,title=failed "),
        "{}",
        errors[0]
    );
    assert!(errors[0].contains("test_prices.py%3A%3Atest_a_quarter_off::"), "{}", errors[0]);
    let (mut open, mut folded) = (false, String::new());
    for line in said.stderr.lines() {
        match line {
            _ if line.starts_with("::group::") => assert!(!std::mem::replace(&mut open, true), "{folded}"),
            "::endgroup::" => assert!(std::mem::replace(&mut open, false), "{folded}"),
            _ if open => folded += &format!("{line}\n"),
            _ => {}
        }
    }
    assert!(!open, "a group is left open:\n{}", said.stderr);
    assert!(folded.contains("tests collected") && !folded.contains("✗"), "{folded}");
}

#[test]
fn annotations_name_files_from_the_repository() {
    let case = failed("test_a", "assert 1", "tests/t.py:7: AssertionError");
    let mut project = Project::of(&[]);
    let inner = reporting(&case);
    for name in ["testyard.toml", "cases.xml", "run.sh"] {
        project.write(&format!("api/{name}"), &fs::read_to_string(inner.path().join(name)).unwrap());
    }
    let root = project.path().display().to_string();
    project.set("GITHUB_WORKSPACE", root);
    let said = project.testyard(&["run", "--ci=github", "--project", "api"]);
    said.ended(1, "verdict=failed");
    assert!(of(&said, "error")[0].starts_with("::error file=api/tests/t.py,line=7,"), "{}", said.stderr);
}

#[test]
fn gitlab_sections_open_and_close() {
    let mut project = reporting("<testcase classname=\"tests.t\" name=\"test_a\"/>");
    project.set("GITLAB_CI", "true");
    let said = project.testyard(&["run", "--ci"]);
    said.ended(0, "verdict=passed");
    let mut open = None;
    let mut names = Vec::new();
    for line in said.stderr.lines().filter(|line| line.contains("section_")) {
        let marker = line.strip_prefix("\x1b[0Ksection_").expect("a marker begins its line");
        let (marker, title) = marker.split_once("\r\x1b[0K").expect("a marker ends with its title");
        let [kind, time, name] = marker.split(':').collect::<Vec<_>>()[..] else { panic!("{marker}") };
        assert!(time.parse::<u64>().is_ok_and(|time| time > 1_700_000_000), "{time}");
        if kind == "start" {
            let name = name.strip_suffix("[collapsed=true]").expect("it is folded");
            assert!(!title.is_empty() && open.replace(name).is_none() && !names.contains(&name), "{line:?}");
            names.push(name);
        } else {
            assert_eq!((kind, open.take(), title), ("end", Some(name), ""));
        }
    }
    assert!(names.len() > 1 && open.is_none(), "{}", said.stderr);
    assert!(commands(&said).is_empty(), "{}", said.stderr);
}

#[test]
fn plain_lines_are_the_usual_ones() {
    let project = reporting(&failed("test_a", "assert 1", ""));
    for arguments in [&["run", "--ci"][..], &["run", "--ci=plain"], &["run"]] {
        let said = project.testyard(arguments);
        said.ended(1, "verdict=failed");
        assert!(said.stderr.contains("✗ failed unit"), "{}", said.stderr);
        assert!(commands(&said).is_empty() && !said.stderr.contains("section_"), "{}", said.stderr);
    }
}

#[test]
fn a_system_that_is_named_wins() {
    let mut project = reporting("<testcase classname=\"tests.t\" name=\"test_a\"/>");
    project.set("GITHUB_ACTIONS", "true");
    let said = project.testyard(&["run", "--ci=gitlab"]);
    said.ended(0, "verdict=passed");
    assert!(commands(&said).is_empty() && said.stderr.contains("section_start:"), "{}", said.stderr);
    let said = project.testyard(&["run", "--ci", "--detach"]);
    assert_eq!(said.code, 2, "{said:?}");
}

#[test]
fn what_has_no_room_is_counted() {
    let cases: String = (0..23).map(|number| failed(&format!("test_{number}"), "assert 1", "")).collect();
    let project = reporting(&cases);
    let said = project.testyard(&["run", "--ci=github"]);
    said.ended(1, "failed=23");
    assert_eq!(of(&said, "error").len(), 10, "{}", said.stderr);
    assert!(said.stderr.contains("\n13 errors more are not annotated"), "{}", said.stderr);
}

#[test]
fn what_a_test_prints_issues_no_command() {
    let lines = "::set-output name=a::b\n  ::add-mask::passed\n::stop-commands::x\n##[add-mask]failed\n::endgroup::\n\
                 \u{a0}::set-env name=PATH::/x\n::error::mine\n%0A::error::mine";
    let cases =
        [failed("::add-mask::test", lines, lines), failed("##[group]b", "::warning::w", lines)].concat();
    let project = reporting(&cases);
    let own = ["::group::", "::endgroup::", "::error file=", "::error title=", "::warning "];
    let is_own = |line: &str| own.iter().any(|kind| line.starts_with(kind));
    for format in ["human", "json"] {
        let said = project.testyard(&["run", "--ci=github", "--format", format]);
        said.ended(1, "failed=2");
        let foreign: Vec<_> = commands(&said).into_iter().filter(|line| !is_own(line)).collect();
        assert!(foreign.is_empty(), "{foreign:#?}");
        assert_eq!(of(&said, "endgroup").len(), of(&said, "group::").len(), "{}", said.stderr);
        assert!(said.stderr.contains("set-output"), "{}", said.stderr);
        if format == "json" {
            assert_eq!(said.json()["counts"]["failed"], 2);
        }
    }
}

/// Runs with a summary file that holds this already, and returns what it holds then.
fn summary(project: &mut Project, before: &str) -> (Said, String) {
    project.write("summary.md", before);
    let path = project.path().join("summary.md");
    project.set("GITHUB_STEP_SUMMARY", path.to_string_lossy());
    let said = project.testyard(&["run", "--ci=github"]);
    (said, fs::read_to_string(path).expect("the summary is text"))
}

#[test]
fn the_report_is_appended_to_the_summary() {
    let mut project = reporting(&failed("test_a", "assert 1", "detail"));
    let (said, written) = summary(&mut project, "before");
    said.ended(1, "verdict=failed");
    assert!(written.starts_with("before\n\n# "), "{written}");
    assert!(written.contains("## Failures") && written.contains("test_a"), "{written}");
}

#[test]
fn a_long_summary_stays_within_the_limit_and_says_what_is_missing() {
    let detail = format!("{}\n", "é".repeat(250)).repeat(40);
    let cases: String = (0..200).map(|number| failed(&format!("test_{number}"), "é", &detail)).collect();
    let mut project = reporting(&cases);
    // An odd number of bytes, so that a cut by bytes would fall into a character.
    for (before, said_so) in
        [(0, "are left out here"), (SUMMARY - 10_001, "left out"), (SUMMARY - 1_501, "Cut here: ")]
    {
        let (said, written) = summary(&mut project, &"x".repeat(before));
        said.ended(1, "failed=200");
        assert!(written.len() <= SUMMARY, "{} bytes", written.len());
        assert!(written.len() > before && written.contains(said_so), "{said_so}: {}", written.len());
    }
    let (said, written) = summary(&mut project, &"x".repeat(SUMMARY));
    said.ended(1, "failed=200");
    assert_eq!(written.len(), SUMMARY);
    assert!(said.stderr.contains("warning: the step's summary could not be written"), "{}", said.stderr);
}

#[test]
fn a_summary_that_cannot_be_written_does_not_change_the_verdict() {
    let mut project = reporting("<testcase classname=\"tests.t\" name=\"test_a\"/>");
    project.set("GITHUB_STEP_SUMMARY", "/no/such/folder/summary.md");
    let said = project.testyard(&["run", "--ci=github"]);
    said.ended(0, "verdict=passed");
    assert!(said.stderr.contains("warning: the step's summary could not be written"), "{}", said.stderr);
}

const TWO_SUITES: &str =
    "[[suite]]\nname = \"unit\"\ncommand = \"true\"\n[[suite]]\nname = \"it's: #2\"\ncommand = \"true\"\n";

/// A YAML file as JSON; `None` where this machine's Python has no parser for it.
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn yaml(path: &Path) -> Option<serde_json::Value> {
    let script = "import json, sys, yaml\nprint(json.dumps(yaml.load(open(sys.argv[1]), yaml.BaseLoader)))";
    let has = Command::new("python3").args(["-c", "import yaml"]).output();
    if !has.is_ok_and(|has| has.status.success()) {
        eprintln!("skipped: python3 has no PyYAML here");
        return None;
    }
    let read = Command::new("python3").args(["-c", script]).arg(path).output().expect("it was there before");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    Some(serde_json::from_slice(&read.stdout).expect("a document"))
}

#[test]
fn the_workflow_is_one_and_leaves_the_configuration_alone() {
    let project = Project::of(&[("testyard.toml", TWO_SUITES), (".git/HEAD", "ref: refs/heads/main\n")]);
    let said = project.testyard(&["init", "--with", "ci"]);
    assert_eq!((said.code, said.stdout.as_str()), (0, "wrote .github/workflows/testyard.yml\n"), "{said:?}");
    assert_eq!(fs::read_to_string(project.path().join("testyard.toml")).unwrap(), TWO_SUITES);
    let path = project.path().join(".github/workflows/testyard.yml");
    let text = fs::read_to_string(&path).unwrap();
    for line in text.lines().filter(|line| line.contains("uses:")) {
        let (_, pin) = line.split_once('@').expect("an action is pinned");
        assert!(pin.split(' ').next().is_some_and(|sha| sha.len() == 40), "{line}");
    }
    // The rules for workflows read it too.
    let check = project.testyard(&["check", "--format", "json", ".github"]);
    assert_eq!(check.json()["findings"], serde_json::json!([]), "{}", check.stdout);
    let Some(workflow) = yaml(&path) else { return };
    let job = &workflow["jobs"]["test"];
    assert_eq!(job["strategy"]["matrix"]["suite"], serde_json::json!(["unit", "it's: #2"]));
    let steps = job["steps"].as_array().expect("steps");
    let step = |name: &str| {
        steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("{name}: {text}"))
    };
    assert_eq!(step("Run the tests")["run"], "testyard run --ci \"$SUITE\"");
    assert_eq!(step("Keep the runs")["if"], "always()");
    assert_eq!(step("Keep the runs")["with"]["path"], ".testyard/runs");
    let key = step("Restore what testyard provides")["with"]["key"].as_str().unwrap_or_default();
    assert!(key.contains("'requirements*.txt'") && key.contains("'testyard.toml'"), "{key}");
}

#[test]
fn one_suite_needs_no_matrix_and_a_missing_configuration_is_written() {
    let project = Project::of(&[("tests/test_a.py", "def test_a():\n    pass\n"), ("requirements.txt", "")]);
    let said = project.testyard(&["init", "--with", "ci", "--with", "ci,gitlab", "--format", "json"]);
    let written = serde_json::json!(["testyard.toml", ".github/workflows/testyard.yml", ".gitlab-ci.yml"]);
    assert_eq!(said.json()["written"], written);
    let Some(workflow) = yaml(&project.path().join(".github/workflows/testyard.yml")) else { return };
    let job = &workflow["jobs"]["test"];
    assert!(job["strategy"].is_null(), "{job}");
    assert!(job["steps"].to_string().contains("\"testyard run --ci\""), "{job}");
    let pipeline = yaml(&project.path().join(".gitlab-ci.yml")).expect("there is a parser");
    let job = &pipeline["testyard"];
    assert!(job["parallel"].is_null(), "{job}");
    assert_eq!(job["artifacts"]["when"], "always");
    assert_eq!(job["cache"][1]["key"]["files"][0], "requirements.txt", "{job}");
}

#[test]
fn a_project_in_a_folder_gets_its_workflow_where_github_looks() {
    let project =
        Project::of(&[("some api/testyard.toml", TWO_SUITES), (".git/HEAD", "ref: refs/heads/main\n")]);
    let said = project.testyard(&["init", "--with", "ci,gitlab", "--project", "some api"]);
    assert_eq!(said.code, 0, "{said:?}");
    let Some(workflow) = yaml(&project.path().join(".github/workflows/testyard-some-api.yml")) else {
        return;
    };
    let steps = workflow["jobs"]["test"]["steps"].to_string();
    assert!(steps.contains("\"working-directory\":\"some api\""), "{steps}");
    assert!(steps.contains("\"path\":\"some api/.testyard/runs\""), "{steps}");
    let pipeline = yaml(&project.path().join(".gitlab-ci.yml")).expect("there is a parser");
    assert_eq!(pipeline["testyard"]["script"][0], "cd 'some api'");
    assert_eq!(pipeline["testyard"]["parallel"]["matrix"][0]["SUITE"][1], "it's: #2");
}

#[test]
fn what_exists_is_overwritten_only_when_that_is_asked_for() {
    let project = Project::of(&[("testyard.toml", TWO_SUITES), (".gitlab-ci.yml", "mine: {}\n")]);
    let said = project.testyard(&["init", "--with", "ci,gitlab"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains(".gitlab-ci.yml exists already"), "{}", said.stderr);
    assert!(!project.path().join(".github").exists(), "half of it was written");
    let said = project.testyard(&["init"]);
    assert_eq!(said.code, 2, "{said:?}");
    let said = project.testyard(&["init", "--with", "gitlab", "--force"]);
    assert_eq!((said.code, said.stdout.as_str()), (0, "wrote .gitlab-ci.yml\n"), "{said:?}");
    assert_eq!(fs::read_to_string(project.path().join("testyard.toml")).unwrap(), TWO_SUITES);
    assert!(fs::read_to_string(project.path().join(".gitlab-ci.yml")).unwrap().contains("testyard run --ci"));
    let said = project.testyard(&["init", "--with", "nothing"]);
    assert_eq!(said.code, 2, "{said:?}");
}

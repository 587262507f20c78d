//! What a coding agent is shown, and what it is told of a project.

use std::fs;

use testyard_tests::Project;

const WRONG: &str = "import pytest\n\
                     @pytest.mark.parametrize('n', range(30))\n\
                     def test_many(n): assert n == 100\n\
                     def test_good(): pass\n\
                     def test_other(): raise KeyError('gone')\n";

fn agent(files: &[(&str, &str)]) -> Project {
    let mut project = Project::of(files);
    project.set("CLAUDECODE", "1");
    project
}

#[test]
fn a_run_is_told_in_a_few_plain_lines() {
    let project = agent(&[("test_a.py", WRONG)]);
    let run = project.testyard(&["run"]);
    let last = "verdict=failed passed=1 failed=31 flaky=0 skipped=0 blocked=0 exit=1";
    run.ended(1, last);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(
        lines[1].contains("testyard run --detach") && lines[1].contains("testyard wait --for 100s"),
        "{run:?}"
    );
    assert!(run.stderr.contains("30 failures: assert # == #\n  tests: test_a.py::test_many[0]\n"), "{run:?}");
    assert!(run.stderr.contains("  and 27 more\n"), "{run:?}");
    assert!(run.stderr.contains("\nFAILED: 31 tests failed\n"), "{run:?}");
    for left_out in ["phase", "✓", "╭", "\u{1b}", "test_good"] {
        assert!(!run.stderr.contains(left_out), "{left_out}: {run:?}");
    }
    assert!(run.stdout.is_empty() && run.stderr.len() < 8192, "{run:?}");
    let status = project.testyard(&["status"]);
    assert!(status.ended(0, last).stderr.starts_with("gate "), "{status:?}");
    assert_eq!(project.testyard(&["wait"]).ended(1, last).stderr, status.stderr);
    let failures = project.testyard(&["failures", "--budget", "1"]);
    assert!(failures.stdout.contains("1 more group of failures: testyard failures 20"), "{failures:?}");
}

#[test]
fn one_that_passes_is_short() {
    let project = agent(&[("test_a.py", "def test_a(): pass\n")]);
    let run = project.testyard(&["run"]);
    run.ended(0, "verdict=passed");
    assert_eq!(run.stderr.lines().count(), 6, "{run:?}");
    assert_eq!(project.testyard(&["failures"]).stdout, "nothing failed\n");
}

#[test]
fn whoever_says_how_to_print_is_heard() {
    let project = agent(&[("test_a.py", WRONG)]);
    let run = project.testyard(&["run", "--format", "human"]);
    assert!(run.ended(1, "verdict=failed").stderr.contains("│ FAILED"), "{run:?}");
    assert_eq!(project.testyard(&["status", "--format", "json"]).json()["verdict"], "failed");
    let ci = project.testyard(&["run", "--ci=plain"]);
    assert!(ci.stderr.contains("phase test failed"), "{ci:?}");
}

#[test]
fn a_start_says_for_how_long_to_wait() {
    let project = agent(&[("test_a.py", "def test_a(): pass\n")]);
    let started = project.testyard(&["run", "--detach"]);
    assert!(started.stdout.contains("--for 100s"), "{started:?}");
    project.testyard(&["wait", "--for", "60s"]).ended(0, "verdict=passed");
}

#[test]
fn the_section_for_agents_is_written_once_and_brought_up_to_date_in_place() {
    let project = Project::of(&[("testyard.toml", ""), ("test_a.py", "def test_a(): pass\n")]);
    let read = |name: &str| fs::read_to_string(project.path().join(name)).unwrap();
    let written = project.testyard(&["init", "--with", "agent"]);
    assert_eq!((written.code, written.stdout.as_str()), (0, "wrote AGENTS.md\n"), "{written:?}");
    let first = read("AGENTS.md");
    assert!(first.contains("testyard wait --for 100s") && first.contains("testyard mcp"), "{first}");
    let around = format!("# Mine  \n\n{}\n\ttail without an end", first.trim_end());
    let old = around.replace("Exit codes", "Old codes");
    project.write("AGENTS.md", &old);
    project.write("CLAUDE.md", "Be kind.\r\n");
    assert_eq!(project.testyard(&["init", "--with", "agent"]).stdout, "wrote AGENTS.md\nwrote CLAUDE.md\n");
    assert_eq!(read("AGENTS.md"), around);
    let other = read("CLAUDE.md");
    assert!(other.starts_with("Be kind.\r\n\r\n<!-- testyard: begin -->\r\n"), "{other:?}");
    assert_eq!(project.testyard(&["init", "--with", "agent,agent"]).code, 0);
    assert_eq!((read("AGENTS.md"), read("CLAUDE.md")), (around, other));
    project.write("AGENTS.md", "<!-- testyard: begin -->\n");
    let torn = project.testyard(&["init", "--with", "agent"]);
    assert!(torn.code == 2 && torn.stderr.contains("AGENTS.md") && torn.stderr.contains("help:"), "{torn:?}");
    assert_eq!(read("AGENTS.md"), "<!-- testyard: begin -->\n");
}

#[test]
fn a_project_within_a_repository_is_named_there() {
    let project = Project::of(&[
        ("app/test_a.py", "def test_a(): pass\n"),
        ("app/testyard.toml", ""),
        (".git/HEAD", ""),
    ]);
    let written = project.testyard(&["init", "--with", "agent", "--project", "app"]);
    assert_eq!(written.stdout, "wrote AGENTS.md\n", "{written:?}");
    let text = fs::read_to_string(project.path().join("AGENTS.md")).unwrap();
    assert!(text.contains("--project app"), "{text}");
}

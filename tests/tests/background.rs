//! Runs in the background: they outlive whoever started them, are waited for and cancelled from anywhere, and are never
//! taken for what they are not.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use testyard_tests::{Project, Said, assert_nothing_left, cache, testyard, wait_until};

/// Two tests: one that takes its time until a file is there, and one that fails after it.
fn slow() -> Project {
    let test = "import pathlib, time\n\
                def test_first(): pass\n\
                def test_slow():\n\
                \x20   pathlib.Path('started').touch()\n\
                \x20   while not pathlib.Path('go').exists():\n\
                \x20       time.sleep(0.02)\n\
                def test_wrong(): assert False\n";
    Project::of(&[("test_a.py", test)])
}

fn wait_for_the_slow_test(project: &Project) {
    wait_until("the slow test", || project.path().join("started").exists().then_some(()));
}

fn start(project: &Project, arguments: &[&str]) -> Said {
    project.testyard(&[&["run", "--detach", "--format", "json"], arguments].concat())
}

fn run_of(said: &Said) -> String {
    said.json()["run"].as_str().unwrap_or_else(|| panic!("no run in {said:?}")).to_owned()
}

fn supervisor_of(project: &Project, run: &str) -> i32 {
    let plan =
        fs::read_to_string(project.path().join(format!(".testyard/runs/{run}/plan.json"))).expect("a plan");
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("a document");
    i32::try_from(plan["pid"].as_i64().expect("a number")).expect("a process")
}

#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn kill(signal: &str, who: &str) {
    let done = Command::new("kill").args([signal, "--", who]).status().expect("kill can be started");
    assert!(done.success(), "kill {signal} {who}");
}

#[test]
fn a_run_is_waited_for_in_pieces_and_ends_as_it_ended() {
    let project = slow();
    let run = run_of(&start(&project, &[]));
    let waited = project.testyard(&["wait", "--for", "200ms"]);
    assert_eq!((waited.code, waited.last_line().contains("verdict=running")), (7, true), "{waited:?}");
    wait_for_the_slow_test(&project);
    project.write("go", "");
    let first = project.testyard(&["wait", "--until", "first-failure", "--for", "60s"]);
    assert!(first.last_line().contains("failed=1"), "{first:?}");
    let done = project.testyard(&["wait", &run, "--for", "60s"]);
    assert_eq!(done.code, 1, "{done:?}");
    let last =
        format!("testyard: run={run} verdict=failed passed=2 failed=1 flaky=0 skipped=0 blocked=0 exit=1");
    assert_eq!(done.last_line(), last);
    let seen = project.testyard(&["tail", "-f"]);
    assert!(seen.code == 0 && seen.stdout.contains("test_wrong"), "{seen:?}");
    assert_eq!(project.testyard(&["wait", "--for", "soon"]).code, 2);
    assert_nothing_left(&project.path().join(format!(".testyard/runs/{run}")));
}

/// As an agent's shell does it: the whole process group of the command is killed when its time is up.
#[test]
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn a_run_outlives_the_killed_group_of_its_shell() {
    use std::os::unix::process::CommandExt;
    let project = slow();
    let script = format!("{} run --detach; sleep 100", testyard().display());
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(project.path()).process_group(0);
    shell.env("TESTYARD_CACHE_DIR", cache()).env_remove("VIRTUAL_ENV");
    let mut shell: Child = shell.spawn().expect("a shell can be started");
    wait_for_the_slow_test(&project);
    kill("-KILL", &format!("-{}", shell.id()));
    shell.wait().expect("the shell has ended");
    project.write("go", "");
    let done = project.testyard(&["wait", "--for", "60s"]);
    assert!(done.code == 1 && done.last_line().contains("passed=2 failed=1"), "{done:?}");
}

#[test]
fn the_same_request_attaches_and_another_is_told_who_is_at_it() {
    let project = slow();
    let secret = ["--set", "environment.attach.db=postgresql://me:hunter2@db.example/x"];
    let run = run_of(&start(&project, &[]));
    let noted = fs::read_to_string(project.path().join(format!(".testyard/runs/{run}/request.json")));
    assert!(noted.expect("what was asked for").contains("sha256"));
    assert_eq!(start(&project, &secret).code, 75);
    let again = start(&project, &[]);
    assert_eq!((run_of(&again), &again.json()["attached"]), (run.clone(), &true.into()));
    let other = project.testyard(&["run", "--detach", "test_a.py"]);
    assert!(other.code == 75 && other.stderr.contains(&run), "{other:?}");
    let replaced = start(&project, &["--replace", "test_a.py"]);
    assert_ne!(run_of(&replaced), run);
    let old = project.testyard(&["status", &run, "--exit-code"]);
    assert_eq!(old.code, 6, "{old:?}");
    assert_eq!(project.testyard(&["cancel"]).code, 0);
}

#[test]
fn many_starts_at_once_start_one_run() {
    let project = slow();
    let arguments = ["run", "--detach", "--format", "json"];
    let piped = |_| project.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let starts: Vec<Child> = (0..100).map(|number| piped(number).expect("it can be started")).collect();
    let said = starts.into_iter().map(|child| child.wait_with_output().expect("it ends"));
    let runs: Vec<String> = said
        .map(|output| {
            assert!(output.status.success(), "{output:?}");
            let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
            document["run"].as_str().expect("a run").to_owned()
        })
        .collect();
    assert!(runs.iter().all(|run| *run == runs[0]), "{runs:?}");
    assert_eq!(fs::read_dir(project.path().join(".testyard/runs")).expect("runs").count(), 1);
    assert_eq!(project.testyard(&["cancel"]).code, 0);
}

#[test]
fn cancelling_twice_is_harmless_and_leaves_nothing() {
    let project = slow();
    let run = run_of(&start(&project, &[]));
    wait_for_the_slow_test(&project);
    let began = Instant::now();
    let first = project.testyard(&["cancel", &run]);
    assert!(first.code == 0 && first.last_line().contains("verdict=cancelled"), "{first:?}");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let second = project.testyard(&["cancel"]);
    assert!(second.code == 0 && second.stderr.contains("has ended already"), "{second:?}");
    assert_eq!(project.testyard(&["wait"]).code, 6);
    assert_nothing_left(&project.path().join(format!(".testyard/runs/{run}")));
}

#[test]
fn one_whose_supervisor_is_killed_is_lost_and_keeps_what_it_had() {
    let project = slow();
    let run = run_of(&start(&project, &[]));
    wait_for_the_slow_test(&project);
    // What was written down by then is kept.
    project.wait_for_event("test_finished");
    let waiting = project.command(&["wait", "--for", "60s"]).stderr(Stdio::piped()).spawn();
    kill("-KILL", &supervisor_of(&project, &run).to_string());
    let waited = waiting.and_then(Child::wait_with_output).map(Said::of).expect("it waits");
    assert!(waited.code == 5 && waited.last_line().contains("verdict=lost passed=1"), "{waited:?}");
    assert_nothing_left(&project.path().join(format!(".testyard/runs/{run}")));
    // It holds nobody up.
    project.write("go", "");
    start(&project, &[]);
    assert_eq!(project.testyard(&["wait", "--for", "60s"]).code, 1);
}

#[test]
fn what_cannot_begin_is_refused_with_its_reason() {
    let project = slow();
    project.write("testyard.toml", "[nope]\n");
    let refused = project.testyard(&["run", "--detach"]);
    assert!(refused.code == 2 && refused.stderr.contains("nope"), "{refused:?}");
    assert!(refused.last_line().ends_with("exit=2"), "{refused:?}");
    let left: Vec<_> =
        fs::read_dir(project.path().join(".testyard")).expect("its folder").flatten().collect();
    assert!(left.iter().all(|one| !one.file_name().to_string_lossy().starts_with("starting")), "{left:?}");
}

#[test]
fn failures_are_grouped_and_the_new_ones_come_first() {
    let test = "import pytest\n@pytest.mark.parametrize('n', range(30))\ndef test_many(n): assert n == 100\n";
    let project = Project::of(&[("test_a.py", test)]);
    project.testyard(&["run"]);
    project.write("test_b.py", "def test_new(): raise KeyError('gone')\n");
    project.testyard(&["run"]);
    let document = project.testyard(&["failures", "--format", "json"]).json();
    let groups = document["groups"].as_array().expect("groups").clone();
    let shown: Vec<String> =
        groups.iter().map(|one| format!("{} {} {}", one["new"], one["count"], one["signature"])).collect();
    assert_eq!(shown, ["true 1 \"KeyError: 'gone'\"", "false 30 \"assert # == #\""]);
    let page = project.testyard(&["failures", "--budget", "1"]);
    assert!(
        page.stdout.contains("more: --cursor 1 (of 2)") && !page.stdout.contains("test_many"),
        "{page:?}"
    );
    let rest = project.testyard(&["failures", "--cursor", "1"]);
    assert!(rest.stdout.contains("30 failures: assert # == #"), "{rest:?}");
    assert!(rest.stdout.contains("… and 20 more"), "{rest:?}");
}

#[test]
fn a_queued_run_begins_when_the_one_before_it_has_ended() {
    let project = slow();
    let first = run_of(&start(&project, &[]));
    wait_for_the_slow_test(&project);
    let queued = run_of(&start(&project, &["--queue", "test_a.py::test_first"]));
    assert_ne!(queued, first);
    project.wait_for_event("inspect/queue");
    let status = project.testyard(&["status", &queued, "--exit-code"]);
    assert!(status.code == 7 && status.stderr.contains(&first), "{status:?}");
    // Asked for again, it is the same one; and one that is cancelled in the queue leaves the first alone.
    assert_eq!(run_of(&start(&project, &["--queue", "test_a.py::test_first"])), queued);
    let third = run_of(&start(&project, &["--queue", "test_a.py::test_wrong"]));
    let cancelled = project.testyard(&["cancel", &third]);
    assert!(cancelled.last_line().contains("verdict=cancelled"), "{cancelled:?}");
    assert_eq!(project.testyard(&["status", &first, "--exit-code"]).code, 7);
    project.write("go", "");
    let done = project.testyard(&["wait", &queued, "--for", "60s"]);
    assert!(done.code == 0 && done.last_line().contains("passed=1"), "{done:?}");
    assert_eq!(project.testyard(&["status", &first, "--exit-code"]).code, 1);
}

#[test]
fn status_says_what_runs_now_and_for_how_long() {
    let project = slow();
    let run = run_of(&start(&project, &[]));
    wait_for_the_slow_test(&project);
    project.wait_for_event("test_slow\",\"worker");
    // The clock that events are timed with stands still while nothing happens; the run's does not.
    std::thread::sleep(Duration::from_millis(1_200));
    let status = project.testyard(&["status", "--format", "json"]).json();
    let running = &status["running"][0];
    assert_eq!((&status["run"], &running["test"]), (&run.into(), &"test_a.py::test_slow".into()), "{status}");
    assert!(running["elapsed_ms"].as_u64() >= Some(1_000), "{status}");
    assert!(status["elapsed_ms"].as_u64() >= running["elapsed_ms"].as_u64(), "{status}");
    let shown = project.testyard(&["status"]).stderr;
    assert!(shown.contains("test_slow") && shown.contains("running for"), "{shown}");
    project.write("go", "");
    assert_eq!(project.testyard(&["wait", "--for", "60s"]).code, 1);
    // The next one knows how long it may take.
    let again = start(&project, &[]).json();
    assert!(again["estimate_ms"].as_u64() >= Some(1_000), "{again}");
    assert_eq!(project.testyard(&["wait", "--for", "60s"]).code, 1);
}

#[test]
fn a_start_that_is_refused_is_one_document() {
    let project = slow();
    project.write("testyard.toml", "[limits]\nworkers = \"many\"\n");
    let refused = start(&project, &[]);
    assert_eq!((refused.code, &refused.json()["exit"]), (2, &2.into()), "{refused:?}");
    assert_eq!(fs::read_dir(project.path().join(".testyard/runs")).map_or(0, Iterator::count), 0);
}

#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn git(project: &Project, words: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@b.example"]).args(words).current_dir(project.path());
    assert!(git.output().expect("git can be started").status.success(), "git {words:?}");
}

/// What failed already where the branch began is old, whatever the run before this one said.
#[test]
fn failures_are_held_against_where_the_branch_began() {
    let tests = |flags: [bool; 3]| {
        let test = |(at, holds): (usize, bool)| {
            format!(
                "def test_{at}(): assert {}, 'number {}'\n",
                if holds { "True" } else { "False" },
                "x".repeat(at)
            )
        };
        flags.into_iter().enumerate().map(test).collect::<String>()
    };
    let project = Project::of(&[("test_a.py", &tests([false, true, true])), (".gitignore", ".testyard\n")]);
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-qm", "first"]);
    project.testyard(&["run"]).ended(1, "failed=1");
    git(&project, &["checkout", "-qb", "work"]);
    // One with changes that are not committed says nothing of where the branch began, and neither does one of a part.
    project.write("test_a.py", &tests([true, false, true]));
    project.testyard(&["run"]).ended(1, "failed=1");
    git(&project, &["checkout", "-q", "test_a.py"]);
    project.testyard(&["run", "--", "-k", "test_2"]).ended(0, "passed=1");
    for flags in [[true, false, true], [false, false, true]] {
        project.write("test_a.py", &tests(flags));
        git(&project, &["commit", "-qam", "more"]);
        project.testyard(&["run"]).ended(1, "verdict=failed");
    }
    let groups = |arguments: &[&str]| -> Vec<(String, bool)> {
        let said = project.testyard(&[&["failures", "--format", "json"], arguments].concat()).json();
        let groups = said["groups"].as_array().expect("groups").clone();
        groups.iter().map(|one| (one["tests"][0].to_string(), one["new"] == true)).collect()
    };
    let of = |test: &str, groups: &[(String, bool)]| {
        groups.iter().find(|(name, _)| name.contains(test)).expect("it failed").1
    };
    let began = groups(&[]);
    assert!(!of("test_0", &began) && of("test_1", &began), "{began:?}");
    let before = groups(&["--base", "HEAD~1"]);
    assert!(of("test_0", &before) && !of("test_1", &before), "{before:?}");
    assert_eq!(project.testyard(&["failures", "--base", "nowhere"]).code, 2);
}

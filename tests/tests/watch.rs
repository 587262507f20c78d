//! A run on the whole screen, and run after run while files are saved: in a real terminal, with real keys and signals.

use std::fs;
use std::process::Command;

use testyard_tests::{ENTER, LEAVE, Project, Terminal, assert_nothing_left, wait_until};

const CTRL_C: &str = "\u{3}";

/// Two tests: one that fails, and one that takes its time until a file is there. Files of these
/// names are none that runs are started for.
fn slow() -> Project {
    let test = "import pathlib, time\n\
                def test_wrong(): assert 1 == 2\n\
                def test_slow():\n\
                \x20   pathlib.Path('started.tmp').touch()\n\
                \x20   while not pathlib.Path('go.tmp').exists():\n\
                \x20       time.sleep(0.02)\n";
    Project::of(&[("test_a.py", test)])
}

/// The same with its run in the background, in its slow test.
fn begun() -> Project {
    let project = slow();
    let said = project.testyard(&["run", "--detach"]);
    assert_eq!(said.code, 0, "{said:?}");
    wait_for_the_slow_test(&project);
    project
}

fn wait_for_the_slow_test(project: &Project) {
    wait_until("the slow test", || project.path().join("started.tmp").exists().then_some(()));
}

fn cancel(project: &Project) {
    assert_eq!(project.testyard(&["cancel"]).code, 0);
}

#[test]
fn a_run_is_watched_left_and_come_back_to() {
    let project = begun();
    let mut terminal = Terminal::of(&project, &["watch"], 100, 30);
    terminal.shows("test_a.py::test_slow");
    terminal.shows("test_a.py::test_wrong");
    terminal.types("\tq");
    let left = terminal.left();
    left.ended(7, "goes on; `testyard watch ");
    assert!(left.written.contains(ENTER) && left.written.contains(LEAVE), "{:?}", left.written);
    assert_eq!(project.testyard(&["status", "--exit-code"]).code, 7);

    let mut terminal = Terminal::of(&project, &["watch", "latest"], 40, 12);
    terminal.shows("running");
    project.write("go.tmp", "");
    // The verdict, and not what pytest prints.
    terminal.shows("FAILED  █");
    // It stays until it is left.
    terminal.types("q");
    terminal.left().ended(1, "verdict=failed passed=1 failed=1 flaky=0 skipped=0 blocked=0 exit=1");
}

#[test]
fn ctrl_c_and_a_signal_leave_the_view_and_not_the_run() {
    let project = begun();
    let mut terminal = Terminal::of(&project, &["watch"], 80, 24);
    terminal.shows("running");
    terminal.types(CTRL_C);
    terminal.left().ended(7, "goes on");
    let mut terminal = Terminal::of(&project, &["watch"], 80, 24);
    terminal.shows("running");
    terminal.signals("TERM");
    let left = terminal.left();
    left.ended(7, "goes on");
    assert!(left.written.contains(LEAVE));
    assert_eq!(project.testyard(&["status", "--exit-code"]).code, 7);
    cancel(&project);
}

/// A terminal that is closed without a word, as one in a program of somebody else's may be.
#[test]
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn a_terminal_that_goes_away_ends_the_view() {
    let project = begun();
    let script = "import os, pty, subprocess, sys, time\n\
                  master, terminal = pty.openpty()\n\
                  view = subprocess.Popen(sys.argv[1:], stdin=terminal, stdout=terminal, stderr=terminal, \
                  start_new_session=True)\n\
                  os.close(terminal)\n\
                  import select\n\
                  until, seen = time.time() + 60, 0\n\
                  while time.time() < until and seen < 1500:\n\
                  \x20   if select.select([master], [], [], 0.1)[0]: seen += len(os.read(master, 4096))\n\
                  os.close(master)\n\
                  sys.exit(view.wait(timeout=30))\n";
    let program = testyard_tests::testyard();
    let mut driver = Command::new("python3");
    driver.args(["-c", script]).arg(program).arg("watch").current_dir(project.path());
    driver.env("TERM", "xterm").env_remove("CI").env("TESTYARD_CACHE_DIR", testyard_tests::cache());
    let ended = driver.output().expect("python3 can be started");
    assert_eq!(ended.status.code(), Some(7), "{ended:?}");
    cancel(&project);
}

#[test]
fn a_run_is_cancelled_after_a_question() {
    let project = begun();
    let mut terminal = Terminal::of(&project, &["watch"], 100, 30);
    terminal.shows("running");
    terminal.types("c");
    terminal.shows("cancel this run?");
    terminal.types("n");
    terminal.shows("not cancelled");
    assert_eq!(project.testyard(&["status", "--exit-code"]).code, 7);
    terminal.types("c");
    terminal.types("y");
    terminal.shows("CANCELLED");
    terminal.types("q");
    terminal.left().ended(6, "verdict=cancelled");
    assert_nothing_left(&project.latest().expect("a run"));
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn one_whose_supervisor_is_killed_is_seen_to_be_lost() {
    let project = begun();
    let mut terminal = Terminal::of(&project, &["watch"], 100, 30);
    terminal.shows("running");
    let folder = project.latest().expect("a run");
    let plan = fs::read_to_string(folder.join("plan.json")).expect("a plan");
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("a document");
    let killed = Command::new("kill").args(["-KILL", &plan["pid"].to_string()]).status();
    assert!(killed.expect("kill can be started").success());
    terminal.shows("LOST");
    terminal.types("q");
    terminal.left().ended(5, "verdict=lost");
    assert_nothing_left(&folder);
}

#[test]
fn a_run_that_has_ended_is_shown_as_it_ended_and_without_colour_where_none_is_wanted() {
    let mut project = Project::of(&[("test_a.py", "def test_fine(): print('said')\n")]);
    assert_eq!(project.testyard(&["run"]).code, 0);
    let colours = |written: &str| written.contains("\u{1b}[38;5;");
    let watched = |project: &Project, arguments: &[&str]| {
        let mut terminal = Terminal::of(project, arguments, 100, 30);
        terminal.shows("PASSED");
        terminal.types("?");
        terminal.shows("any key closes this");
        terminal.types("x");
        terminal.types("q");
        terminal.left()
    };
    let left = watched(&project, &["watch"]);
    assert!(colours(&left.ended(0, "verdict=passed passed=1").written));
    assert!(!colours(&watched(&project, &["watch", "--color", "never"]).written));
    project.set("NO_COLOR", "1");
    assert!(!colours(&watched(&project, &["watch"]).written));
    assert!(colours(&watched(&project, &["watch", "--color", "always"]).written));
}

#[test]
fn without_a_terminal_there_is_another_way() {
    let project = Project::of(&[("test_a.py", "def test_fine(): pass\n")]);
    let said = project.testyard(&["watch"]);
    assert!(said.code == 2 && said.stderr.contains("testyard tail -f"), "{said:?}");
    assert!(!said.stderr.contains('\u{1b}'), "{said:?}");
    let left = Terminal::of(&project, &["watch"], 80, 24).left();
    assert!(left.code == 2 && !left.written.contains(ENTER), "{left:?}");
}

/// The tests that the newest run ended, by their files.
fn files_of_the_newest_run(project: &Project) -> Vec<String> {
    let report = project.testyard(&["report", "--as", "junit"]).stdout;
    ["test_a", "test_b"].into_iter().filter(|name| report.contains(name)).map(str::to_owned).collect()
}

#[test]
fn what_is_saved_is_run_again_and_nothing_else() {
    let project = Project::of(&[
        ("test_a.py", "def test_one(): pass\n"),
        ("test_b.py", "def test_two(): pass\n"),
        ("notes.md", "nothing\n"),
    ]);
    let watching = "testyard: watching; Ctrl-C ends";
    let mut terminal = Terminal::of(&project, &["run", "--watch"], 100, 30);
    terminal.shows(watching);
    assert_eq!(files_of_the_newest_run(&project), ["test_a", "test_b"]);
    project.write("notes.md", "more\n");
    terminal.shows("testyard: saved: notes.md; no test can be affected");
    project.write("test_a.py", "def test_one(): assert False\n");
    terminal.shows("testyard: saved: test_a.py");
    terminal.shows("test_a.py is run: it changed itself");
    terminal.shows_times(watching, 2);
    assert_eq!(files_of_the_newest_run(&project), ["test_a"]);
    // What is wrong for a moment ends nothing.
    project.write("testyard.toml", "[nope]\n");
    terminal.shows("nope");
    terminal.shows_times(watching, 3);
    fs::remove_file(project.path().join("testyard.toml")).expect("it was there");
    terminal.shows_times(watching, 4);
    assert_eq!(files_of_the_newest_run(&project), ["test_a", "test_b"]);
    terminal.types(CTRL_C);
    terminal.left().ended(1, "verdict=failed passed=1 failed=1");
    assert_nothing_left(&project.latest().expect("a run"));
}

#[test]
fn what_is_saved_during_a_run_is_run_next_and_ctrl_c_ends_both() {
    let project = slow();
    project.write("test_b.py", "def test_two(): pass\n");
    let mut terminal = Terminal::of(&project, &["run", "--watch"], 100, 30);
    wait_for_the_slow_test(&project);
    project.write("test_b.py", "def test_two(): assert True\n");
    project.write("go.tmp", "");
    terminal.shows("testyard: saved: test_b.py");
    terminal.shows("testyard: watching");
    assert_eq!(files_of_the_newest_run(&project), ["test_b"]);
    for left in ["go.tmp", "started.tmp"] {
        fs::remove_file(project.path().join(left)).expect("it was there");
    }
    project.write("test_a.py", &fs::read_to_string(project.path().join("test_a.py")).expect("a test"));
    wait_for_the_slow_test(&project);
    terminal.types(CTRL_C);
    terminal.shows("Ctrl-C: stopping");
    terminal.left().ended(6, "verdict=cancelled");
    assert_nothing_left(&project.latest().expect("a run"));
}

#[test]
fn a_file_that_the_tests_write_does_not_keep_them_running() {
    let test =
        "import pathlib, time\ndef test_one(): pathlib.Path('out.json').write_text(str(time.time()))\n";
    let project = Project::of(&[("test_a.py", test)]);
    let mut terminal = Terminal::of(&project, &["run", "--watch"], 100, 30);
    terminal.shows("testyard: watching");
    let runs = || fs::read_dir(project.path().join(".testyard/runs")).map_or(0, Iterator::count);
    assert!(runs() <= 2, "{} runs", runs());
    terminal.types(CTRL_C);
    terminal.left().ended(0, "verdict=passed passed=1");
}

#[test]
fn watching_goes_with_neither_the_background_nor_a_document() {
    let project = Project::of(&[("test_a.py", "def test_fine(): pass\n")]);
    project.testyard(&["run", "--watch", "--detach"]).ended(2, "exit=2");
    project.testyard(&["run", "--watch", "--format", "json"]).ended(2, "exit=2");
    assert!(project.latest().is_none());
}

//! The faults that a run in the background can meet, one test each: what is told afterwards is true, nothing is left, and
//! no result is lost that was written down. `cargo xtask chaos` does the same at random moments.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use testyard_tests::{Project, Said, assert_nothing_left, wait_until};

/// Waits for a file, and says when it has begun.
const WAITS: &str = "import pathlib, time\n\
                     def test_first(): pass\n\
                     def test_waits():\n\
                     \x20   pathlib.Path('started').touch()\n\
                     \x20   while not pathlib.Path('go').exists():\n\
                     \x20       time.sleep(0.02)\n";

/// Fills the disk that the project lies on, then goes on.
const FILLS: &str = "import time\n\
                     def fill(step):\n\
                     \x20   with open('fill', 'ab', 0) as file:\n\
                     \x20       try:\n\
                     \x20           while True: file.write(b'x' * step)\n\
                     \x20       except OSError: pass\n\
                     def test_fills():\n\
                     \x20   fill(65536); fill(1)\n";

#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn tool(words: &[&str]) -> Option<Output> {
    Command::new(words[0]).args(&words[1..]).output().ok()
}

fn done(words: &[&str]) -> bool {
    tool(words).is_some_and(|output| output.status.success())
}

fn run_of(said: &Said) -> String {
    said.json()["run"].as_str().unwrap_or_else(|| panic!("no run in {said:?}")).to_owned()
}

fn start(project: &Project, arguments: &[&str]) -> String {
    run_of(&project.testyard(&[&["run", "--detach", "--format", "json"], arguments].concat()))
}

fn plan(project: &Project, run: &str) -> (PathBuf, serde_json::Value) {
    let path = project.path().join(format!(".testyard/runs/{run}/plan.json"));
    let text = fs::read_to_string(&path).expect("a plan");
    (path, serde_json::from_str(&text).expect("a document"))
}

fn supervisor(project: &Project, run: &str) -> String {
    plan(project, run).1["pid"].to_string()
}

fn wait_for_the_test(project: &Project) {
    wait_until("the test that waits", || project.path().join("started").exists().then_some(()));
}

/// A small file system of its own; none, said aloud, where this user may not mount one.
struct Disk(tempfile::TempDir);

impl Disk {
    fn of(size: &str) -> Option<Disk> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().display().to_string();
        if done(&["mount", "-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs", &path]) {
            return Some(Disk(folder));
        }
        eprintln!("skipped: this user may not mount a small file system");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        done(&["umount", "-l", &self.path().display().to_string()]);
    }
}

#[test]
fn a_start_that_is_killed_at_any_moment_leaves_the_turn_to_the_next_one() {
    let project = Project::of(&[("test_a.py", WAITS)]);
    for delay in [0, 2, 5, 9, 14, 20, 27, 35, 50, 80] {
        let mut starter = project.start(&["run", "--detach"]);
        std::thread::sleep(Duration::from_millis(delay));
        // The supervisor may be there by now or not.
        starter.kill().expect("it can be killed");
        starter.wait().expect("it ends");
        let run = start(&project, &[]);
        assert_eq!(project.testyard(&["status", &run, "--exit-code"]).code, 7, "{delay} ms");
        let cancelled = project.testyard(&["cancel", &run]);
        cancelled.ended(0, "verdict=cancelled");
        assert_nothing_left(&project.path().join(format!(".testyard/runs/{run}")));
        // Had the killed one's supervisor begun a second run for the same request, it would go on.
        wait_until("every supervisor to be gone", || {
            supervisor_below(project.path()).is_none().then_some(())
        });
        let left = fs::read_dir(project.path().join(".testyard")).expect("a folder").flatten();
        let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("starting-"));
        assert_eq!(left.count(), 0, "{delay} ms");
    }
}

#[test]
fn a_supervisor_that_is_killed_at_any_moment_of_its_start_never_passes() {
    for delay in [0, 3, 7, 12, 18, 25, 40, 70] {
        let project = Project::of(&[("test_a.py", WAITS)]);
        let starter = project.command(&["run", "--detach", "--format", "json"]);
        let mut starter = piped(starter);
        let supervisor = wait_until("the supervisor", || supervisor_below(project.path()));
        std::thread::sleep(Duration::from_millis(delay));
        done(&["kill", "-KILL", &supervisor]);
        let said = Said::of(starter.take().expect("started").wait_with_output().expect("it ends"));
        // A killed process with several threads takes a moment to be gone.
        let status = wait_until("its end", || {
            Some(project.testyard(&["status", "--exit-code"])).filter(|status| status.code != 7)
        });
        match said.code {
            // It was up before it was killed.
            0 => status.ended(5, "verdict=lost"),
            // It was not, and whoever started it says so; no run, or one that was lost.
            3 => {
                assert!(said.stderr.contains("cannot be started in the background"), "{said:?}");
                assert!(matches!(status.code, 2 | 5), "{status:?}");
                &status
            }
            _ => panic!("{said:?}"),
        };
        assert!(project.latest().is_none_or(|run| {
            assert_nothing_left(&run);
            true
        }));
    }
}

fn piped(mut command: Command) -> Option<Child> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()
}

/// The supervisor that was started for the project in this folder.
fn supervisor_below(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let line = fs::read_to_string(entry.path().join("cmdline")).ok()?;
        let here = fs::read_link(entry.path().join("cwd")).ok()? == folder;
        (here && line.contains("testyard-run-supervisor"))
            .then(|| entry.file_name().to_string_lossy().into_owned())
    })
}

#[test]
fn a_run_of_before_a_reboot_is_lost_and_its_numbers_mean_nothing() {
    let mut project = Project::of(&[("test_a.py", WAITS), ("runtime/here", "")]);
    let runtime = project.path().join("runtime");
    project.set("XDG_RUNTIME_DIR", runtime.display().to_string());
    let run = start(&project, &[]);
    wait_for_the_test(&project);
    done(&["kill", "-KILL", &supervisor(&project, &run)]);
    // As the machine would be after a reboot: another boot, and the supervisor's number given to somebody else.
    // What lies in the runtime folder is gone then, too.
    fs::remove_dir_all(runtime.join("testyard")).expect("it was used");
    let mut somebody = sleeper();
    let (path, mut plan) = plan(&project, &run);
    plan["boot"] = "00000000-0000-0000-0000-000000000000".into();
    plan["pid"] = somebody.id().into();
    plan["pid_started"] = started(somebody.id()).into();
    put(&path, &plan.to_string());
    project.testyard(&["status", &run, "--exit-code"]).ended(5, "verdict=lost");
    assert!(path.with_file_name("outcome.json").exists(), "lost is written down");
    let cancelled = project.testyard(&["cancel", &run]);
    assert!(cancelled.stderr.contains("has ended already"), "{cancelled:?}");
    // Even when somebody holds its lock, so that it counts as running, that number is not signalled.
    fs::remove_file(path.with_file_name("outcome.json")).expect("lost was written");
    let mut holder = hold(&path.with_file_name("lock"));
    wait_until("the lock", || (project.testyard(&["status", &run, "--exit-code"]).code == 7).then_some(()));
    assert_eq!(project.testyard(&["cancel", &run]).code, 70);
    assert!(somebody.try_wait().expect("it can be asked").is_none(), "somebody else was killed");
    for child in [&mut somebody, &mut holder] {
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }
}

#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn sleeper() -> Child {
    Command::new("sleep").arg("300").spawn().expect("sleep can be started")
}

#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn hold(lock: &Path) -> Child {
    Command::new("flock").arg(lock).args(["sleep", "300"]).spawn().expect("flock can be started")
}

#[allow(clippy::disallowed_methods, reason = "a fixture in a temporary folder")]
fn put(path: &Path, text: &str) {
    fs::write(path, text).expect("it can be written");
}

/// When a process started, in ticks since boot: field 22 of its line.
fn started(pid: u32) -> u64 {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let rest = &line[line.rfind(')').expect("a name") + 2..];
    rest.split(' ').nth(19).and_then(|field| field.parse().ok()).expect("a number")
}

#[test]
fn a_disk_that_tests_fill_takes_no_result() {
    let Some(disk) = Disk::of("4m") else { return };
    let tests = format!("{FILLS}def test_wrong(): assert False\ndef test_last(): pass\n");
    let project = Project::within(disk.path(), &[("test_a.py", &tests)]);
    let run = start(&project, &[]);
    let waited = project.testyard(&["wait", &run, "--for", "60s"]);
    waited.ended(1, "verdict=failed passed=2 failed=1");
}

#[test]
fn tests_that_fail_for_want_of_room_are_blocked_and_others_fail() {
    let Some(disk) = Disk::of("4m") else { return };
    let tests = format!(
        "{FILLS}def test_writes():\n    open('more', 'wb', 0).write(b'x' * 100000)\n\
         def test_frees():\n    import os; time.sleep(1); os.remove('fill')\n\
         def test_says(): raise OSError(28, 'No space left on device')\n"
    );
    let project = Project::within(disk.path(), &[("test_a.py", &tests)]);
    let run = start(&project, &[]);
    let waited = project.testyard(&["wait", &run, "--for", "60s", "--format", "json"]);
    // One of them fails although there is room: that is its own.
    waited.ended(1, "verdict=failed passed=2 failed=1 flaky=0 skipped=0 blocked=1");
    assert_eq!(waited.json()["blocked"][0]["by"], "test/disk", "{waited:?}");
}

#[test]
fn a_disk_that_logs_fill_gives_up_the_logs_and_says_so() {
    let Some(disk) = Disk::of("4m") else { return };
    // What a command prints goes straight to its suite's log.
    let suites = "[[suite]]\nname = \"loud\"\ncommand = \"sh -c 'yes | head -c 9000000; true'\"\n\
                  [[suite]]\nname = \"last\"\ncommand = \"true\"\n";
    let project = Project::within(disk.path(), &[("testyard.toml", suites)]);
    let run = start(&project, &[]);
    let waited = project.testyard(&["wait", &run, "--for", "60s"]);
    waited.ended(0, "verdict=passed passed=2");
    let seen = project.testyard(&["tail", &run]);
    assert!(seen.stdout.contains("bytes of raw logs were dropped"), "{seen:?}");
}

#[test]
fn a_disk_without_room_for_events_blocks() {
    let Some(disk) = Disk::of("4m") else { return };
    // So many tests that what they leave is larger than all that is set aside.
    let tests = format!(
        "{FILLS}import pytest\n@pytest.mark.parametrize('name', [f'{{i}}-' + 'n' * 400 for i in range(1500)])\n\
         def test_many(name): fill(1)\n"
    );
    let project = Project::within(disk.path(), &[("test_a.py", &tests)]);
    let run = start(&project, &[]);
    let waited = project.testyard(&["wait", &run, "--for", "120s"]);
    waited.ended(3, "verdict=blocked");
    assert!(waited.stderr.contains("the journal could not be written"), "{waited:?}");
}

#[test]
fn a_folder_that_may_not_be_written_is_said_at_once() {
    let Some(disk) = Disk::of("4m") else { return };
    let project = Project::within(disk.path(), &[("test_a.py", WAITS)]);
    let mount = disk.path().display().to_string();
    assert!(done(&["mount", "-o", "remount,ro", &mount]), "it can be made read-only");
    for arguments in [&["run"][..], &["run", "--detach"]] {
        let said = project.testyard(arguments);
        assert!(said.code == 3 && said.stderr.contains(".testyard"), "{said:?}");
        assert!(said.stderr.contains("help: "), "{said:?}");
    }
    assert!(supervisor_below(project.path()).is_none());
    assert!(done(&["mount", "-o", "remount,rw", &mount]), "it can be made writable again");
}

#[test]
fn a_supervisor_that_stands_still_for_a_while_goes_on_to_the_truth() {
    let project = Project::of(&[("test_a.py", WAITS)]);
    let run = start(&project, &[]);
    wait_for_the_test(&project);
    let supervisor = supervisor(&project, &run);
    assert!(done(&["kill", "-STOP", &supervisor]));
    let asked = Instant::now();
    project.testyard(&["status", &run, "--exit-code"]).ended(7, "verdict=running");
    assert!(asked.elapsed() < Duration::from_secs(5), "status waits for nobody");
    let waited = project.testyard(&["wait", &run, "--for", "2s"]);
    waited.ended(7, "verdict=running");
    assert!(done(&["kill", "-CONT", &supervisor]));
    project.write("go", "");
    project.testyard(&["wait", &run, "--for", "60s"]).ended(0, "verdict=passed passed=2");
}

/// A shared object that tells every process it is loaded into another time of day: off by as many seconds as a file says.
const CLOCK: &str = r#"
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
int clock_gettime(clockid_t clock, struct timespec *to) {
    int done = syscall(SYS_clock_gettime, clock, to);
    FILE *file = clock == CLOCK_REALTIME ? fopen(getenv("CLOCK_OFF"), "r") : 0;
    long off = 0;
    if (file) { if (fscanf(file, "%ld", &off) == 1) to->tv_sec += off; fclose(file); }
    return done;
}
"#;

#[test]
fn a_clock_that_jumps_changes_neither_waits_nor_order_nor_times() {
    let mut project = Project::of(&[("test_a.py", WAITS), ("clock.c", CLOCK), ("off", "0")]);
    let path = |name: &str| project.path().join(name).display().to_string();
    let (source, library, off) = (path("clock.c"), path("clock.so"), path("off"));
    if !done(&["cc", "-shared", "-fPIC", "-o", &library, &source]) {
        eprintln!("skipped: no C compiler to make another clock with");
        return;
    }
    project.set("LD_PRELOAD", library);
    project.set("CLOCK_OFF", off);
    let first = start(&project, &[]);
    wait_for_the_test(&project);
    for off in ["-86400", "31536000", "-31536000"] {
        project.write("off", off);
        let asked = Instant::now();
        project.testyard(&["wait", "--for", "300ms"]).ended(7, "verdict=running");
        assert!(asked.elapsed() < Duration::from_secs(20), "{off}");
        let status = project.testyard(&["status", "--format", "json"]).json();
        assert_eq!((&status["run"], &status["state"]), (&first.clone().into(), &"running".into()), "{off}");
        assert!(status["elapsed_ms"].as_u64() < Some(120_000), "{off}: {status}");
    }
    project.write("go", "");
    project.testyard(&["wait", "--for", "60s"]).ended(0, "verdict=passed passed=2");
    // A year back in time, the next run is still the newest one.
    let second = start(&project, &[]);
    project.testyard(&["wait", "--for", "60s"]).ended(0, &format!("run={second}"));
    let runs = project.testyard(&["runs", "--format", "json"]).json();
    assert_eq!((&runs["runs"][0]["run"], &runs["runs"][1]["run"]), (&second.into(), &first.into()));
}

#[test]
fn where_a_sandbox_ends_everything_with_its_command_it_is_said_before() {
    let project = Project::of(&[("test_a.py", WAITS)]);
    let program = testyard_tests::testyard().display().to_string();
    let command = "\"$0\" run --detach --format json; until test -e started; do sleep 0.05; done";
    let words = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", command, &program];
    if !done(&["unshare", "--pid", "--fork", "--mount-proc", "true"]) {
        eprintln!("skipped: this user may not make a pid namespace");
        return;
    }
    let said = Said::of(within(&project, &words));
    assert_eq!(said.json()["durability"], "session", "{said:?}");
    // The command ended, and the kernel killed what it had left in the background.
    let waited = project.testyard(&["wait", "--for", "60s"]);
    waited.ended(5, "verdict=lost passed=1");
    assert_nothing_left(&project.path().join(format!(".testyard/runs/{}", run_of(&said))));
}

#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn within(project: &Project, words: &[&str]) -> Output {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(project.path()).env_remove("VIRTUAL_ENV");
    command.env("TESTYARD_CACHE_DIR", testyard_tests::cache());
    command.output().expect("it can be started")
}

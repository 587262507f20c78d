//! However a supervisor or its keeper ends, nothing of theirs stays.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use testyard_sys::keeper::{Isolation, Keeper};
use testyard_sys::process::Exit;
use testyard_sys::{host, lock, procfs, sweep};

use crate::support::{BOTH, FIXTURE, Yard, eventually, is_empty, outside, skip, start_ready, unique_run};

/// Leaves processes in the background that have a session and a parent of their own, each in another way.
const DAEMONS: &str = "setsid -f sleep 1000; (setsid sleep 1000 &); sleep 1000 & echo ready; exec sleep 1000";

fn daemons(run: &str) -> usize {
    procfs::of_run(run).iter().filter(|process| process.name == "sleep" && !process.has_ended()).count()
}

async fn with_daemons(isolation: Isolation) -> (Yard, testyard_sys::process::Child) {
    let yard = Yard::new(isolation).await;
    let child = start_ready(&yard.keeper, DAEMONS).await;
    eventually("all four sleep", || daemons(&yard.run) == 4).await;
    (yard, child)
}

#[tokio::test]
async fn shutdown_leaves_nothing() {
    for isolation in BOTH {
        let (yard, mut child) = with_daemons(isolation).await;
        yard.keeper.shutdown().await;
        assert!(is_empty(&yard.run), "when it returns, they are gone: {:?}", procfs::of_run(&yard.run));
        assert!(matches!(child.wait().await, Exit::Lost | Exit::Signal(9)));
        yard.keeper.shutdown().await;
        assert!(
            yard.keeper.spawn(crate::support::sh("exit 0")).await.is_err(),
            "a keeper that has gone starts nothing"
        );
    }
}

#[tokio::test]
async fn dropping_the_keeper_leaves_nothing() {
    for isolation in BOTH {
        let (yard, child) = with_daemons(isolation).await;
        let Yard { keeper, run, folder } = yard;
        drop((keeper, child));
        eventually("everything is gone", || is_empty(&run)).await;
        drop(folder);
    }
}

#[tokio::test]
async fn a_killed_keeper_leaves_nothing() {
    for isolation in BOTH {
        let (yard, mut child) = with_daemons(isolation).await;
        for process in keepers(&yard.keeper, &yard.run) {
            rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
        }
        assert_eq!(child.wait().await, Exit::Lost);
        yard.keeper.gone().await;
        assert!(is_empty(&yard.run), "{:?}", procfs::of_run(&yard.run));
    }
}

/// The keeper's own processes, the outer first.
fn keepers(_keeper: &Keeper, run: &str) -> Vec<rustix::process::Pid> {
    let all = procfs::of_run(run).into_iter();
    let own =
        all.filter(|process| procfs::command_line(process.pid).is_some_and(|line| line.contains("__keeper")));
    own.filter_map(|process| rustix::process::Pid::from_raw(process.pid)).collect()
}

#[tokio::test]
async fn a_terminated_keeper_leaves_nothing() {
    for isolation in BOTH {
        let (yard, _child) = with_daemons(isolation).await;
        rustix::process::kill_process(keepers(&yard.keeper, &yard.run)[0], rustix::process::Signal::TERM)
            .unwrap();
        yard.keeper.gone().await;
        assert!(is_empty(&yard.run), "{:?}", procfs::of_run(&yard.run));
    }
}

#[tokio::test]
async fn a_killed_supervisor_leaves_nothing() {
    for isolation in ["isolated", "plain"] {
        let folder = tempfile::tempdir().unwrap();
        let run = unique_run();
        let mut supervisor = outside(FIXTURE)
            .args(["supervise", isolation, &run])
            .arg(folder.path().join("scratch"))
            .args(["sh", "-c", DAEMONS])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(supervisor.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "ready"));
        eventually("all four sleep", || daemons(&run) == 4).await;
        supervisor.kill().unwrap();
        supervisor.wait().unwrap();
        eventually("everything is gone", || is_empty(&run)).await;
    }
}

#[tokio::test]
async fn a_supervisor_killed_while_it_starts_leaves_nothing() {
    for (isolation, milliseconds) in
        ["isolated", "plain"].into_iter().flat_map(|i| (0..12).map(move |ms| (i, ms)))
    {
        let folder = tempfile::tempdir().unwrap();
        let run = unique_run();
        let mut supervisor = outside(FIXTURE)
            .args(["supervise", isolation, &run])
            .arg(folder.path().join("scratch"))
            .args(["sh", "-c", DAEMONS])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        supervisor.kill().unwrap();
        supervisor.wait().unwrap();
        // A keeper that was just being started appears a moment after its supervisor has gone.
        tokio::time::sleep(Duration::from_millis(20)).await;
        eventually("everything is gone", || is_empty(&run)).await;
    }
}

#[tokio::test]
async fn a_later_command_sweeps_what_is_left() {
    let run = unique_run();
    // Nobody's child, as after a crash of supervisor and keeper together.
    let started =
        outside("sh").args(["-c", "setsid -f sleep 1000"]).env(testyard_sys::RUN_MARKER, &run).status();
    assert!(started.unwrap().success());
    let other = outside("sleep").arg("1000").env(testyard_sys::RUN_MARKER, format!("{run}-other")).spawn();
    eventually("it sleeps", || daemons(&run) == 1).await;
    assert_eq!(sweep::kill_run(&run), 1);
    assert!(is_empty(&run));

    let mut other = other.unwrap();
    assert!(other.try_wait().unwrap().is_none(), "another run's process is left alone");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[tokio::test]
async fn a_folder_goes_with_the_mounts_in_it() {
    let yard = Yard::new(Isolation::Allowed).await;
    if !host::is_root() || !yard.keeper.facts().mount_namespace {
        return skip("only root, in a mount namespace, can mount something to be removed");
    }
    let folder = yard.folder.path().join("left");
    let script = format!(
        "mkdir -p '{0}/a b/c' && mount -t tmpfs none '{0}/a b' && touch '{0}/a b/file' && {FIXTURE} sweep {0}",
        folder.display()
    );
    yard.sh(&script).await;
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_keeper_leaves_other_keepers_of_its_run_alone() {
    let first = Yard::new(Isolation::None).await;
    let second = Yard::with(Isolation::None, |options| options.run = first.run.clone()).await;
    let mut child = start_ready(&second.keeper, "echo ready; exec sleep 1000").await;
    first.keeper.shutdown().await;
    assert_eq!(child.exit(), None);
    assert_eq!(second.sh("echo here").await, "here");
    child.stop(testyard_sys::process::Signal::TERM, crate::support::PATIENCE).await;
}

#[tokio::test]
async fn a_killed_holder_loses_its_lock() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lock");
    let mut holder =
        outside(FIXTURE).arg("lock").arg(&file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "locked\n");
    assert!(lock::is_locked(&file).unwrap());
    assert!(lock::try_lock(&file).unwrap().is_none());
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(!lock::is_locked(&file).unwrap());
    assert!(lock::try_lock(&file).unwrap().is_some());
}

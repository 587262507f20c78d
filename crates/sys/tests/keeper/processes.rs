//! Starting, watching and ending single processes.

use std::time::Duration;

use testyard_sys::keeper::{Isolation, KeeperError, NotRootMeans};
use testyard_sys::process::{Command, Exit, RunAs, Signal, Stdio, output};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{BOTH, PATIENCE, Yard, eventually, is_empty, sh, start_ready};

#[tokio::test]
async fn ends_are_told_as_they_are() {
    for isolation in BOTH {
        let yard = Yard::new(isolation).await;
        for (script, expected) in
            [("exit 0", Exit::Code(0)), ("exit 37", Exit::Code(37)), ("kill -9 $$", Exit::Signal(9))]
        {
            let mut child = yard.keeper.spawn(sh(script)).await.unwrap();
            assert_eq!(child.wait().await, expected, "{script}");
            assert_eq!(child.wait().await, expected, "asked again");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_started_is_explained() {
    let yard = Yard::new(Isolation::None).await;
    let check = async |command: Command, expected: &str| {
        let error = yard.keeper.spawn(command).await.unwrap_err();
        assert!(matches!(error, KeeperError::Spawn { .. }));
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(Command::new("/no/such/program"), "/no/such/program: No such file").await;
    check(Command::new("/bin/sh").cwd("/no/such/folder"), "the folder /no/such/folder does not exist").await;
    check(Command::new("/etc/passwd"), "Permission denied").await;
    assert_eq!(yard.sh("echo still here").await, "still here");
}

#[tokio::test]
async fn the_environment_is_the_given_one_and_the_markers() {
    for isolation in BOTH {
        let yard = Yard::new(isolation).await;
        let command = Command::new("/usr/bin/env").env("A", "b c").env("TESTYARD_RUN", "somebody else");
        let printed = output(&yard.keeper, command, PATIENCE).await.unwrap().stdout;
        let printed = String::from_utf8(printed).unwrap();
        let mut lines: Vec<&str> =
            printed.lines().filter(|line| !line.starts_with("TESTYARD_KEEPER=")).collect();
        lines.sort_unstable();
        assert_eq!(lines, ["A=b c", &format!("TESTYARD_RUN={}", yard.run)]);
    }
}

#[tokio::test]
async fn a_child_starts_fresh() {
    for isolation in BOTH {
        let yard = Yard::new(isolation).await;
        let status = yard.sh("grep -E '^Sig(Blk|Ign)' /proc/self/status; ls -l /proc/self/fd").await;
        for line in status.lines().take(2) {
            let (name, signals) = line.split_once(':').unwrap();
            // 32 and 33 are the C library's own, which nobody can change through it.
            let signals = u64::from_str_radix(signals.trim(), 16).unwrap() & !(0b11 << 31);
            assert_eq!(signals, 0, "{name}");
        }
        assert!(!status.contains("socket:"), "no descriptor of the keeper's leaks: {status}");
    }
}

#[tokio::test]
async fn streams_go_where_they_shall() {
    let yard = Yard::new(Isolation::Allowed).await;
    let command = sh("cat; echo err >&2").stdin(Stdio::Pipe).stdout(Stdio::Pipe).stderr(Stdio::Pipe);
    let mut child = yard.keeper.spawn(command).await.unwrap();
    let mut stdin = child.take_stdin().unwrap();
    stdin.write_all(b"through").await.unwrap();
    drop(stdin);
    let (mut out, mut err) = (String::new(), String::new());
    child.take_stdout().unwrap().read_to_string(&mut out).await.unwrap();
    child.take_stderr().unwrap().read_to_string(&mut err).await.unwrap();
    assert_eq!((out.as_str(), err.as_str()), ("through", "err\n"));
    assert!(child.take_stdout().is_none(), "only once");

    let path = yard.folder.path().join("log");
    let file = std::fs::File::create(&path).unwrap();
    let mut child = yard.keeper.spawn(sh("echo logged").stdout(Stdio::File(file))).await.unwrap();
    assert_eq!(child.wait().await, Exit::Code(0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "logged\n");
}

#[tokio::test]
async fn output_captures_and_ends_what_takes_too_long() {
    let yard = Yard::new(Isolation::None).await;
    let done = yard.try_sh("echo out; echo err >&2; exit 3").await;
    assert_eq!((done.exit, done.timed_out), (Exit::Code(3), false));
    assert_eq!((&done.stdout[..], &done.stderr[..]), (&b"out\n"[..], &b"err\n"[..]));

    let slow =
        output(&yard.keeper, sh("echo begun; exec sleep 1000"), Duration::from_millis(300)).await.unwrap();
    assert!(slow.timed_out);
    assert_eq!((slow.exit, &slow.stdout[..]), (Exit::Signal(15), &b"begun\n"[..]));

    // A background process that keeps the stream open does not keep us waiting.
    let left = yard.try_sh("sleep 1000 & echo done").await;
    assert_eq!((left.exit, left.timed_out, &left.stdout[..]), (Exit::Code(0), false, &b"done\n"[..]));
}

#[tokio::test]
async fn signals_reach_the_whole_session() {
    for isolation in BOTH {
        let yard = Yard::new(isolation).await;
        // With job control, the shell puts its background job into a group of its own.
        let mut child = start_ready(&yard.keeper, "set -m; sleep 1000 & echo ready; wait").await;
        child.signal(Signal::KILL).await;
        assert_eq!(child.wait().await, Exit::Signal(9));
        eventually("the sleeper ended", || sleepers(&yard.run) == 0).await;
    }
}

#[tokio::test]
async fn the_session_of_an_ended_leader_can_be_killed() {
    for isolation in BOTH {
        let yard = Yard::new(isolation).await;
        let mut child = yard.keeper.spawn(sh("sleep 1000 & exit 0")).await.unwrap();
        assert_eq!(child.wait().await, Exit::Code(0));
        eventually("the sleeper sleeps", || sleepers(&yard.run) == 1).await;
        child.signal(Signal::KILL).await;
        eventually("the sleeper ended", || sleepers(&yard.run) == 0).await;
    }
}

#[tokio::test]
async fn stop_asks_first_and_then_insists() {
    for isolation in BOTH {
        let yard = Yard::new(isolation).await;
        let check = async |script: &str, grace: Duration, expected: Exit| {
            let mut child = start_ready(&yard.keeper, script).await;
            assert_eq!(child.stop(Signal::TERM, grace).await, expected, "{script}");
            assert_eq!(child.stop(Signal::TERM, grace).await, expected, "stopped again");
        };
        check("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done", PATIENCE, Exit::Code(7)).await;
        let stubborn = "trap '' TERM; echo ready; while :; do sleep 0.01; done";
        check(stubborn, Duration::from_millis(100), Exit::Signal(9)).await;
    }
}

#[tokio::test]
async fn a_dropped_child_is_killed() {
    for isolation in BOTH {
        let yard = Yard::new(isolation).await;
        let child = start_ready(&yard.keeper, "sleep 1000 & echo ready; wait").await;
        eventually("the sleeper sleeps", || sleepers(&yard.run) == 1).await;
        drop(child);
        eventually("the sleeper ended", || sleepers(&yard.run) == 0).await;
        assert!(!yard.keeper.is_gone() && !is_empty(&yard.run), "the keeper stays");
    }
}

#[tokio::test]
async fn many_at_once() {
    for isolation in BOTH {
        let yard = Yard::new(isolation).await;
        let spawned = (0..100).map(|number| {
            let keeper = yard.keeper.clone();
            tokio::spawn(async move {
                let mut child = keeper.spawn(sh(&format!("exit {number}"))).await.unwrap();
                assert_eq!(child.wait().await, Exit::Code(number));
            })
        });
        for task in spawned.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    }
}

#[tokio::test]
async fn not_root_is_not_root() {
    for isolation in BOTH {
        let yard = Yard::new(isolation).await;
        if yard.keeper.not_root() == NotRootMeans::Refused {
            crate::support::skip("this machine lets root become nobody else");
            continue;
        }
        let command = sh("id -u; touch own && test -O own").cwd(yard.folder.path()).run_as(RunAs::NotRoot);
        if let NotRootMeans::SetUid { uid, gid } = yard.keeper.not_root() {
            std::os::unix::fs::chown(yard.folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let done = output(&yard.keeper, command, PATIENCE).await.unwrap();
        assert!(done.exit.is_success(), "{done:?}");
        assert_ne!(done.stdout, b"0\n");
    }
}

#[tokio::test]
async fn a_large_environment_passes() {
    let yard = Yard::new(Isolation::None).await;
    let command = (0..20).fold(sh("env | wc -c"), |command, number| {
        command.env(format!("LARGE_{number}"), "x".repeat(50_000))
    });
    let done = output(&yard.keeper, command, PATIENCE).await.unwrap();
    let count: usize = String::from_utf8(done.stdout).unwrap().trim().parse().unwrap();
    assert!(count > 1_000_000, "{count}");
}

fn sleepers(run: &str) -> usize {
    let running = testyard_sys::procfs::of_run(run).into_iter();
    running.filter(|process| process.name == "sleep" && !process.has_ended()).count()
}

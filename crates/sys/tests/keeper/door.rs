//! Visiting a keeper from another process.

use testyard_sys::keeper::{Keeper, KeeperError};
use testyard_sys::process::{Exit, output};

use crate::support::{BOTH, PATIENCE, Yard, eventually, sh, start_ready};

#[tokio::test]
async fn visitors_run_things_inside() {
    for isolation in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let door = folder.path().join("keeper.sock");
        assert!(!Keeper::is_home(&door));
        assert!(matches!(Keeper::visit(&door).await, Err(KeeperError::NobodyHome { .. })));

        let yard = Yard::with(isolation, |options| options.door = Some(door.clone())).await;
        assert!(Keeper::is_home(&door));
        let visitor = Keeper::visit(&door).await.unwrap();
        assert_eq!(visitor.facts(), yard.keeper.facts());
        let done = output(&visitor, sh("readlink /proc/self/ns/mnt; exit 3"), PATIENCE).await.unwrap();
        assert_eq!(done.exit, Exit::Code(3));
        let own = yard.sh("readlink /proc/self/ns/mnt").await;
        assert_eq!(String::from_utf8(done.stdout).unwrap().trim_end(), own, "in the same place");
        assert!(visitor.set_hosts(Vec::new()).await.is_err(), "a visitor changes nothing");

        yard.keeper.shutdown().await;
        visitor.gone().await;
        assert!(!Keeper::is_home(&door));
    }
}

#[tokio::test]
async fn what_a_visitor_started_ends_with_the_visit() {
    for isolation in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let door = folder.path().join("keeper.sock");
        let yard = Yard::with(isolation, |options| options.door = Some(door.clone())).await;
        let mut own = start_ready(&yard.keeper, "echo ready; exec sleep 1000").await;

        let visitor = Keeper::visit(&door).await.unwrap();
        let child = start_ready(&visitor, "sleep 1001 & echo ready; wait").await;
        visitor.shutdown().await;
        drop(child);
        let visitors = || {
            let running = testyard_sys::procfs::of_run(&yard.run);
            running.iter().filter(|process| !process.has_ended()).any(|process| {
                testyard_sys::procfs::command_line(process.pid)
                    .is_some_and(|line| line.contains("sleep 1001"))
            })
        };
        eventually("the visitor's processes ended", || !visitors()).await;
        assert_eq!(own.exit(), None, "the supervisor's go on");
        own.stop(testyard_sys::process::Signal::TERM, PATIENCE).await;
    }
}

#[tokio::test]
async fn a_stranger_does_no_harm() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let door = folder.path().join("keeper.sock");
    let yard = Yard::with(BOTH[0], |options| options.door = Some(door.clone())).await;
    let mut stranger = std::os::unix::net::UnixStream::connect(&door).unwrap();
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    // Says that a message follows, and falls silent.
    let mut silent = std::os::unix::net::UnixStream::connect(&door).unwrap();
    silent.write_all(b"tyk1").unwrap();
    assert_eq!(yard.sh("echo fine").await, "fine");
}

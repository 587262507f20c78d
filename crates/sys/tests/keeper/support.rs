//! What the tests of the keeper share.

use std::path::Path;
use std::process::Output as Finished;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testyard_sys::keeper::{Isolation, Keeper, Options};
use testyard_sys::process::{Command, Output, Stdio, output};
use testyard_sys::procfs;

/// Far longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const FIXTURE: &str = env!("CARGO_BIN_EXE_testyard-keeper-fixture");

pub(crate) const BOTH: [Isolation; 2] = [Isolation::Allowed, Isolation::None];

/// A keeper with a scratch folder of its own.
pub(crate) struct Yard {
    pub(crate) keeper: Keeper,
    pub(crate) run: String,
    pub(crate) folder: TempDir,
}

pub(crate) fn unique_run() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn options(isolation: Isolation, run: &str, scratch: &Path) -> Options {
    Options { program: FIXTURE.into(), isolation, ..Options::plain(run, scratch).unwrap() }
}

impl Yard {
    pub(crate) async fn new(isolation: Isolation) -> Yard {
        Yard::with(isolation, |_| ()).await
    }

    pub(crate) async fn with(isolation: Isolation, change: impl FnOnce(&mut Options)) -> Yard {
        let folder = tempfile::tempdir().unwrap();
        let run = unique_run();
        let mut options = options(isolation, &run, &folder.path().join("scratch"));
        change(&mut options);
        let keeper = Keeper::start(options).await.unwrap();
        Yard { keeper, run, folder }
    }

    /// Runs a script and returns what it printed; it must succeed.
    pub(crate) async fn sh(&self, script: &str) -> String {
        let finished = self.try_sh(script).await;
        assert!(finished.exit.is_success(), "{script}: {finished:?}");
        String::from_utf8(finished.stdout).unwrap().trim_end().to_owned()
    }

    pub(crate) async fn try_sh(&self, script: &str) -> Output {
        output(&self.keeper, sh(script), PATIENCE).await.unwrap()
    }
}

pub(crate) fn sh(script: &str) -> Command {
    Command::new("sh").args(["-c", script]).inherit_env()
}

/// Starts a script and waits until it has printed `ready`.
pub(crate) async fn start_ready(keeper: &Keeper, script: &str) -> testyard_sys::process::Child {
    use tokio::io::AsyncReadExt;
    let mut child = keeper.spawn(sh(script).stdout(Stdio::Pipe)).await.unwrap();
    let mut line = [0; 6];
    child.take_stdout().unwrap().read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"ready\n");
    child
}

/// Waits until a condition holds.
pub(crate) async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "still not: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether anything that carries this run's mark still runs.
pub(crate) fn is_empty(run: &str) -> bool {
    procfs::of_run(run).iter().all(procfs::Process::has_ended)
}

/// A process outside of any keeper.
#[allow(clippy::disallowed_methods, reason = "these tests look at the keeper from outside")]
pub(crate) fn outside(program: impl AsRef<std::ffi::OsStr>) -> std::process::Command {
    std::process::Command::new(program)
}

pub(crate) fn text(finished: &Finished) -> String {
    format!("{}{}", String::from_utf8_lossy(&finished.stdout), String::from_utf8_lossy(&finished.stderr))
}

/// Says that a test could not be done, and why.
pub(crate) fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

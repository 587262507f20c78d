//! Starting a keeper: the attempts, from the best isolation to none.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::facts::Facts;
use super::link::Link;
use super::wire::{self, Attempt, Greeting, Setup};
use super::{Isolation, KEEPER_ARGUMENT, KeeperError, Network, Options, door};
use crate::{KEEPER_MARKER, RUN_MARKER, sweep};

/// How long a keeper may take to greet. It takes milliseconds; this is for a machine that swaps.
const GREETING_LIMIT: Duration = Duration::from_secs(30);

/// A keeper that serves.
pub(super) struct Started {
    pub(super) link: Link,
    pub(super) facts: Facts,
    pub(super) root_pid: i32,
}

/// Starts a keeper with as much isolation as is asked for and allowed. Blocks for some milliseconds.
pub(super) fn start(options: &Options) -> Result<Started, KeeperError> {
    let failed = |source| KeeperError::Start { program: options.program.clone(), source };
    std::fs::create_dir_all(&options.scratch_fallback).map_err(failed)?;
    let door = options.door.as_deref().map(door::open).transpose().map_err(failed)?;
    let mut refusals = Vec::new();
    for attempt in attempts(options.isolation, rustix::process::geteuid().is_root()) {
        match start_once(options, attempt, &refusals, door.as_ref()).map_err(failed)? {
            Ok(started) => return Ok(started),
            Err(refusal) if refusals.contains(&refusal) => {}
            Err(refusal) => refusals.push(refusal),
        }
    }
    Err(KeeperError::Refused(refusals.join("; ")))
}

/// What is tried, in this order. The last is always possible.
fn attempts(isolation: Isolation, root: bool) -> Vec<Attempt> {
    let none = Attempt { user: false, mount: false, pid: false };
    if isolation == Isolation::None || !cfg!(target_os = "linux") {
        return vec![none];
    }
    let mut attempts = Vec::new();
    if root {
        attempts.push(Attempt { user: false, mount: true, pid: true });
    }
    // Where /proc is partly hidden (in most containers) the kernel refuses a fresh one, and without it a process
    // id namespace would confuse whoever looks itself up there; private names are possible all the same.
    attempts.push(Attempt { user: true, mount: true, pid: true });
    attempts.push(Attempt { user: true, mount: true, pid: false });
    attempts.push(none);
    attempts
}

fn start_once(
    options: &Options,
    attempt: Attempt,
    refusals: &[String],
    door: Option<&UnixListener>,
) -> io::Result<Result<Started, String>> {
    let marker = keeper_marker(&options.run);
    let (ours, theirs) = UnixStream::pair()?;
    let mut process = launch(options, &marker, theirs)?;
    let setup = Setup {
        attempt,
        private_network: options.network == Network::Private,
        run: options.run.clone(),
        keeper: marker.clone(),
        hosts: options.hosts.clone(),
        scratch: std::path::absolute(&options.scratch_fallback)?.as_os_str().into(),
        scratch_bytes: options.scratch_bytes,
        refusals: refusals.to_vec(),
    };
    match greet(&ours, &setup, door) {
        Ok(Greeting::Ready { facts, root_pid }) => {
            let link = Link::serve(ours, move || bury(process, &marker))?;
            Ok(Ok(Started { link, facts, root_pid }))
        }
        Ok(Greeting::Refused(refusal)) => {
            drop(ours);
            process.wait()?;
            Ok(Err(refusal))
        }
        Err(error) => {
            drop(ours);
            // It did not even greet: nothing is inside yet that could be lost.
            process.kill()?;
            process.wait()?;
            Err(error)
        }
    }
}

/// Names one keeper among all of a run.
fn keeper_marker(run: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{run}/{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

#[allow(clippy::disallowed_methods, reason = "this is where keepers, which start everything else, come from")]
fn launch(options: &Options, marker: &str, socket: UnixStream) -> io::Result<Child> {
    Command::new(&options.program)
        .arg(KEEPER_ARGUMENT)
        // Shown by ps, so that a person knows whose keeper this is; not read by anybody.
        .arg(&options.run)
        .env(RUN_MARKER, &options.run)
        .env(KEEPER_MARKER, marker)
        .stdin(OwnedFd::from(socket))
        .stdout(Stdio::null())
        // Away from the terminal's foreground group: Ctrl-C is for the supervisor to answer.
        .process_group(0)
        .spawn()
}

fn greet(socket: &UnixStream, setup: &Setup, door: Option<&UnixListener>) -> io::Result<Greeting> {
    socket.set_read_timeout(Some(GREETING_LIMIT))?;
    let descriptors: Vec<_> = door.iter().map(|door| door.as_fd()).collect();
    wire::send(socket, setup, &descriptors)?;
    let (greeting, _) = wire::receive(socket)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    socket.set_read_timeout(None)?;
    Ok(greeting)
}

/// After the keeper closed its socket: reaps it and, when it was killed before it could see everything inside end,
/// kills what carries its mark and waits for that.
fn bury(mut process: Child, marker: &str) {
    if !process.wait().is_ok_and(|status| status.success()) {
        sweep::kill_carriers(KEEPER_MARKER, marker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_attempt_is_always_none() {
        for (isolation, root, count) in
            [(Isolation::None, true, 1), (Isolation::None, false, 1), (Isolation::Allowed, false, 3)]
        {
            let attempts = attempts(isolation, root);
            assert_eq!(attempts.last(), Some(&Attempt { user: false, mount: false, pid: false }));
            if cfg!(target_os = "linux") {
                assert_eq!(attempts.len(), count);
            }
        }
    }

    #[test]
    fn root_first_tries_without_a_user_namespace() {
        if cfg!(target_os = "linux") {
            assert!(!attempts(Isolation::Allowed, true)[0].user);
            assert!(attempts(Isolation::Allowed, false)[0].user);
        }
    }
}

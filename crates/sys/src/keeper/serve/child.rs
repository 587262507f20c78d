//! Starting one child: everything between fork and exec.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use super::{identity, signals};
use crate::keeper::NotRootMeans;
use crate::keeper::wire::Spawn;
use crate::process::RunAs;

/// What every child of this keeper gets beside what was asked for.
pub(super) struct Household {
    /// The markers, [`crate::RUN_MARKER`] and [`crate::KEEPER_MARKER`].
    pub(super) markers: [(&'static str, String); 2],
    pub(super) not_root: NotRootMeans,
    /// Whether the kernel kills children with the keeper anyway.
    pub(super) pid_namespace: bool,
}

/// Starts a child in a session of its own. Returns its pid.
#[allow(clippy::disallowed_methods, reason = "this is the one place where everything is started")]
pub(super) fn start(household: &Household, spawn: &Spawn, streams: [OwnedFd; 3]) -> io::Result<i32> {
    let [stdin, stdout, stderr] = streams;
    let mut command = Command::new(&spawn.program.0);
    command
        .args(spawn.args.iter().map(|argument| &argument.0))
        .env_clear()
        .envs(spawn.env.iter().map(|(name, value)| (&name.0, &value.0)))
        .envs(household.markers.iter().map(|(name, value)| (name, value)))
        .current_dir(spawn.cwd.path())
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::from(stdout))
        .stderr(Stdio::from(stderr));
    let means = match spawn.run_as {
        RunAs::Same => NotRootMeans::AlreadyOrdinary,
        RunAs::NotRoot => household.not_root,
    };
    let keeper = (!household.pid_namespace).then(std::process::id);
    prepare_in_child(&mut command, means, keeper);
    match command.spawn() {
        Ok(child) => Ok(child.id() as i32),
        Err(error) => Err(explain(error, spawn)),
    }
}

#[allow(unsafe_code, reason = "std marks code between fork and exec so")]
fn prepare_in_child(command: &mut Command, means: NotRootMeans, keeper: Option<u32>) {
    // SAFETY: what is forbidden between fork and exec is to touch locks that another thread held. The keeper has one
    // thread.
    unsafe {
        command.pre_exec(move || {
            rustix::process::setsid()?;
            signals::reset_all();
            identity::leave_root(means)?;
            // Last, because a change of user takes it back.
            keeper.map_or(Ok(()), die_with_keeper)
        });
    }
}

#[cfg(target_os = "linux")]
fn die_with_keeper(keeper: u32) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let parent = rustix::process::getppid().map(|parent| parent.as_raw_nonzero().get() as u32);
    if parent == Some(keeper) { Ok(()) } else { Err(rustix::io::Errno::OWNERDEAD.into()) }
}

#[cfg(not(target_os = "linux"))]
fn die_with_keeper(_keeper: u32) -> io::Result<()> {
    Ok(())
}

/// The system reports a missing folder like a missing program; people look for the wrong one.
fn explain(error: io::Error, spawn: &Spawn) -> io::Error {
    let cwd = spawn.cwd.path();
    if error.kind() == io::ErrorKind::NotFound && !cwd.is_dir() {
        return io::Error::new(error.kind(), format!("the folder {} does not exist", cwd.display()));
    }
    error
}

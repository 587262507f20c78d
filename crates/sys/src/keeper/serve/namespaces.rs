//! Entering namespaces, and becoming the first process of one.

use std::fs;
use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, WaitOptions, getegid, geteuid, set_parent_process_death_signal, waitpid};
use rustix::thread::UnshareFlags;

use crate::keeper::wire::Attempt;

/// Enters the namespaces of this attempt. The process id namespace is entered by the next child only: see
/// [`become_init`].
pub(super) fn enter(attempt: Attempt) -> Result<(), String> {
    if attempt.user {
        let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
        enter_user_namespace((uid, uid), (gid, gid))
            .map_err(|error| format!("no user namespace: {error}"))?;
    }
    unshare(UnshareFlags::NEWNS).map_err(|error| format!("no mount namespace: {error}"))?;
    // PostgreSQL leaves a System V segment behind when it is killed; in a namespace, the kernel removes it.
    unshare(UnshareFlags::NEWIPC).map_err(|error| format!("no IPC namespace: {error}"))?;
    if attempt.pid {
        unshare(UnshareFlags::NEWPID).map_err(|error| format!("no process namespace: {error}"))?;
    }
    Ok(())
}

/// Enters a new user namespace in which the given outer ids are the given inner ones (`(inner, outer)`) and no others
/// exist. This mapping of the own ids alone is the one that every user may make.
pub(super) fn enter_user_namespace(uid: (u32, u32), gid: (u32, u32)) -> io::Result<()> {
    unshare(UnshareFlags::NEWUSER)?;
    // Without this the kernel refuses the group mapping: a process could drop a group that is denied something.
    write_proc("/proc/self/setgroups", "deny")?;
    write_proc("/proc/self/uid_map", &format!("{} {} 1", uid.0, uid.1))?;
    write_proc("/proc/self/gid_map", &format!("{} {} 1", gid.0, gid.1))
}

#[allow(
    clippy::disallowed_methods,
    reason = "these are switches of the kernel, not files that can be half written"
)]
pub(super) fn write_proc(path: &str, value: &str) -> io::Result<()> {
    fs::write(path, value)
}

#[allow(unsafe_code, reason = "rustix marks it so because of CLONE_FILES")]
pub(super) fn unshare(namespace: UnshareFlags) -> io::Result<()> {
    // SAFETY: only namespace flags are passed, never FILES: descriptors stay as they are.
    Ok(unsafe { rustix::thread::unshare_unsafe(namespace) }?)
}

/// Becomes process 1 of the new process id namespace. Returns in that process; the one that called stays outside,
/// waits for it, and ends as it ends.
pub(super) fn become_init() -> Result<(), String> {
    let (outer_lives, outer) = io::pipe().map_err(|error| error.to_string())?;
    match fork().map_err(|error| format!("cannot fork: {error}"))? {
        Some(init) => {
            let code = wait_for(init);
            drop(outer);
            std::process::exit(code)
        }
        None => {
            drop(outer);
            die_with_parent(&outer_lives);
            Ok(())
        }
    }
}

/// The kernel kills this process when its parent dies; if that has happened already, it ends here.
fn die_with_parent(parent_lives: &io::PipeReader) {
    // It can only fail for a number that is no signal.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let mut closed = [PollFd::new(parent_lives, PollFlags::IN)];
    if poll(&mut closed, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0) {
        std::process::exit(1);
    }
}

fn wait_for(child: rustix::process::Pid) -> i32 {
    loop {
        match waitpid(Some(child), WaitOptions::empty()) {
            Ok(Some((_, status))) => return status.exit_status().unwrap_or(1),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return 1,
        }
    }
}

/// Forks: the child's pid in the parent, nothing in the child.
#[allow(unsafe_code, reason = "no safe interface forks")]
pub(super) fn fork() -> io::Result<Option<rustix::process::Pid>> {
    // SAFETY: the keeper has one thread, so the child's copy of every lock and of the allocator is in order.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        pid => Ok(rustix::process::Pid::from_raw(pid)),
    }
}

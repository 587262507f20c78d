//! Not being root.

#[cfg(target_os = "linux")]
use std::collections::BTreeSet;
use std::io;

use crate::keeper::NotRootMeans;

/// The user that root's own files seem to belong to in a nested user namespace. Any number but 0 would do; this is
/// the first ordinary user on most machines, so that a look-up of its name mostly succeeds.
#[cfg(target_os = "linux")]
const INNER_ID: u32 = 1000;

/// Where a free user id is looked for: the range that systemd sets aside for users that exist only for a while, which
/// distributions therefore keep free.
#[cfg(target_os = "linux")]
const FREE_IDS: std::ops::Range<u32> = 61184..65520;

/// How a process can be made not to be root, for the place where this process is.
pub(super) fn not_root_means() -> NotRootMeans {
    if !rustix::process::geteuid().is_root() {
        return NotRootMeans::AlreadyOrdinary;
    }
    root_means()
}

#[cfg(target_os = "linux")]
fn root_means() -> NotRootMeans {
    if succeeds_in_a_fork(become_inner_user) {
        return NotRootMeans::UserNamespace;
    }
    let Some((uid, gid)) = somebody_else() else { return NotRootMeans::Refused };
    // In a user namespace that maps root alone there is nobody else to become.
    if succeeds_in_a_fork(|| set_ids(uid, gid)) {
        NotRootMeans::SetUid { uid, gid }
    } else {
        NotRootMeans::Refused
    }
}

#[cfg(not(target_os = "linux"))]
fn root_means() -> NotRootMeans {
    // An account that macOS sets aside for having no rights: `nobody`.
    NotRootMeans::SetUid { uid: 4_294_967_294, gid: 4_294_967_294 }
}

/// Stops being root. For a child before it executes.
pub(super) fn leave_root(means: NotRootMeans) -> io::Result<()> {
    match means {
        NotRootMeans::AlreadyOrdinary => Ok(()),
        #[cfg(target_os = "linux")]
        NotRootMeans::UserNamespace => become_inner_user(),
        #[cfg(not(target_os = "linux"))]
        NotRootMeans::UserNamespace => Err(rustix::io::Errno::NOTSUP.into()),
        NotRootMeans::SetUid { uid, gid } => set_ids(uid, gid),
        NotRootMeans::Refused => Err(rustix::io::Errno::PERM.into()),
    }
}

#[cfg(target_os = "linux")]
fn become_inner_user() -> io::Result<()> {
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    super::namespaces::enter_user_namespace((INNER_ID, uid), (INNER_ID, gid))
}

#[cfg(target_os = "linux")]
fn set_ids(uid: u32, gid: u32) -> io::Result<()> {
    use rustix::thread::{Gid, Uid, set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    // Groups first: afterwards there is no right left to drop them.
    set_thread_groups(&[])?;
    set_thread_res_gid(gid, gid, gid)?;
    Ok(set_thread_res_uid(uid, uid, uid)?)
}

#[cfg(not(target_os = "linux"))]
#[allow(unsafe_code, reason = "no safe interface changes the user of a whole process")]
fn set_ids(uid: u32, gid: u32) -> io::Result<()> {
    // SAFETY: these take plain numbers and an empty list; the process has one thread.
    let done = unsafe {
        libc::setgroups(0, std::ptr::null()) == 0 && libc::setgid(gid) == 0 && libc::setuid(uid) == 0
    };
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Who root can become: the account `nobody`, else an id of the range that no account and no running process has.
/// An account is better than none: initdb looks its user's name up, and ends when there is no such name.
#[cfg(target_os = "linux")]
fn somebody_else() -> Option<(u32, u32)> {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    if let Some(nobody) = ids(&accounts).find_map(|(name, uid, gid)| (name == "nobody").then_some((uid, gid)))
    {
        return Some(nobody);
    }
    let taken: BTreeSet<u32> = ids(&accounts).map(|(_, uid, _)| uid).chain(crate::procfs::users()).collect();
    FREE_IDS.into_iter().find(|id| !taken.contains(id)).map(|id| (id, id))
}

/// The name, user id and group id of every account.
#[cfg(target_os = "linux")]
fn ids(passwd: &str) -> impl Iterator<Item = (&str, u32, u32)> + '_ {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let (name, _) = (fields.next()?, fields.next()?);
        Some((name, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    })
}

/// Tries something irrevocable in a process that ends right after.
#[cfg(target_os = "linux")]
fn succeeds_in_a_fork(attempt: impl FnOnce() -> io::Result<()>) -> bool {
    use rustix::process::{WaitOptions, waitpid};
    match super::namespaces::fork() {
        Ok(None) => std::process::exit(i32::from(attempt().is_err())),
        Ok(Some(child)) => {
            let ended = rustix::io::retry_on_intr(|| waitpid(Some(child), WaitOptions::empty()));
            matches!(ended, Ok(Some((_, status))) if status.exit_status() == Some(0))
        }
        Err(_) => false,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nbroken\nme:x:1000:1000::/home/me:/bin/sh\n";
        assert_eq!(ids(passwd).collect::<Vec<_>>(), [("root", 0, 0), ("me", 1000, 1000)]);
    }
}

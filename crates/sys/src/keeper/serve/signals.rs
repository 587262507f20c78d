//! The keeper's own signals: they become bytes in a pipe, so that the one loop hears of everything in one way.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};

/// The writing end of the pipe, for the handler.
static OUTBOX: AtomicI32 = AtomicI32::new(-1);

/// What the terminal, or a person, may send to a keeper by accident.
const IGNORED: [libc::c_int; 6] =
    [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGTTOU, libc::SIGTTIN];

/// What the loop wants to hear of.
const HEARD: [libc::c_int; 2] = [libc::SIGCHLD, libc::SIGTERM];

/// The pipe that signals arrive in.
pub(super) struct Inbox(File);

/// What arrived.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    /// Somebody asked the keeper to end.
    pub(super) terminate: bool,
}

/// Starts listening. Call it once, in the process that will serve.
pub(super) fn install() -> io::Result<Inbox> {
    let (inbox, outbox) = io::pipe()?;
    for end in [OwnedFd::from(inbox.try_clone()?), outbox.try_clone()?.into()] {
        // Set on the open pipe itself, and so on every descriptor of it: neither reading nor the handler may block.
        rustix::io::ioctl_fionbio(&end, true)?;
    }
    // The handler needs it for as long as the process lives.
    OUTBOX.store(outbox.as_raw_fd(), Ordering::Relaxed);
    std::mem::forget(outbox);
    for signal in HEARD {
        listen_to(signal);
    }
    for signal in IGNORED {
        ignore(signal);
    }
    Ok(Inbox(OwnedFd::from(inbox).into()))
}

impl Inbox {
    /// Empties the pipe.
    pub(super) fn read(&mut self) -> Heard {
        let mut heard = Heard::default();
        let mut bytes = [0; 64];
        while let Ok(count @ 1..) = self.0.read(&mut bytes) {
            heard.terminate |= bytes[..count].contains(&(libc::SIGTERM as u8));
        }
        heard
    }
}

impl std::os::fd::AsFd for Inbox {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Gives every signal its default effect again, as a new program expects. For a child before it executes.
#[allow(unsafe_code, reason = "no safe interface sets a signal's disposition")]
pub(super) fn reset_all() {
    // All that Linux has; macOS ends at 31.
    for signal in 1..=64 {
        // SAFETY: SIG_DFL is a valid disposition for every signal, and setting it runs no code. Numbers that are no
        // signal, or one that cannot be changed, are refused, which changes nothing.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

#[allow(unsafe_code, reason = "no safe interface sets a signal's disposition")]
fn ignore(signal: libc::c_int) {
    // SAFETY: SIG_IGN is a valid disposition for these signals, and setting it runs no code.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

#[allow(unsafe_code, reason = "no safe interface sets a signal's disposition")]
fn listen_to(signal: libc::c_int) {
    let handler = note as extern "C" fn(libc::c_int);
    // SAFETY: the handler has the signature that signal(2) asks for and does only what is safe in a handler.
    unsafe { libc::signal(signal, handler as libc::sighandler_t) };
}

#[allow(unsafe_code, reason = "only write(2) itself may be called in a handler")]
extern "C" fn note(signal: libc::c_int) {
    let byte = signal as u8;
    // SAFETY: write(2) is safe in a handler; the pointer is to one byte that lives through the call. A full pipe is
    // fine: the loop has been woken already. errno is kept for whatever was interrupted.
    unsafe {
        let errno = errno();
        let saved = *errno;
        libc::write(OUTBOX.load(Ordering::Relaxed), (&raw const byte).cast(), 1);
        *errno = saved;
    }
}

#[allow(unsafe_code, reason = "errno is reached through a pointer")]
fn errno() -> *mut libc::c_int {
    // SAFETY: these functions have no preconditions and return this thread's errno.
    #[cfg(target_vendor = "apple")]
    unsafe {
        libc::__error()
    }
    // SAFETY: as above.
    #[cfg(not(target_vendor = "apple"))]
    unsafe {
        libc::__errno_location()
    }
}

//! What people and machines send to a supervisor to make it stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// A wish that this process stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Ctrl-C (SIGINT).
    Interrupt,
    /// SIGTERM, or SIGHUP when the terminal was closed.
    Terminate,
}

/// The stream of such wishes. From its creation on, they no longer end this process by themselves.
#[derive(Debug)]
pub struct Stops {
    interrupt: Signal,
    terminate: Signal,
    /// None where whoever started this process wants it to outlive its terminal, as `nohup` does.
    hang_up: Option<Signal>,
}

impl Stops {
    /// Starts listening. Needs a tokio runtime with I/O enabled.
    pub fn listen() -> io::Result<Stops> {
        Ok(Stops {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if hang_up_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    /// Waits for the next. May be cancelled and called again.
    pub async fn next(&mut self) -> Stop {
        tokio::select! {
            _ = self.interrupt.recv() => Stop::Interrupt,
            _ = self.terminate.recv() => Stop::Terminate,
            () = heard(self.hang_up.as_mut()) => Stop::Terminate,
        }
    }
}

/// Waits for a signal that is listened to; for ever for one that is not.
async fn heard(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// Whether this process was started with SIGHUP ignored. Asked before anything of this process listens to it.
#[allow(unsafe_code, reason = "no safe interface tells what a signal does")]
fn hang_up_is_ignored() -> bool {
    let mut now = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action the call only fills in the present one, which is read only when it says it did.
    unsafe {
        libc::sigaction(libc::SIGHUP, std::ptr::null(), now.as_mut_ptr()) == 0
            && now.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::{Signal, getpid, kill_process};

    use super::*;

    #[tokio::test]
    async fn each_wish_is_told_apart() {
        let mut stops = Stops::listen().unwrap();
        for (signal, stop) in
            [(Signal::INT, Stop::Interrupt), (Signal::TERM, Stop::Terminate), (Signal::HUP, Stop::Terminate)]
        {
            kill_process(getpid(), signal).unwrap();
            assert_eq!(stops.next().await, stop, "{signal:?}");
        }
    }
}

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
    hang_up: Signal,
}

impl Stops {
    /// Starts listening. Needs a tokio runtime with I/O enabled.
    pub fn listen() -> io::Result<Stops> {
        Ok(Stops {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next. May be cancelled and called again.
    pub async fn next(&mut self) -> Stop {
        tokio::select! {
            _ = self.interrupt.recv() => Stop::Interrupt,
            _ = self.terminate.recv() => Stop::Terminate,
            _ = self.hang_up.recv() => Stop::Terminate,
        }
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

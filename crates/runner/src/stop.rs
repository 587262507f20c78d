//! How a suite's process is brought to its end.

use std::time::Duration;

use testyard_sys::process::{Child, Exit, Signal};

use crate::lookout::{Alarm, Lookout};

/// How long a process may take to end by itself after it was asked to.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// How long a process that is past its time limit may take to end on SIGTERM.
const LATE_GRACE: Duration = Duration::from_secs(2);

/// How long pytest gets to write its stacks before it is ended.
const DUMP: Duration = Duration::from_millis(500);

/// The signal that asks a process politely: pytest reports what it has on SIGINT and dies silently on SIGTERM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    /// A process that listens: SIGINT, and stacks on SIGQUIT.
    Pytest,
    /// Any other process.
    Command,
}

/// Stops a process for that reason.
pub(crate) async fn stop(child: &mut Child, manners: Manners, alarm: &Alarm, lookout: &mut Lookout) -> Exit {
    match alarm {
        Alarm::Cancelled(level) if *level > 1 => child.stop(Signal::KILL, Duration::ZERO).await,
        Alarm::Cancelled(_) => {
            let signal = if manners == Manners::Pytest { Signal::INT } else { Signal::TERM };
            tokio::select! {
                exit = child.stop(signal, GRACE) => return exit,
                () = lookout.hurry() => {}
            }
            child.stop(Signal::KILL, Duration::ZERO).await
        }
        // What its tests would still do without their service is of no use to anybody.
        Alarm::Died(_) => child.stop(Signal::TERM, LATE_GRACE).await,
        Alarm::Late(_) => {
            if manners == Manners::Pytest {
                child.signal(Signal::QUIT).await;
                // It does not end on that signal, so the time is always spent; unless it ended just now.
                let _ = tokio::time::timeout(DUMP, child.wait()).await;
            }
            child.stop(Signal::TERM, LATE_GRACE).await
        }
    }
}

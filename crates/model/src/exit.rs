//! Exit codes: the part of the contract that shells and CI read.

use crate::Verdict;

/// An exit code of `testyard`. The numbers are public interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Passed, or the verb did what it was asked.
    Passed = 0,
    /// The project under test is wrong.
    Failed = 1,
    /// The command line or a configuration file is wrong.
    Usage = 2,
    /// The infrastructure could not be provided.
    Blocked = 3,
    /// No test was selected.
    Empty = 4,
    /// The run's supervisor died.
    Lost = 5,
    /// The run was cancelled.
    Cancelled = 6,
    /// The run is still going on.
    Running = 7,
    /// A defect in testyard itself.
    Defect = 70,
    /// Another run of this project holds the lock.
    Busy = 75,
}

impl Exit {
    const ALL: [Exit; 10] = [
        Exit::Passed,
        Exit::Failed,
        Exit::Usage,
        Exit::Blocked,
        Exit::Empty,
        Exit::Lost,
        Exit::Cancelled,
        Exit::Running,
        Exit::Defect,
        Exit::Busy,
    ];

    /// The exit code of that number; none for a number that is none of them.
    pub fn of(code: u8) -> Option<Exit> {
        Exit::ALL.into_iter().find(|exit| exit.code() == code)
    }

    /// The number the process exits with.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Exit {
        match verdict {
            Verdict::Passed => Exit::Passed,
            Verdict::Failed => Exit::Failed,
            Verdict::Blocked => Exit::Blocked,
            Verdict::Cancelled => Exit::Cancelled,
            Verdict::Lost => Exit::Lost,
            Verdict::Empty => Exit::Empty,
        }
    }
}

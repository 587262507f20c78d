//! The children: who asked for which, which still live, and how they end.

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, wait};

use super::child::{self, Household};
use crate::keeper::wire::Spawn;
use crate::process::Exit;
use crate::procfs;

/// Who asked for a child: the supervisor or a visitor, and the ticket under which they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Asker {
    pub(super) connection: u64,
    pub(super) ticket: u64,
}

/// The children.
pub(super) struct Children {
    household: Household,
    by_asker: HashMap<Asker, Record>,
    by_pid: HashMap<i32, Asker>,
}

struct Record {
    pid: i32,
    alive: bool,
}

impl Children {
    pub(super) fn new(household: Household) -> Children {
        Children { household, by_asker: HashMap::new(), by_pid: HashMap::new() }
    }

    /// Starts a child. Returns its pid.
    pub(super) fn start(&mut self, asker: Asker, spawn: &Spawn, streams: [OwnedFd; 3]) -> io::Result<i32> {
        let pid = child::start(&self.household, spawn, streams)?;
        // An ended child of the same pid has no session left, or the kernel would not have given its number away.
        if let Some(ended) = self.by_pid.insert(pid, asker) {
            self.by_asker.remove(&ended);
        }
        self.by_asker.insert(asker, Record { pid, alive: true });
        Ok(pid)
    }

    /// Takes in everybody who has ended, adopted orphans too, and returns the children among them.
    pub(super) fn reap(&mut self) -> Vec<(Asker, Exit)> {
        let mut ended = Vec::new();
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let exit = match (status.exit_status(), status.terminating_signal()) {
                (Some(code), _) => Exit::Code(code),
                (None, Some(signal)) => Exit::Signal(signal),
                // Stopped or continued; not asked for, and no end.
                (None, None) => continue,
            };
            if let Some((asker, record)) = self.alive(pid.as_raw_nonzero().get()) {
                record.alive = false;
                ended.push((asker, exit));
            }
        }
        ended
    }

    fn alive(&mut self, pid: i32) -> Option<(Asker, &mut Record)> {
        let asker = *self.by_pid.get(&pid)?;
        self.by_asker.get_mut(&asker).filter(|record| record.alive).map(|record| (asker, record))
    }

    /// Signals a child's session.
    pub(super) fn signal(&self, asker: Asker, signal: Signal) {
        self.signal_sessions(self.by_asker.get(&asker).into_iter(), signal);
    }

    /// Kills everything that a connection asked for, and forgets it.
    pub(super) fn abandon(&mut self, connection: u64) {
        let theirs = self.by_asker.iter().filter(|(asker, _)| asker.connection == connection);
        self.signal_sessions(theirs.map(|(_, record)| record), Signal::KILL);
        self.by_asker.retain(|asker, _| asker.connection != connection);
        self.by_pid.retain(|_, asker| asker.connection != connection);
    }

    /// Every child that lives.
    pub(super) fn living(&self) -> impl Iterator<Item = i32> + '_ {
        self.by_asker.values().filter(|record| record.alive).map(|record| record.pid)
    }

    /// The groups in one go, then whoever moved to another group of the session. Once a leader has ended, its number
    /// may mean somebody else, so only processes that carry our mark are signalled.
    fn signal_sessions<'a>(&self, records: impl Iterator<Item = &'a Record>, signal: Signal) {
        let alive: HashMap<i32, bool> = records.map(|record| (record.pid, record.alive)).collect();
        for group in alive.iter().filter(|(_, alive)| **alive).filter_map(|(pid, _)| Pid::from_raw(*pid)) {
            // An error means that all of them have just ended.
            let _ = kill_process_group(group, signal);
        }
        if alive.is_empty() {
            return;
        }
        let (name, value) = &self.household.markers[1];
        for member in procfs::processes() {
            let Some(alive) = alive.get(&member.session) else { continue };
            let reached = *alive && member.group == member.session;
            if !reached && procfs::carries(member.pid, name, value) {
                let _ = Pid::from_raw(member.pid).map(|pid| kill_process(pid, signal));
            }
        }
    }
}

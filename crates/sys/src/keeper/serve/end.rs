//! The end: nothing that this keeper started may outlive it.

use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::children::Children;
use crate::procfs;

/// How often the descendants are looked through before the rest is left to the next sweep. Each round kills all that
/// are seen, so only something that forks as fast as it is killed needs more than a few.
const ROUNDS: usize = 1000;

/// Kills everything inside. In a process id namespace the kernel does so by itself, and completely, when this process
/// ends.
pub(super) fn kill_everything(children: &mut Children, pid_namespace: bool) {
    if pid_namespace {
        return;
    }
    for group in children.living().filter_map(Pid::from_raw) {
        // An error means that it has just ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
    for _ in 0..ROUNDS {
        children.reap();
        // Orphans come to this process, so that whatever it started, however far away, stays a descendant.
        let left = procfs::descendants(std::process::id() as i32);
        if left.is_empty() {
            return;
        }
        for pid in left.into_iter().filter_map(Pid::from_raw) {
            let _ = kill_process(pid, Signal::KILL);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

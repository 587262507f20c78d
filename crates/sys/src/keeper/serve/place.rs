//! Where the keeper's processes will live: entering it, and what came of that.

use super::identity;
#[cfg(target_os = "linux")]
use super::{mounts, namespaces, network};
use crate::keeper::facts::Facts;
use crate::keeper::wire::{Greeting, Setup};

/// Where the keeper's processes live.
pub(super) struct Place {
    pub(super) facts: Facts,
    /// What the machine's own `/etc/hosts` says.
    #[cfg(target_os = "linux")]
    pub(super) machine_hosts: String,
    /// The keeper's own pid in the supervisor's numbering.
    root_pid: i32,
}

impl Place {
    /// Enters the place that this setup asks for. Returns in the process that is to serve, which may be another one
    /// than was called. The error says what this attempt failed at.
    pub(super) fn enter(setup: &Setup) -> Result<Place, String> {
        let mut facts = nothing_special(setup);
        // Read before it is covered.
        let machine_hosts = machine_hosts();
        let root_pid = isolate(setup, &mut facts, &machine_hosts)?;
        // Asked last: what a process may do about its identity depends on the namespace it is in.
        facts.not_root = identity::not_root_means();
        Ok(Place {
            facts,
            #[cfg(target_os = "linux")]
            machine_hosts,
            root_pid,
        })
    }

    pub(super) fn greeting(&self) -> Greeting {
        Greeting::Ready { facts: self.facts.clone(), root_pid: self.root_pid }
    }
}

/// Where the file cannot be read, nothing but our own names and localhost will resolve inside, as it did outside.
fn machine_hosts() -> String {
    std::fs::read_to_string("/etc/hosts").unwrap_or_default()
}

fn nothing_special(setup: &Setup) -> Facts {
    Facts {
        pid_namespace: false,
        mount_namespace: false,
        user_namespace: false,
        private_network: false,
        private_hosts: false,
        scratch: setup.scratch.clone().into(),
        scratch_is_tmpfs: false,
        not_root: crate::keeper::NotRootMeans::Refused,
        refusals: setup.refusals.clone(),
    }
}

#[cfg(target_os = "linux")]
fn isolate(setup: &Setup, facts: &mut Facts, machine_hosts: &str) -> Result<i32, String> {
    let attempt = setup.attempt;
    if !attempt.mount {
        adopt_orphans()?;
        refuse_everything(setup, facts);
        return own_pid();
    }
    namespaces::enter(attempt)?;
    if setup.private_network {
        match network::enter() {
            Ok(()) => facts.private_network = true,
            Err(refusal) => facts.refusals.push(refusal),
        }
    }
    if attempt.pid {
        namespaces::become_init()?;
    } else {
        adopt_orphans()?;
    }
    // Before /proc is replaced: its numbers are still the supervisor's.
    let root_pid = own_pid()?;
    (facts.pid_namespace, facts.mount_namespace, facts.user_namespace) = (attempt.pid, true, attempt.user);
    mounts::prepare(setup, facts, machine_hosts)?;
    Ok(root_pid)
}

/// A process whose parent died comes to the keeper, not to the machine's init.
#[cfg(target_os = "linux")]
fn adopt_orphans() -> Result<(), String> {
    // The value is only a flag here; any pid means yes.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .map_err(|error| format!("the keeper cannot adopt orphans: {error}"))
}

#[cfg(target_os = "linux")]
fn own_pid() -> Result<i32, String> {
    let own = std::fs::read_link("/proc/self").map_err(|error| format!("cannot read /proc/self: {error}"))?;
    own.to_str().and_then(|pid| pid.parse().ok()).ok_or_else(|| "/proc/self names no process".to_owned())
}

#[cfg(not(target_os = "linux"))]
fn isolate(setup: &Setup, facts: &mut Facts, _machine_hosts: &str) -> Result<i32, String> {
    refuse_everything(setup, facts);
    Ok(std::process::id() as i32)
}

/// Without namespaces nothing is private; what was asked for is named.
fn refuse_everything(setup: &Setup, facts: &mut Facts) {
    for (asked, what) in [
        (setup.private_network, "private network"),
        (!setup.hosts.is_empty(), "private host names"),
        (setup.scratch_bytes.is_some(), "private tmpfs"),
    ] {
        if asked {
            facts.refusals.push(format!("no {what}: there are no namespaces here"));
        }
    }
}

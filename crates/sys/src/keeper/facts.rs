//! What a keeper turned out to be able to do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a keeper turned out to be able to do on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The keeper is PID 1 of its own namespace: the kernel itself removes all of its processes with it.
    pub pid_namespace: bool,
    /// Mounts made by the keeper are seen by its processes only.
    pub mount_namespace: bool,
    /// The namespaces belong to an ordinary user's user namespace.
    pub user_namespace: bool,
    /// The processes have a network of their own.
    pub private_network: bool,
    /// The asked-for names resolve inside.
    pub private_hosts: bool,
    /// The scratch folder, as the processes inside see it.
    pub scratch: PathBuf,
    /// The scratch folder is a tmpfs that vanishes with the keeper.
    pub scratch_is_tmpfs: bool,
    /// How a process can be run that must not be root.
    pub not_root: NotRootMeans,
    /// What was asked for and refused, one sentence each, with the system's reason.
    pub refusals: Vec<String>,
}

/// How [`crate::process::RunAs::NotRoot`] is done here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotRootMeans {
    /// The user is not root to begin with.
    AlreadyOrdinary,
    /// A nested user namespace shows root's own files as those of user 1000. Files need no other owner.
    UserNamespace,
    /// The process becomes this user: files it shall write must be given to it first. The account `nobody` where the
    /// machine has one, else a number that nobody uses.
    SetUid {
        /// The user id.
        uid: u32,
        /// The group id.
        gid: u32,
    },
    /// Neither works here: such a process cannot be started.
    Refused,
}

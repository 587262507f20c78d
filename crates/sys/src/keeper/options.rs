//! What a keeper is asked to be.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One line of `/etc/hosts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostEntry {
    /// The address.
    pub ip: IpAddr,
    /// The names that resolve to it.
    pub names: Vec<String>,
}

/// The network that a keeper's processes see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// The machine's own.
    Host,
    /// One of their own, with nothing but a loopback interface: every port is free, nobody else can connect, and
    /// the world cannot be reached. Falls back to [`Network::Host`] where refused; see [`super::Facts`].
    Private,
}

/// Whether a keeper may use namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Isolation {
    /// As many as the kernel grants.
    Allowed,
    /// None: the processes see the machine as the user does. Right for installing packages.
    None,
}

/// What a keeper is asked to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// The binary to run as a keeper; it must call [`super::serve_if_keeper`]. See [`this_program`].
    pub program: PathBuf,
    /// The run's id, which every process gets as [`crate::RUN_MARKER`].
    pub run: String,
    /// Names that resolve inside, before those of the machine.
    pub hosts: Vec<HostEntry>,
    /// The network inside.
    pub network: Network,
    /// Whether to use namespaces.
    pub isolation: Isolation,
    /// The size limit, in bytes, of a tmpfs that only this keeper's processes see; `None` keeps the scratch on disk.
    pub scratch_bytes: Option<u64>,
    /// The scratch folder: what lies here on disk is used when there is no private tmpfs, and the tmpfs is mounted
    /// on it when there is, so that the path is the same either way. It is created when missing and belongs to the
    /// caller, who removes it. Keep it short when sockets shall live in it: their paths end at 107 bytes.
    pub scratch_fallback: PathBuf,
    /// Where to listen for other processes of the same user, see [`super::Keeper::visit`]. It must not lie in the
    /// scratch folder.
    pub door: Option<PathBuf>,
}

impl Options {
    /// A keeper without any isolation: cheap, and its processes see the machine as the user does.
    pub fn plain(run: impl Into<String>, scratch: impl Into<PathBuf>) -> io::Result<Options> {
        Ok(Options {
            program: this_program()?,
            run: run.into(),
            hosts: Vec::new(),
            network: Network::Host,
            isolation: Isolation::None,
            scratch_bytes: None,
            scratch_fallback: scratch.into(),
            door: None,
        })
    }
}

/// The running binary, as a path that can be executed even when the file was replaced meanwhile (on Linux).
pub fn this_program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") { Ok(PathBuf::from("/proc/self/exe")) } else { std::env::current_exe() }
}

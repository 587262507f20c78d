//! Files and folders that a service sees.

use std::path::PathBuf;

use testyard_model::Place;

/// What stands behind a mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeKind {
    /// A file or folder of this machine, absolute.
    Bind(PathBuf),
    /// A volume of that key at the top level, or an anonymous one.
    Volume(Option<String>),
    /// Memory, of at most so many bytes when a size is written.
    Tmpfs(Option<u64>),
    /// Another kind that only a container engine has: `npipe`, `cluster`, `image`, with its source.
    Other(String, Option<String>),
}

/// One entry of `volumes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeMount {
    /// What stands behind it.
    pub kind: VolumeKind,
    /// The path the service sees it under.
    pub target: String,
    /// Whether the service may not change it.
    pub read_only: bool,
    /// Whether a missing bind source is made as a folder: so for the short form, and by default for the long one.
    pub create_host_path: bool,
    /// The part of a volume that is mounted.
    pub subpath: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// One entry of `tmpfs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tmpfs {
    /// The path the service sees it under.
    pub target: String,
    /// Mount options as written, `size=64m,mode=755`; empty when there are none.
    pub options: String,
    /// Where it stands.
    pub place: Place,
}

/// A secret that a service is given as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMount {
    /// Its key at the top level.
    pub source: String,
    /// The path the service sees it under: `/run/secrets/<source>` when not said.
    pub target: String,
    /// Its permission bits, when said.
    pub mode: Option<u32>,
    /// Where it stands.
    pub place: Place,
}

/// A config that a service is given as a file: `/<source>` when no target is said.
pub type ConfigMount = FileMount;

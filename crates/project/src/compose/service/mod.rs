//! The services of compose files in one canonical form.
//!
//! What lives here: plain types, one field a key, every short form brought to its long one, every value of a known
//! type, every relative path made absolute. What does not: how they are read from a tree (`read`), and what a run
//! makes of them (the lowering).

mod network;
mod port;
mod run;
mod storage;

pub use network::{Attachment, ExtraHost, Link};
pub use port::{Exposed, Port, PortRange, Protocol};
pub use run::{
    Build, Dependency, HealthCheck, HealthTest, InlineOrFile, Limits, Logging, PullPolicy, Resources,
};
pub use storage::{ConfigMount, FileMount, Tmpfs, VolumeKind, VolumeMount};

use std::collections::BTreeMap;
use std::time::Duration;

use testyard_model::Place;

/// One service. A field that was not written is `None` or empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its key under `services`, which is also its host name.
    pub name: String,
    /// Where its key stands, in the last file that defines it.
    pub place: Place,
    /// Where each of its keys stands, by dotted path: `image`, `environment.POSTGRES_DB`, `ports.0`. See
    /// [`Service::place_of`].
    pub places: BTreeMap<String, Place>,
    /// Whether the active profiles include it, or another active service requires it.
    pub active: bool,
    /// The profiles it belongs to. None means always active.
    pub profiles: Vec<String>,

    /// `image`, after interpolation.
    pub image: Option<String>,
    /// `build`.
    pub build: Option<Build>,
    /// `pull_policy`.
    pub pull_policy: Option<PullPolicy>,
    /// `platform`: `linux/arm64`.
    pub platform: Option<String>,

    /// `entrypoint`, split into words. Empty means that the image's own is dropped.
    pub entrypoint: Option<Vec<String>>,
    /// `command`, split into words. Empty means that the image's own is dropped.
    pub command: Option<Vec<String>>,
    /// `working_dir`, a path inside the container.
    pub working_dir: Option<String>,
    /// `user`: a name or id, perhaps with a group.
    pub user: Option<String>,
    /// `init`: whether a small init process reaps children.
    pub init: Option<bool>,
    /// `environment` over all `env_file`s. Names without a value are resolved; see `unset`.
    pub environment: BTreeMap<String, String>,
    /// Names in `environment` without a value that no variable resolves: they stay unset in the container.
    pub unset: Vec<String>,

    /// `ports`, with ranges of equal length unrolled to single ports.
    pub ports: Vec<Port>,
    /// `expose`, with ranges unrolled.
    pub expose: Vec<Exposed>,
    /// `networks`; the network `default` when neither networks nor a network mode are written.
    pub networks: Vec<Attachment>,
    /// `network_mode`: `host`, `none`, `service:other`.
    pub network_mode: Option<String>,
    /// `links`.
    pub links: Vec<Link>,
    /// `extra_hosts`.
    pub extra_hosts: Vec<ExtraHost>,
    /// `hostname`.
    pub hostname: Option<String>,
    /// `container_name`.
    pub container_name: Option<String>,

    /// `volumes`.
    pub volumes: Vec<VolumeMount>,
    /// `tmpfs`.
    pub tmpfs: Vec<Tmpfs>,
    /// `secrets`, resolved against the top level.
    pub secrets: Vec<FileMount>,
    /// `configs`, resolved against the top level.
    pub configs: Vec<ConfigMount>,

    /// `depends_on`.
    pub depends_on: Vec<Dependency>,
    /// `healthcheck`.
    pub healthcheck: Option<HealthCheck>,
    /// `restart`: `no`, `always`, `on-failure[:n]`, `unless-stopped`.
    pub restart: Option<String>,
    /// `stop_signal`: `SIGINT`.
    pub stop_signal: Option<String>,
    /// `stop_grace_period`.
    pub stop_grace_period: Option<Duration>,

    /// `deploy.resources`, with `mem_limit`, `mem_reservation`, `cpus` and `pids_limit` filled in.
    pub resources: Resources,
    /// `scale` or `deploy.replicas`.
    pub replicas: Option<u32>,
    /// `shm_size`, in bytes.
    pub shm_size: Option<u64>,
    /// `labels`, over all `label_file`s.
    pub labels: BTreeMap<String, String>,
    /// `logging`.
    pub logging: Option<Logging>,

    /// Keys that compose knows and that have no field here, such as `cap_add`: nothing acts on them.
    pub untyped: Vec<String>,
    /// `x-…`, as they were written.
    pub extensions: BTreeMap<String, serde_json::Value>,
}

impl Service {
    /// A service of that name with nothing written in it.
    pub fn new(name: impl Into<String>, place: Place) -> Service {
        Service {
            name: name.into(),
            place,
            places: BTreeMap::new(),
            active: true,
            profiles: Vec::new(),
            image: None,
            build: None,
            pull_policy: None,
            platform: None,
            entrypoint: None,
            command: None,
            working_dir: None,
            user: None,
            init: None,
            environment: BTreeMap::new(),
            unset: Vec::new(),
            ports: Vec::new(),
            expose: Vec::new(),
            networks: Vec::new(),
            network_mode: None,
            links: Vec::new(),
            extra_hosts: Vec::new(),
            hostname: None,
            container_name: None,
            volumes: Vec::new(),
            tmpfs: Vec::new(),
            secrets: Vec::new(),
            configs: Vec::new(),
            depends_on: Vec::new(),
            healthcheck: None,
            restart: None,
            stop_signal: None,
            stop_grace_period: None,
            resources: Resources::default(),
            replicas: None,
            shm_size: None,
            labels: BTreeMap::new(),
            logging: None,
            untyped: Vec::new(),
            extensions: BTreeMap::new(),
        }
    }

    /// Where a key of this service stands: the place of the path itself, else of the nearest key above it, else of
    /// the service. Paths are dotted: `image`, `environment.POSTGRES_DB`, `ports.0`.
    pub fn place_of(&self, path: &str) -> &Place {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return place;
            }
            match path.rsplit_once('.') {
                Some((above, _)) => path = above,
                None => return &self.place,
            }
        }
    }

    /// Every other name that reaches this service on a network: aliases, `hostname`, `container_name`.
    pub fn aliases(&self) -> Vec<&str> {
        let attached = self.networks.iter().flat_map(|network| network.aliases.iter());
        let own = self.hostname.iter().chain(&self.container_name);
        let mut names: Vec<&str> =
            attached.chain(own).map(String::as_str).filter(|name| *name != self.name).collect();
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(*name));
        names
    }
}

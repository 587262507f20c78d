//! One compose service as the plan holds it.

use std::time::Duration;

use testyard_model::image;
use testyard_model::plan::{
    Dependency, HealthCheck, HealthTest, Mount, PublishedPort, READY_WITHIN_MS, STOP_GRACE_MS, ServicePlan,
};

use super::base_image;
use crate::compose::service::{self as written, Protocol, VolumeKind};
use crate::compose::{ComposeProject, MaterialSource, Service};

/// Docker's own defaults for health checks.
const INTERVAL: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(30);
const RETRIES: u32 = 3;
/// The bounds between which a service's own health check says how long it may take to be ready.
const READY_AT_LEAST: Duration = Duration::from_millis(READY_WITHIN_MS);
const READY_AT_MOST: Duration = Duration::from_secs(300);

/// A service of the compose files.
pub(super) fn lower(compose: &ComposeProject, service: &Service) -> ServicePlan {
    let health = service.healthcheck.as_ref().and_then(health);
    let mut unused = unused_keys(service);
    let mut mounts = mounts(compose, service, &mut unused);
    let built = base_image::of(service).unwrap_or_default();
    let image = if service.build.is_some() { Some(built.image) } else { service.image.clone() };
    let image = image.filter(|image| !image.is_empty());
    if service.build.is_some() && image.is_some() {
        unused.retain(|key| key != "build");
    }
    // What is mounted lies over what the image holds.
    mounts.splice(0..0, built.mounts);
    let mut environment = built.environment;
    environment.extend(service.environment.clone());
    ServicePlan {
        want: image.as_deref().and_then(image::want),
        image: image.or_else(|| service.image.clone()),
        environment,
        entrypoint: service.entrypoint.clone(),
        command: service.command.clone().or(built.command),
        aliases: aliases(compose, service),
        published: published(service),
        exposed: service
            .expose
            .iter()
            .filter(|one| one.protocol == Protocol::Tcp)
            .map(|one| one.port)
            .collect(),
        mounts,
        depends_on: service.depends_on.iter().map(dependency).collect(),
        ready_within_ms: millis(ready_within(health.as_ref())),
        health,
        stop_grace_ms: service.stop_grace_period.map_or(STOP_GRACE_MS, millis),
        unused_keys: unused,
        place: Some(service.place.clone()),
        ..ServicePlan::named(&service.name)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn dependency(dependency: &written::Dependency) -> Dependency {
    Dependency {
        service: dependency.service.clone(),
        condition: dependency.condition,
        required: dependency.required,
    }
}

fn health(check: &written::HealthCheck) -> Option<HealthCheck> {
    let test = match &check.test {
        written::HealthTest::Program(words) => HealthTest::Program(words.clone()),
        written::HealthTest::Shell(line) => HealthTest::Shell(line.clone()),
        written::HealthTest::Inherit | written::HealthTest::Disabled => return None,
    };
    Some(HealthCheck {
        test,
        timeout_ms: millis(check.timeout.unwrap_or(TIMEOUT)),
        interval_ms: millis(check.interval.unwrap_or(INTERVAL)),
        retries: check.retries.unwrap_or(RETRIES),
        start_period_ms: millis(check.start_period.unwrap_or_default()),
    })
}

/// How long a service may take to be ready: as long as its own health check gives it, within bounds.
fn ready_within(health: Option<&HealthCheck>) -> Duration {
    let own = health.map_or(0, |check| {
        check.start_period_ms.saturating_add(check.interval_ms.saturating_mul(check.retries.into()))
    });
    Duration::from_millis(own).clamp(READY_AT_LEAST, READY_AT_MOST)
}

/// Every other name that reaches the service: its own, and those that other services link it under.
fn aliases(compose: &ComposeProject, service: &Service) -> Vec<String> {
    let mut names: Vec<String> = service.aliases().into_iter().map(str::to_owned).collect();
    let links = compose.services.iter().flat_map(|other| &other.links);
    for link in links.filter(|link| link.service == service.name && link.alias != service.name) {
        if !names.contains(&link.alias) {
            names.push(link.alias.clone());
        }
    }
    names
}

fn published(service: &Service) -> Vec<PublishedPort> {
    let tcp = service.ports.iter().filter(|port| port.protocol == Protocol::Tcp);
    tcp.map(|port| PublishedPort {
        ip: port.host_ip,
        // Any port of a range will do, and any free one is as good as the first when that is taken.
        published: port.published.filter(|range| range.len() == 1).map(|range| range.first),
        target: port.target,
    })
    .collect()
}

fn mounts(compose: &ComposeProject, service: &Service, unused: &mut Vec<String>) -> Vec<Mount> {
    let mut mounts = Vec::new();
    for volume in &service.volumes {
        let source = match &volume.kind {
            VolumeKind::Bind(path) => Some(path.clone()),
            VolumeKind::Volume(_) | VolumeKind::Tmpfs(_) => None,
            VolumeKind::Other(kind, _) => {
                unused.push(format!("volumes: {kind} at {}", volume.target));
                continue;
            }
        };
        mounts.push(Mount { source, target: volume.target.clone(), read_only: volume.read_only });
    }
    mounts.extend(service.tmpfs.iter().map(|tmpfs| Mount {
        source: None,
        target: tmpfs.target.clone(),
        read_only: false,
    }));
    for (what, files, materials) in
        [("secrets", &service.secrets, &compose.secrets), ("configs", &service.configs, &compose.configs)]
    {
        for file in files {
            match materials.iter().find(|material| material.key == file.source).map(|material| &material.from)
            {
                Some(MaterialSource::File(path)) => mounts.push(Mount {
                    source: Some(path.clone()),
                    target: file.target.clone(),
                    read_only: true,
                }),
                _ => unused.push(format!("{what}: {} is not a file", file.source)),
            }
        }
    }
    mounts
}

/// The keys of a service that no engine here acts on and that change what it does, for its ledger.
fn unused_keys(service: &Service) -> Vec<String> {
    let limits = &service.resources.limits;
    let bounded = limits.cpus.is_some() || limits.memory.is_some() || limits.pids.is_some();
    let known = [
        ("build", service.build.is_some()),
        ("platform", service.platform.is_some()),
        ("user", service.user.is_some()),
        ("working_dir", service.working_dir.is_some()),
        ("network_mode", service.network_mode.is_some()),
        ("extra_hosts", !service.extra_hosts.is_empty()),
        ("stop_signal", service.stop_signal.is_some()),
        ("resources", bounded),
        ("replicas", service.replicas.is_some_and(|count| count != 1)),
    ];
    let udp = service.ports.iter().filter(|port| port.protocol != Protocol::Tcp);
    let keys = known.into_iter().filter(|(_, written)| *written).map(|(key, _)| key.to_owned());
    keys.chain(udp.map(|port| format!("ports: {}/{}", port.target, port.protocol.word())))
        .chain(service.untyped.iter().cloned())
        .collect()
}

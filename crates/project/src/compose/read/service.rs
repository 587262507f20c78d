//! One service, key by key.

use std::collections::BTreeMap;

use super::at::At;
use super::{environment, extensions, health, keys, network, place, port, resources, run, storage};
use crate::compose::load::Loader;
use crate::compose::service::Service;
use crate::compose::tree::Spot;

/// Reads a service; none when it is no mapping.
pub(super) fn read(
    name: &str,
    spot: Spot,
    at: &At<'_>,
    loader: &mut Loader,
    variables: &BTreeMap<String, String>,
) -> Option<Service> {
    let map = at.map(&mut loader.findings)?;
    let mut service = Service::new(name, loader.findings.place(spot));
    service.places = place::all(map, &loader.findings);
    service.extensions = extensions(Some(map));
    let known = |entry: &&crate::compose::tree::Entry| keys::UNTYPED.contains(&entry.key.as_str());
    service.untyped = map.entries.iter().filter(known).map(|entry| entry.key.clone()).collect();
    let all: Vec<&str> = keys::TYPED.iter().chain(keys::UNTYPED).copied().collect();
    at.known(&all, &mut loader.findings);

    environment::read(at, &mut service, loader, variables);
    let findings = &mut loader.findings;
    texts(at, &mut service, findings);
    run::read(at, &mut service, findings);
    health::read(at, &mut service, findings);
    port::read(at, &mut service, findings);
    network::read(at, &mut service, findings);
    storage::read(at, &mut service, findings);
    resources::read(at, &mut service, findings);
    Some(service)
}

/// The keys that are a string, and `profiles`.
fn texts(at: &At<'_>, service: &mut Service, findings: &mut crate::compose::findings::Findings) {
    let mut text = |key: &str| at.get(key).and_then(|at| at.text(findings));
    service.image = text("image").filter(|image| !image.is_empty());
    service.platform = text("platform");
    service.working_dir = text("working_dir");
    service.user = text("user");
    service.hostname = text("hostname");
    service.container_name = text("container_name");
    service.network_mode = text("network_mode");
    service.restart = text("restart");
    service.stop_signal = text("stop_signal");
    service.profiles = at.get("profiles").map(|at| at.texts(findings)).unwrap_or_default();
}

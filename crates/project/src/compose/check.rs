//! What must hold between the services of a project and what they refer to. Only active services are held to it, as in
//! compose.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use testyard_model::{Finding, Place, Severity};

use super::codes;
use super::project::ComposeProject;
use super::service::{Dependency, Service, VolumeKind};
use crate::nearest;

/// Everything that does not hold. The findings have no source line yet.
pub(crate) fn project(project: &ComposeProject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for service in project.active() {
        image(service, &mut findings);
        dependencies(service, project, &mut findings);
        references(service, project, &mut findings);
        exclusions(service, &mut findings);
        targets(service, &mut findings);
    }
    cycles(project, &mut findings);
    findings
}

fn error(code: &str, place: &Place, message: String, help: impl Into<String>) -> Finding {
    Finding::new(code, Severity::Error, place.clone(), message).help(help)
}

fn image(service: &Service, findings: &mut Vec<Finding>) {
    let provided = service.untyped.iter().any(|key| key == "provider");
    if service.image.is_none() && service.build.is_none() && !provided {
        let message = format!("the service `{}` has neither `image` nor `build`", service.name);
        findings.push(error(
            codes::NO_IMAGE,
            &service.place,
            message,
            "add `image: name:tag` or `build: folder`",
        ));
    }
}

fn dependencies(service: &Service, project: &ComposeProject, findings: &mut Vec<Finding>) {
    for dependency in &service.depends_on {
        match project.service(&dependency.service) {
            None => findings.push(undefined(service, "service", dependency, project)),
            Some(other) if !project.includes(other) && dependency.required => {
                let message = format!(
                    "the service `{}` needs `{}`, which no active profile includes: docker compose refuses that",
                    service.name, other.name
                );
                let help = format!("activate a profile of `{}`: {}", other.name, other.profiles.join(", "));
                let finding = Finding::new(
                    codes::INACTIVE_DEPENDENCY,
                    Severity::Warning,
                    dependency.place.clone(),
                    message,
                );
                findings.push(finding.help(help));
            }
            Some(_) => {}
        }
    }
}

fn undefined(service: &Service, what: &str, dependency: &Dependency, project: &ComposeProject) -> Finding {
    let names = project.services.iter().map(|service| service.name.as_str());
    let message = format!(
        "the service `{}` needs the {what} `{}`, which is not defined",
        service.name, dependency.service
    );
    error(codes::UNDEFINED, &dependency.place, message, nearest::help(&dependency.service, names))
}

/// Networks, volumes, secrets and configs that a service names.
fn references(service: &Service, project: &ComposeProject, findings: &mut Vec<Finding>) {
    let mut check = |what: &str, name: &str, place: &Place, known: &[&str]| {
        if !known.contains(&name) {
            let message =
                format!("the service `{}` refers to the {what} `{name}`, which is not defined", service.name);
            let help = match nearest::nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("define it: add `{name}:` under `{what}s` at the top level"),
            };
            findings.push(error(codes::UNDEFINED, place, message, help));
        }
    };
    let networks: Vec<&str> =
        project.networks.iter().map(|network| network.key.as_str()).chain(["default"]).collect();
    for network in &service.networks {
        let place = service.place_of(&format!("networks.{}", network.network));
        check("network", &network.network, place, &networks);
    }
    let volumes: Vec<&str> = project.volumes.iter().map(|volume| volume.key.as_str()).collect();
    for mount in &service.volumes {
        if let VolumeKind::Volume(Some(name)) = &mount.kind {
            check("volume", name, &mount.place, &volumes);
        }
    }
    let secrets: Vec<&str> = project.secrets.iter().map(|secret| secret.key.as_str()).collect();
    service.secrets.iter().for_each(|mount| check("secret", &mount.source, &mount.place, &secrets));
    let configs: Vec<&str> = project.configs.iter().map(|config| config.key.as_str()).collect();
    service.configs.iter().for_each(|mount| check("config", &mount.source, &mount.place, &configs));
}

fn exclusions(service: &Service, findings: &mut Vec<Finding>) {
    let mut exclusive = |path: &str, first: &str, second: &str| {
        let message = format!("the service `{}` has both {first} and {second}", service.name);
        findings.push(error(codes::EXCLUSIVE_KEYS, service.place_of(path), message, "keep one of them"));
    };
    if service.network_mode.is_some() && !service.networks.is_empty() {
        exclusive("network_mode", "`network_mode`", "`networks`");
    }
    if service.container_name.is_some() && service.replicas.is_some_and(|replicas| replicas > 1) {
        exclusive("container_name", "`container_name`", "more than one replica");
    }
}

/// No two mounts of a service have one target.
fn targets(service: &Service, findings: &mut Vec<Finding>) {
    let tmpfs = service.tmpfs.iter().map(|mount| (&mount.target, &mount.place));
    let volumes = service.volumes.iter().map(|mount| (&mount.target, &mount.place));
    let mut seen = BTreeMap::new();
    for (target, place) in tmpfs.chain(volumes) {
        if let Some(first) = seen.insert(target, place) {
            let message =
                format!("`{target}` of the service `{}` is mounted twice, first at {first}", service.name);
            findings.push(error(codes::DUPLICATE_TARGET, place, message, "keep one of them"));
        }
    }
}

/// No active service depends on itself, however far around.
fn cycles(project: &ComposeProject, findings: &mut Vec<Finding>) {
    let services: HashMap<&str, &Service> =
        project.active().map(|service| (service.name.as_str(), service)).collect();
    let mut done = BTreeSet::new();
    for start in project.active() {
        // The way from the start to where the walk stands: each service with the dependency it is at.
        let mut way: Vec<(&Service, usize)> = vec![(start, 0)];
        while let Some((service, at)) = way.last().copied() {
            let Some(dependency) = service.depends_on.get(at).filter(|_| !done.contains(&service.name))
            else {
                done.insert(service.name.clone());
                way.pop();
                continue;
            };
            if let Some(last) = way.last_mut() {
                last.1 += 1;
            }
            if let Some(first) = way.iter().position(|(known, _)| known.name == dependency.service) {
                let names = way[first..].iter().map(|(service, _)| service.name.as_str());
                let names: Vec<&str> = names.chain([dependency.service.as_str()]).collect();
                let message = format!("services depend on each other in a circle: {}", names.join(" → "));
                let help = "remove one of these dependencies";
                findings.push(error(codes::DEPENDS_CYCLE, &dependency.place, message, help));
            } else if let Some(next) = services.get(dependency.service.as_str()) {
                way.push((next, 0));
            }
        }
    }
}

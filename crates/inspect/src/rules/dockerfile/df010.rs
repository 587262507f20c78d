//! Compose publishes a port that the image does not speak of.
//!
//! The Dockerfile names its ports with `EXPOSE`, and compose leads to another one: the connection is refused although the
//! container runs.
//!
//! Fires: where the image is made from an official one of a system or a language, the service keeps the image's own command, and the
//! number is mentioned nowhere in the Dockerfile or in the service's environment.
//!
//! ```yaml
//! services:
//!   api:
//!     build: .            # EXPOSE 8000
//!     ports: ["8080:8080"]
//! ```
//!
//! Fine: `"8080:8000"`; a Dockerfile without `EXPOSE`; a service with its own `command`.
//!
//! Help: publish the port that the program listens on.

use std::path::Path;

use testyard_project::compose::service::{InlineOrFile, Protocol, Service};
use testyard_project::dockerfile::{Dockerfile, Kind, Stage};

use crate::dockerfile::stage::Ancestry;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF010", "compose publishes a port that the image does not speak of", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for set in scene.compose() {
        for service in &set.project.services {
            let Some((file, stage)) = built(scene, service) else { continue };
            let ancestry = Ancestry::of(file, stage);
            let Some(exposed) = exposed(&ancestry) else { continue };
            for port in service.ports.iter().filter(|port| port.protocol == Protocol::Tcp) {
                let number = port.target.to_string();
                if exposed.contains(&port.target) || ancestry.mentions(&number) || speaks_of(service, &number)
                {
                    continue;
                }
                let list: Vec<String> = exposed.iter().map(|port| format!("`{port}`")).collect();
                let message = format!(
                    "`{}` leads to port {number}, but {} exposes {}",
                    service.name,
                    file.path.display(),
                    list.join(", ")
                );
                found
                    .at(&port.place, message)
                    .help("publish the port that the program listens on")
                    .basis(set.basis());
            }
        }
    }
}

/// The Dockerfile and stage that a service is built from.
fn built<'s>(scene: &'s Scene, service: &Service) -> Option<(&'s Dockerfile, &'s Stage)> {
    let build = service.build.as_ref()?;
    let InlineOrFile::File(path) = &build.dockerfile else { return None };
    let path = scene.relative(path)?;
    let file = scene.dockerfiles().iter().find(|file| file.path == Path::new(&path) && file.is_complete())?;
    let stage = match &build.target {
        Some(target) => file.stage(target, file.stages.len())?,
        None => file.last_stage()?,
    };
    Some((file, stage))
}

/// The ports that a stage exposes, if they are all known and no others can be.
fn exposed(ancestry: &Ancestry<'_>) -> Option<Vec<u16>> {
    let words = ancestry.instructions().filter_map(|instruction| match &instruction.kind {
        Kind::Expose(words) => Some(words),
        _ => None,
    });
    let ports = words.flatten().filter(|word| !word.text.ends_with("/udp"));
    let ports: Option<Vec<u16>> = ports.map(|word| word.text.trim_end_matches("/tcp").parse().ok()).collect();
    ports.filter(|ports| !ports.is_empty() && ancestry.is_plain())
}

/// Whether the service itself may move the program to this port.
fn speaks_of(service: &Service, number: &str) -> bool {
    service.command.is_some()
        || service.entrypoint.is_some()
        || service.environment.values().any(|value| value.contains(number))
        || service.network_mode.is_some()
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    const FILE: (&str, &str) = ("Dockerfile", "FROM python:3.12\nEXPOSE 8000\nCMD x\n");

    #[test]
    fn ports_of_image_and_service() {
        let compose = |service: &str| format!("services: {{api: {{build: ., {service}}}}}");
        let found = fires(RULE, &[FILE, ("compose.yaml", &compose("ports: ['8080:8080']"))]);
        assert_eq!(found[0].message, "`api` leads to port 8080, but Dockerfile exposes `8000`");
        for service in [
            "ports: ['8080:8000']",
            "ports: ['8080:8080'], command: serve",
            "ports: ['8080:8080'], environment: {PORT: 8080}",
        ] {
            holds(RULE, &[FILE, ("compose.yaml", &compose(service))]);
        }
        let other = ("Dockerfile", "FROM ghcr.io/a/b:1\nEXPOSE 8000\n");
        holds(RULE, &[other, ("compose.yaml", &compose("ports: ['8080:8080']"))]);
    }
}

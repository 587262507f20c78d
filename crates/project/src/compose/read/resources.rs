//! What a service may use: `deploy.resources`, and the older keys beside it.

use super::at::At;
use super::keys;
use crate::compose::codes;
use crate::compose::findings::{Findings, Problem};
use crate::compose::service::{Limits, Service};

pub(super) fn read(at: &At<'_>, service: &mut Service, findings: &mut Findings) {
    let deploy = at.get("deploy").filter(|at| at.map(findings).is_some());
    if let Some(deploy) = &deploy {
        deploy.known(keys::DEPLOY, findings);
        if let Some(resources) = deploy.get("resources") {
            resources.known(keys::RESOURCES, findings);
            service.resources.limits = limits(&resources, "limits", keys::LIMITS, findings);
            service.resources.reservations = limits(&resources, "reservations", keys::RESERVATIONS, findings);
        }
    }
    older_keys(at, service, findings);
    service.shm_size = at.get("shm_size").and_then(|at| at.bytes(findings));
    let scale = at.get("scale").and_then(|at| at.integer(findings));
    let replicas = deploy.and_then(|at| at.get("replicas")).and_then(|at| at.integer(findings));
    agree(at, "scale", "deploy.replicas", scale, replicas, findings);
    service.replicas = scale.or(replicas);
}

fn limits(at: &At<'_>, key: &str, known: &[&str], findings: &mut Findings) -> Limits {
    let Some(at) = at.get(key).filter(|at| at.map(findings).is_some()) else { return Limits::default() };
    at.known(known, findings);
    Limits {
        cpus: at.get("cpus").and_then(|at| at.number(findings)),
        memory: at.get("memory").and_then(|at| at.bytes(findings)),
        pids: at.get("pids").and_then(|at| at.integer(findings)),
    }
}

fn older_keys(at: &At<'_>, service: &mut Service, findings: &mut Findings) {
    let cpus = at.get("cpus").and_then(|at| at.number(findings));
    let memory = at.get("mem_limit").and_then(|at| at.bytes(findings));
    let reserved = at.get("mem_reservation").and_then(|at| at.bytes(findings));
    let pids = at.get("pids_limit").and_then(|at| at.integer(findings));
    let (limits, reservations) = (&mut service.resources.limits, &mut service.resources.reservations);
    agree(at, "cpus", "deploy.resources.limits.cpus", cpus, limits.cpus, findings);
    agree(at, "mem_limit", "deploy.resources.limits.memory", memory, limits.memory, findings);
    agree(
        at,
        "mem_reservation",
        "deploy.resources.reservations.memory",
        reserved,
        reservations.memory,
        findings,
    );
    agree(at, "pids_limit", "deploy.resources.limits.pids", pids, limits.pids, findings);
    limits.cpus = limits.cpus.or(cpus);
    limits.memory = limits.memory.or(memory);
    limits.pids = limits.pids.or(pids);
    reservations.memory = reservations.memory.or(reserved);
}

/// Two keys for one thing must say the same.
fn agree<T: PartialEq>(
    at: &At<'_>,
    key: &str,
    other: &str,
    value: Option<T>,
    other_value: Option<T>,
    findings: &mut Findings,
) {
    if let (Some(value), Some(other_value)) = (value, other_value)
        && value != other_value
    {
        let spot = at.get(key).map_or(at.spot(), |at| at.spot());
        let message = format!("`{}.{key}` and `{other}` say different things", at.path);
        findings.push(Problem::error(codes::EXCLUSIVE_KEYS, spot, message).help("keep one of them"));
    }
}

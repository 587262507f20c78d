//! `networks`, `links`, `extra_hosts` and `depends_on` of a service.

use testyard_model::plan::Condition;

use super::at::At;
use super::keys;
use crate::compose::codes;
use crate::compose::findings::{Findings, Problem};
use crate::compose::service::{Attachment, Dependency, ExtraHost, Link, Service};
use crate::compose::tree::Value;

pub(super) fn read(at: &At<'_>, service: &mut Service, findings: &mut Findings) {
    let networks = at.get("networks").map(|at| at.entries(findings)).unwrap_or_default();
    service.networks = networks.iter().map(|(name, at)| attachment(name, at, findings)).collect();
    if service.networks.is_empty() && service.network_mode.is_none() {
        service.networks.push(Attachment {
            network: "default".to_owned(),
            aliases: Vec::new(),
            ipv4_address: None,
            ipv6_address: None,
        });
    }
    let links = at.get("links").map(|at| at.texts(findings)).unwrap_or_default();
    service.links = links.iter().map(|text| link(text)).collect();
    let hosts = at.get("extra_hosts").map(|at| at.items(findings)).unwrap_or_default();
    service.extra_hosts = hosts.iter().filter_map(|at| extra_host(at, findings)).collect();
    let dependencies = at.get("depends_on").map(|at| at.entries(findings)).unwrap_or_default();
    service.depends_on =
        dependencies.iter().filter_map(|(name, at)| dependency(name, at, findings)).collect();
    implied_dependencies(at, service, findings);
}

fn attachment(name: &str, at: &At<'_>, findings: &mut Findings) -> Attachment {
    let has_more = !matches!(at.node.value, Value::Null) && at.map(findings).is_some();
    if has_more {
        at.known(keys::ATTACHMENT, findings);
    }
    let mut address = |key: &str| at.get(key).and_then(|at| at.text(findings));
    let (ipv4_address, ipv6_address) = (address("ipv4_address"), address("ipv6_address"));
    let aliases = at.get("aliases").map(|at| at.texts(findings)).unwrap_or_default();
    Attachment { network: name.to_owned(), aliases, ipv4_address, ipv6_address }
}

fn link(text: &str) -> Link {
    let (service, alias) = text.split_once(':').unwrap_or((text, text));
    Link { service: service.to_owned(), alias: alias.to_owned() }
}

fn extra_host(at: &At<'_>, findings: &mut Findings) -> Option<ExtraHost> {
    let text = at.text(findings)?;
    match text.split_once('=') {
        Some((name, address)) if !name.is_empty() && !address.is_empty() => {
            Some(ExtraHost { name: name.to_owned(), address: address.to_owned() })
        }
        _ => at.bad(format!("`{text}` is no `name=address`"), findings),
    }
}

fn dependency(name: &str, at: &At<'_>, findings: &mut Findings) -> Option<Dependency> {
    at.map(findings)?;
    at.known(keys::DEPENDENCY, findings);
    let condition = match at.get("condition") {
        Some(at) => condition(&at, findings)?,
        None => {
            let message = format!("`{}` has no `condition`", at.path);
            findings.push(
                Problem::error(codes::MISSING_KEY, at.spot(), message)
                    .help("add `condition: service_started`"),
            );
            Condition::ServiceStarted
        }
    };
    let required = at.get("required").and_then(|at| at.boolean(findings)).unwrap_or(true);
    let restart = at.get("restart").and_then(|at| at.boolean(findings)).unwrap_or(false);
    let place = findings.place(at.spot());
    Some(Dependency { service: name.to_owned(), condition, required, restart, place })
}

fn condition(at: &At<'_>, findings: &mut Findings) -> Option<Condition> {
    let text = at.text(findings)?;
    match text.as_str() {
        "service_started" => Some(Condition::ServiceStarted),
        "service_healthy" => Some(Condition::ServiceHealthy),
        "service_completed_successfully" => Some(Condition::ServiceCompletedSuccessfully),
        other => {
            let message = format!("`{other}` is no condition: `{}`", at.path);
            let help = "write `service_started`, `service_healthy` or `service_completed_successfully`";
            findings.push(Problem::error(codes::BAD_VALUE, at.spot(), message).help(help));
            None
        }
    }
}

/// Links, and sharing another service's network, need that service to be there first.
fn implied_dependencies(at: &At<'_>, service: &mut Service, findings: &Findings) {
    let shared = service.network_mode.as_deref().and_then(|mode| mode.strip_prefix("service:"));
    let linked = service.links.iter().map(|link| ("links", link.service.clone()));
    let implied: Vec<(&str, String)> =
        linked.chain(shared.map(|name| ("network_mode", name.to_owned()))).collect();
    for (key, name) in implied {
        if service.depends_on.iter().any(|dependency| dependency.service == name) {
            continue;
        }
        let spot = at.get(key).map_or(at.spot(), |at| at.spot());
        service.depends_on.push(Dependency {
            service: name,
            condition: Condition::ServiceStarted,
            required: true,
            restart: true,
            place: findings.place(spot),
        });
    }
}

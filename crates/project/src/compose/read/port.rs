//! `ports` and `expose`.

use super::at::At;
use super::keys;
use crate::compose::canonical::port_range;
use crate::compose::codes;
use crate::compose::findings::{Findings, Problem};
use crate::compose::service::{Exposed, Port, PortRange, Protocol, Service};

pub(super) fn read(at: &At<'_>, service: &mut Service, findings: &mut Findings) {
    let ports = at.get("ports").map(|at| at.items(findings)).unwrap_or_default();
    service.ports = ports.iter().filter_map(|at| port(at, findings)).collect();
    let exposed = at.get("expose").map(|at| at.items(findings)).unwrap_or_default();
    service.expose = exposed.iter().flat_map(|at| expose(at, findings)).collect();
}

fn port(at: &At<'_>, findings: &mut Findings) -> Option<Port> {
    at.map(findings)?;
    at.known(keys::PORT, findings);
    let Some(target) = at.get("target") else {
        let message = format!("`{}` has no `target`", at.path);
        findings.push(
            Problem::error(codes::MISSING_KEY, at.spot(), message)
                .help("add `target:` with the service's own port"),
        );
        return None;
    };
    let target: u16 = target.integer(findings).filter(|port| *port > 0)?;
    let published = at.get("published").and_then(|at| {
        let text = at.text_or_number(findings)?;
        let range = range(&text, &at, findings)?;
        // Port 0 on this machine means: any that is free.
        Some(range).filter(|range| range.first > 0)
    });
    let host_ip = at.get("host_ip").and_then(|at| {
        let text = at.text(findings)?;
        let parsed = text.trim_matches(['[', ']']).parse().ok();
        parsed.or_else(|| at.bad(format!("`{text}` is no IP address"), findings))
    });
    let named = at.get("protocol").and_then(|at| {
        let text = at.text(findings)?;
        protocol(&text).or_else(|| at.bad(format!("`{text}` is none of tcp, udp, sctp"), findings))
    });
    let place = findings.place(at.spot());
    Some(Port { target, published, host_ip, protocol: named.unwrap_or(Protocol::Tcp), place })
}

fn expose(at: &At<'_>, findings: &mut Findings) -> Vec<Exposed> {
    let Some(text) = at.text_or_number(findings) else { return Vec::new() };
    let (ports, name) = text.split_once('/').unwrap_or((&text, "tcp"));
    let Some(protocol) = protocol(name) else {
        return at.bad(format!("`{name}` is none of tcp, udp, sctp"), findings).unwrap_or_default();
    };
    let range = range(ports, at, findings);
    range
        .map(|range| (range.first..=range.last).map(|port| Exposed { port, protocol }).collect())
        .unwrap_or_default()
}

fn range(text: &str, at: &At<'_>, findings: &mut Findings) -> Option<PortRange> {
    port_range(text).map_err(|why| at.bad::<PortRange>(why, findings)).ok()
}

fn protocol(text: &str) -> Option<Protocol> {
    [Protocol::Tcp, Protocol::Udp, Protocol::Sctp]
        .into_iter()
        .find(|one| one.word().eq_ignore_ascii_case(text))
}

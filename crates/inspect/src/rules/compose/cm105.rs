//! Two services publish the same port of this machine.
//!
//! Only one container can have a port of the host. The second one does not start: `port is already allocated`.
//!
//! Fires:
//!
//! ```yaml
//! services:
//!   a: {image: nginx:1.27, ports: ["8080:80"]}
//!   b: {image: nginx:1.27, ports: ["8080:80"]}
//! ```
//!
//! Fine: different ports, different addresses of the host, different protocols, a range to choose from, or services
//! whose profiles are never active at the same time.
//!
//! Help: publish one of them elsewhere, or leave the host's port to Docker: `"80"`. When only a profile brings both
//! together, the finding is a warning. One service with several replicas and one fixed port is found, too.
//!
//! Source: the reference of published ports.

use testyard_model::Severity;
use testyard_project::compose::Service;
use testyard_project::compose::service::Port;

use super::each::{Once, Together, pairs, together};
use crate::missing::varies;
use crate::rule::{Rule, rule};
use crate::scene::{ComposeSet, Scene};
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM105", "a port of the host is published twice", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for set in scene.compose() {
        for (a, b) in pairs(set) {
            two(scene, set, (a, b), &mut once, found);
        }
        for service in &set.project.services {
            replicas(set, service, &mut once, found);
        }
    }
}

fn two(scene: &Scene, set: &ComposeSet, (a, b): (&Service, &Service), once: &mut Once, found: &mut Sink<'_>) {
    let when = match together(a, b) {
        Together::Always => String::new(),
        Together::With(profile) => format!(" with the profile `{profile}`"),
        Together::Hardly => return,
    };
    for (first, second) in a.ports.iter().flat_map(|first| b.ports.iter().map(move |second| (first, second)))
    {
        let Some(port) = clash(first, second) else { continue };
        let sure = when.is_empty() && !varies(scene, &first.place) && !varies(scene, &second.place);
        if once.first(&second.place, &a.name) {
            let message = format!("`{}` and `{}` both publish port {port} of the host{when}", a.name, b.name);
            let severity = if sure { Severity::Error } else { Severity::Warning };
            let help =
                format!("the other one stands at {}; publish one of them under another port", first.place);
            found.at(&second.place, message).severity(severity).help(help).basis(set.basis());
        }
    }
}

fn replicas(set: &ComposeSet, service: &Service, once: &mut Once, found: &mut Sink<'_>) {
    let Some(replicas) = service.replicas.filter(|replicas| *replicas > 1) else { return };
    for port in &service.ports {
        let Some(published) = fixed(port) else { continue };
        if once.first(&port.place, &service.name) {
            let message = format!(
                "`{}` has {replicas} replicas, and only one of them can have port {published} of the host",
                service.name
            );
            found.at(&port.place, message).help("publish a range of ports, or none").basis(set.basis());
        }
    }
}

/// The one port of the host that an entry asks for.
pub(super) fn fixed(port: &Port) -> Option<u16> {
    port.published.filter(|range| range.first == range.last && range.first > 0).map(|range| range.first)
}

/// The port that two entries both need.
fn clash(a: &Port, b: &Port) -> Option<u16> {
    let overlap = match (a.host_ip, b.host_ip) {
        (Some(a), Some(b)) => {
            a == b || (a.is_ipv4() == b.is_ipv4() && (a.is_unspecified() || b.is_unspecified()))
        }
        _ => true,
    };
    fixed(a).filter(|port| overlap && a.protocol == b.protocol && fixed(b) == Some(*port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    fn compose(a: &str, b: &str) -> String {
        format!("services:\n  a: {{image: x, {a}}}\n  b: {{image: x, {b}}}\n")
    }

    #[test]
    fn a_port_that_two_want() {
        let check = |a: &str, b: &str, severity| {
            let found = fires(RULE, &[("compose.yaml", &compose(a, b))]);
            assert_eq!((found.len(), found[0].severity), (1, severity), "{a} {b}");
        };
        check("ports: ['80:80']", "ports: ['80:8080']", Severity::Error);
        check("ports: ['127.0.0.1:80:80']", "ports: ['80:8080']", Severity::Error);
        check("ports: ['80:80'], profiles: [p]", "ports: ['80:8080'], profiles: [q, p]", Severity::Warning);
        check("ports: ['80:80'], profiles: [p]", "ports: ['80:8080']", Severity::Warning);
        check("ports: ['80:80'], scale: 2", "ports: []", Severity::Error);
    }

    #[test]
    fn ports_that_do_not_meet() {
        let check = |a: &str, b: &str| holds(RULE, &[("compose.yaml", &compose(a, b))]);
        check("ports: ['80:80']", "ports: ['81:80']");
        check("ports: ['80']", "ports: ['80']");
        check("ports: ['80:80/udp']", "ports: ['80:80']");
        check("ports: ['127.0.0.1:80:80']", "ports: ['127.0.0.2:80:80']");
        check("ports: ['8000-8009:80']", "ports: ['8000-8009:80']");
        check("ports: ['80:80'], profiles: [p]", "ports: ['80:80'], profiles: [q]");
        check("ports: ['80:80'], scale: 0", "ports: ['80:80']");
    }
}

//! A port that a service publishes is taken on this machine.
//!
//! Somebody already listens on a port that the compose files in use publish. The service does not start: `address already in
//! use`.
//!
//! Fires, while a PostgreSQL of the machine's own listens on port 5432:
//!
//! ```yaml
//! services:
//!   db: {image: postgres:16, ports: ["5432:5432"]}
//! ```
//!
//! Fine: nobody listens there, or only on another address; the port is chosen by Docker; what listens was started by a run of
//! this project.
//!
//! Help: stop the process, or publish the service elsewhere. A port held by a container is a note: the container may be this
//! project's own. Only services that are active, and TCP, are looked at.
//!
//! Source: the kernel's tables of sockets.

use std::net::IpAddr;
use std::path::Path;

use testyard_model::Severity;
use testyard_project::compose::service::{Port, Protocol};
use testyard_sys::RUN_MARKER;
use testyard_sys::procfs::{self, Listener};

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR100", "a published port is taken on this machine", Warning, check);

/// Programs that hold ports for containers.
const OF_CONTAINERS: [&str; 5] = ["docker-proxy", "rootlessport", "rootlesskit", "com.docker", "pasta"];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for set in scene.compose().iter().filter(|set| set.chosen) {
        for service in set.project.active() {
            for (port, number) in service.ports.iter().filter_map(|port| Some((port, fixed(port)?))) {
                let listeners = procfs::listeners(number);
                let other =
                    listeners.iter().find(|one| meets(port, one.address) && !is_own(scene.root(), one));
                let Some(listener) = other else { continue };
                let (who, severity) = holder(listener);
                let message = format!("`{}` publishes port {number}, which is taken by {who}", service.name);
                let help = "stop what listens there, or publish the service under another port";
                found.at(&port.place, message).severity(severity).help(help);
            }
        }
    }
}

/// The one TCP port of this machine that an entry asks for.
fn fixed(port: &Port) -> Option<u16> {
    let range = port.published.filter(|range| range.first == range.last && range.first > 0)?;
    (port.protocol == Protocol::Tcp).then_some(range.first)
}

/// Whether an entry wants an address on which somebody listens.
fn meets(port: &Port, address: IpAddr) -> bool {
    port.host_ip.is_none_or(|wanted| wanted == address || wanted.is_unspecified() || address.is_unspecified())
}

/// Who listens, in words.
fn holder(listener: &Listener) -> (String, Severity) {
    let command = listener.command.as_deref().unwrap_or_default();
    let program = command.split(' ').next().unwrap_or_default();
    if OF_CONTAINERS.iter().any(|name| program.contains(name)) {
        return ("a container, perhaps of this project".to_owned(), Severity::Note);
    }
    let who = match (listener.pid, program) {
        (Some(pid), "") => format!("process {pid}"),
        (Some(pid), program) => format!("`{program}` (process {pid})"),
        (None, _) => "a process of another user".to_owned(),
    };
    (who, Severity::Warning)
}

/// Whether a run of this project started what listens.
fn is_own(root: &Path, listener: &Listener) -> bool {
    let Some(pid) = listener.pid else { return false };
    let runs = std::fs::read_dir(root.join(".testyard/runs")).into_iter().flatten().flatten();
    let mut names = runs.filter_map(|run| run.file_name().into_string().ok());
    names.any(|run| procfs::carries(pid, RUN_MARKER, &run))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::fixture::{fires, holds};

    #[test]
    fn a_port_on_which_somebody_listens() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let compose = |published: &str| format!("services: {{a: {{image: x, ports: ['{published}']}}}}");
        let found = fires(RULE, &[("compose.yaml", &compose(&format!("{port}:80")))]);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
        assert!(
            found[0].message.contains(&format!("process {}", std::process::id())),
            "{}",
            found[0].message
        );
        for published in [format!("127.0.0.2:{port}:80"), format!("{port}:80/udp"), "80".to_owned()] {
            holds(RULE, &[("compose.yaml", &compose(&published))]);
        }
    }

    #[test]
    fn ports_of_containers_are_only_noted() {
        let check = |command: &str, severity| {
            let listener = Listener {
                address: IpAddr::from([0, 0, 0, 0]),
                pid: Some(7),
                command: Some(command.to_owned()),
            };
            assert_eq!(holder(&listener).1, severity, "{command}");
        };
        check("/usr/bin/docker-proxy -proto tcp", Severity::Note);
        check("/usr/lib/postgresql/16/bin/postgres -D x", Severity::Warning);
    }
}

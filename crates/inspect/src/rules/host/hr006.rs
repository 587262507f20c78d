//! The Docker client has no engine to talk to.
//!
//! `docker --version` answers, and every other command ends with `Cannot connect to the Docker daemon`. What is built from
//! a Dockerfile or has no recipe then cannot come up here.
//!
//! Fires: `docker` is installed, the project has a Dockerfile or a compose file, and nothing answers on the engine's
//! socket; also when this user may not ask.
//!
//! Fine: an engine answers; `DOCKER_HOST` names another machine; the project needs no Docker.
//!
//! Help: start the engine, or join the group `docker`.
//!
//! Source: Docker's manual, "Post-installation steps".

use std::io;

use testyard_model::Place;
use testyard_sys::{docker, which};

use super::engine;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR006", "no Docker engine answers", Note, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let needs = !scene.dockerfiles().is_empty() || !scene.compose().is_empty();
    if !needs || which::here("docker").is_none() {
        return;
    }
    told(scene, found);
}

fn told(scene: &Scene, found: &mut Sink<'_>) {
    let Some(socket) = docker::socket(scene.variables()) else { return };
    let Err(error) = docker::get(&socket, "/_ping", engine::WITHIN) else { return };
    let (what, help) = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            ("this user may not ask the Docker engine", "join the group `docker`, and log in again")
        }
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
            ("`docker` is installed, but no engine runs", "start it: `systemctl start docker`")
        }
        _ => ("the Docker engine does not answer", "see its log: `journalctl -u docker`"),
    };
    found.at(Place::file(socket.to_string_lossy().as_ref()), format!("{what}: {error}")).help(help);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::host::engine::fake;

    #[test]
    fn engines_that_answer_or_do_not() {
        let messages = |scene: &Scene| {
            let mut sink = Sink::new(&RULE, scene);
            told(scene, &mut sink);
            sink.finish().0.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
        };
        let (scene, _folder) = fake::engine("HTTP/1.0 200 OK\r\n\r\nOK");
        assert_eq!(messages(&scene), [""; 0]);
        let (scene, _folder) = fake::engine("HTTP/1.0 500 Internal Server Error\r\n\r\n");
        assert!(messages(&scene)[0].starts_with("the Docker engine does not answer: HTTP/1.0 500"));
        let (scene, folder) = fake::engine("");
        std::fs::remove_file(folder.path().join("docker.sock")).unwrap();
        assert!(messages(&scene)[0].starts_with("`docker` is installed, but no engine runs"));
    }
}

//! Fixed names and ports keep two runs apart from each other.
//!
//! A fixed port of the host or a fixed `container_name` exists once on a machine. A second run of the project, from
//! another checkout or another branch, or beside a developer's own services, does not come up.
//!
//! Fires, once for the compose files that a run uses:
//!
//! ```yaml
//! services:
//!   db: {image: postgres:16, container_name: my-db, ports: ["5432:5432"]}
//! ```
//!
//! Fine: `ports: ["5432"]`, where Docker chooses a free port; `ports: ["${DB_PORT:-5432}:5432"]`, where each run can;
//! no `container_name`.
//!
//! Help: leave the host's port to Docker, or make it a variable. It is only a note: one run at a time works well.
//!
//! Source: the reference of published ports and of `container_name`.

use testyard_model::Place;

use super::cm105::fixed;
use crate::missing::varies;
use crate::rule::{Rule, rule};
use crate::scene::{ComposeSet, Scene};
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM110", "fixed names and ports allow one run at a time", Note, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for set in scene.compose().iter().filter(|set| set.chosen) {
        let things = things(scene, set);
        if let Some((place, _)) = things.first() {
            let list: Vec<&str> = things.iter().map(|(_, thing)| thing.as_str()).collect();
            let message = format!("two runs of these services cannot be up at once: {}", list.join(", "));
            let help = "leave the host's port to Docker (`\"5432\"`) or make it a variable, and drop `container_name`";
            found.at(*place, message).help(help).basis(set.basis());
        }
    }
}

/// What exists once, in the order of the services.
fn things<'a>(scene: &Scene, set: &'a ComposeSet) -> Vec<(&'a Place, String)> {
    let mut things = Vec::new();
    for service in &set.project.services {
        let place = service.place_of("container_name");
        if let Some(name) = service.container_name.as_ref().filter(|_| !varies(scene, place)) {
            things.push((place, format!("`{}` is named `{name}`", service.name)));
        }
        for port in service.ports.iter().filter(|port| !varies(scene, &port.place)) {
            if let Some(number) = fixed(port) {
                things.push((&port.place, format!("`{}` publishes port {number}", service.name)));
            }
        }
    }
    things
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    #[test]
    fn one_note_for_all() {
        let text = "services:\n  a: {image: x, ports: ['1:1', '2:2']}\n  b: {image: x, container_name: n}\n";
        let found = fires(RULE, &[("compose.yaml", text)]);
        assert_eq!((found.len(), found[0].place.line), (1, 2));
        assert!(found[0].message.ends_with("`a` publishes port 1, `a` publishes port 2, `b` is named `n`"));
        holds(RULE, &[("compose.yaml", "services: {a: {image: x, ports: ['1', '${P:-2}:2', '3-4:3']}}")]);
    }
}

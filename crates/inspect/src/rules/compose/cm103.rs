//! A file that is to be mounted is not there.
//!
//! Docker makes a missing source of a bind mount by itself: as an empty folder, owned by root. Where the container
//! expects a file, it then finds a folder, or does not start at all: `not a directory`. With `type: bind` and
//! `create_host_path: false` a missing source of any kind is refused.
//!
//! Fires, when there is no `nginx.conf`:
//!
//! ```yaml
//! services:
//!   web:
//!     image: nginx:1.27
//!     volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
//! ```
//!
//! Fine: the file exists; or both sides look like folders, as in `./data:/var/lib/data`, which Docker makes well.
//!
//! Help: correct the path, or make the file. Sources outside the project are passed over; those that git ignores, that a
//! script or workflow mentions, or whose path holds a variable are warnings.
//!
//! Source: the reference of bind mounts.

use std::path::Path;

use testyard_model::Severity;
use testyard_project::compose::service::{VolumeKind, VolumeMount};

use super::each::{self, Once};
use crate::missing::{Missing, elsewhere, varies};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM103", "a file to be mounted is not there", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for (set, service) in each::service(scene) {
        for mount in &service.volumes {
            let Some((path, missing, why)) = broken(scene, mount) else { continue };
            if !once.first(&mount.place, &path) {
                continue;
            }
            let unsure = varies(scene, &mount.place);
            let severity = if unsure { Severity::Warning } else { Severity::Error };
            let message =
                format!("the service `{}` mounts `{path}`, which is not there: {why}", service.name);
            let help = match elsewhere(scene, &path) {
                Some(other) => {
                    format!("there is one at `{other}`; relative paths start from the compose file's folder")
                }
                None => "correct the path, or make the file".to_owned(),
            };
            found
                .at(&mount.place, message)
                .severity(missing.severity(severity))
                .help(missing.help(help))
                .basis(set.basis());
        }
    }
}

/// The missing source of a mount, and what comes of it.
fn broken(scene: &Scene, mount: &VolumeMount) -> Option<(String, Missing, &'static str)> {
    let VolumeKind::Bind(source) = &mount.kind else { return None };
    let why = if !mount.create_host_path {
        "docker refuses it"
    } else if is_file_name(source) && is_file_name(Path::new(&mount.target)) {
        "docker makes an empty folder of that name"
    } else {
        return None;
    };
    let (path, missing) = Missing::absolute(scene, source)?;
    let missing = missing.unless_made(scene, &path);
    Some((path, missing, why))
}

/// Whether a path looks like one of a file: its name has an ending, and is not one of the folders that have one too.
fn is_file_name(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| ending);
    let letters = |ending: &str| {
        (1..=5).contains(&ending.len())
            && ending.chars().all(|c| c.is_ascii_alphanumeric())
            && ending.chars().any(|c| c.is_ascii_alphabetic())
    };
    ending.is_some_and(|ending| ending != "d" && letters(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    fn compose(mount: &str) -> String {
        format!("services:\n  web:\n    image: nginx\n    volumes:\n      - {mount}\n")
    }

    #[test]
    fn a_missing_file() {
        let text = compose("./nginx.conf:/etc/nginx/nginx.conf:ro");
        let found = fires(RULE, &[("compose.yaml", &text)]);
        assert_eq!((found[0].place.line, found[0].severity), (5, Severity::Error));
        holds(RULE, &[("compose.yaml", &text), ("nginx.conf", "")]);
        let long = compose("{type: bind, source: ./x, target: /x, bind: {create_host_path: false}}");
        fires(RULE, &[("compose.yaml", &long)]);
        holds(RULE, &[("compose.yaml", &long), ("x/y", "")]);
    }

    #[test]
    fn folders_sockets_and_other_machines() {
        for mount in [
            "./data:/var/lib/postgresql/data",
            "./conf.d:/etc/nginx/conf.d",
            "/var/run/docker.sock:/var/run/docker.sock",
            "~/.aws:/root/.aws",
            "data:/data.db",
            "./v1.2:/data/v1.2",
        ] {
            holds(RULE, &[("compose.yaml", &compose(mount))]);
        }
        let varying = compose("${CONF:-./x.conf}:/etc/x.conf");
        assert_eq!(fires(RULE, &[("compose.yaml", &varying)])[0].severity, Severity::Warning);
    }
}

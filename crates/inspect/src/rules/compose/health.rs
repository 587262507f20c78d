//! Whether a service has a health check, in its compose file or in its image.

use std::borrow::Cow;
use std::path::Path;

use testyard_model::image;
use testyard_project::compose::Service;
use testyard_project::compose::service::{Build, HealthTest, InlineOrFile};
use testyard_project::dockerfile::{self, Dockerfile, Kind, Stage};

use crate::scene::Scene;

/// What is known about a service's health check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Health {
    /// It has one.
    Has,
    /// It has none, and why that is certain.
    Lacks(String),
    /// The image decides, and is not known.
    Unknown,
}

/// Images that define no health check, in no version. Docker's official images leave it to those who run them.
const WITHOUT: [&str; 29] = [
    "postgres",
    "redis",
    "mysql",
    "mariadb",
    "mongo",
    "rabbitmq",
    "memcached",
    "nats",
    "valkey/valkey",
    "pgvector/pgvector",
    "postgis/postgis",
    "eclipse-mosquitto",
    "zookeeper",
    "nginx",
    "httpd",
    "haproxy",
    "python",
    "node",
    "golang",
    "ruby",
    "php",
    "rust",
    "openjdk",
    "eclipse-temurin",
    "alpine",
    "debian",
    "ubuntu",
    "busybox",
    "traefik",
];

/// What is known about a service's health check.
pub(super) fn of(scene: &Scene, service: &Service) -> Health {
    match service.healthcheck.as_ref().map(|check| &check.test) {
        Some(HealthTest::Disabled) => Health::Lacks("its health check is disabled".to_owned()),
        Some(HealthTest::Program(_) | HealthTest::Shell(_)) => Health::Has,
        Some(HealthTest::Inherit) | None => of_image(scene, service),
    }
}

fn of_image(scene: &Scene, service: &Service) -> Health {
    let Some(build) = &service.build else {
        return service.image.as_deref().map_or(Health::Unknown, of_reference);
    };
    let file = dockerfile(scene, build).filter(|file| file.is_complete());
    let Some(file) = file else { return Health::Unknown };
    let stage = match &build.target {
        Some(target) => file.stage(target, file.stages.len()),
        None => file.last_stage(),
    };
    stage.map_or(Health::Unknown, |stage| of_stage(&file, stage))
}

/// The Dockerfile that a build uses, where it lies in the project and can be read.
pub(super) fn dockerfile<'a>(scene: &'a Scene, build: &Build) -> Option<Cow<'a, Dockerfile>> {
    match &build.dockerfile {
        InlineOrFile::Inline(text) => Some(Cow::Owned(dockerfile::parse("inline", text))),
        InlineOrFile::File(path) => {
            let path = scene.relative(path)?;
            let known = scene.dockerfiles().iter().find(|file| file.path == Path::new(&path));
            known.map(Cow::Borrowed)
        }
    }
}

/// A stage has the health check of its last instruction for it, else that of what it starts from.
fn of_stage(file: &Dockerfile, stage: &Stage) -> Health {
    let own = stage.own().rev().find_map(|instruction| match &instruction.kind {
        Kind::Healthcheck(test) => Some(test.is_some()),
        _ => None,
    });
    match own {
        Some(true) => Health::Has,
        Some(false) => Health::Lacks("its Dockerfile says `HEALTHCHECK NONE`".to_owned()),
        None => match file.stage(&stage.base.text, stage.index) {
            Some(base) => of_stage(file, base),
            None if stage.base.text == "scratch" => {
                Health::Lacks("its Dockerfile has no `HEALTHCHECK`".to_owned())
            }
            None => match of_reference(&stage.base.text) {
                Health::Lacks(_) => Health::Lacks(format!(
                    "neither its Dockerfile nor `{}` has a `HEALTHCHECK`",
                    stage.base.text
                )),
                other => other,
            },
        },
    }
}

fn of_reference(reference: &str) -> Health {
    if !reference.contains('$') && WITHOUT.contains(&image::name(reference)) {
        Health::Lacks(format!("the image `{reference}` has none"))
    } else {
        Health::Unknown
    }
}

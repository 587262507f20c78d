//! Plans and provisions for tests.

use std::collections::BTreeMap;

use testyard_model::plan::{
    Condition, Dependency, Engine, EnginePlan, Gates, Limits, Plan, ProjectPlan, ServicePlan,
};
use testyard_model::product::Source;
use testyard_model::{Product, Provision, image};

pub(crate) fn service(name: &str, image: &str) -> ServicePlan {
    ServicePlan {
        name: name.to_owned(),
        engine: Engine::Native,
        image: Some(image.to_owned()),
        want: image::want(image),
        attach: None,
        environment: BTreeMap::new(),
        entrypoint: None,
        command: None,
        aliases: vec![],
        published: vec![],
        exposed: vec![],
        mounts: vec![],
        depends_on: vec![],
        health: None,
        ready_within_ms: 60_000,
        stop_grace_ms: 10_000,
        unused_keys: vec![],
        place: None,
    }
}

pub(crate) fn dependency(service: &str) -> Dependency {
    Dependency { service: service.to_owned(), condition: Condition::ServiceHealthy, required: true }
}

pub(crate) fn plan(services: Vec<ServicePlan>) -> Plan {
    Plan {
        project: ProjectPlan { name: "p".into(), root: "/".into(), files: vec![] },
        engine: EnginePlan { engine: Engine::Native, reason: String::new(), strict_versions: false },
        services,
        left_out: vec![],
        python: None,
        suites: vec![],
        gates: Gates::default(),
        limits: Limits::default(),
        findings: vec![],
        origins: vec![],
    }
}

pub(crate) fn provision(product: Product, version: &str) -> Provision {
    Provision {
        product,
        version: version.to_owned(),
        source: Source::Host,
        root: "/".into(),
        bin: vec![],
        libraries: vec![],
        environment: BTreeMap::new(),
        missing_extensions: vec![],
    }
}

//! Plans and provisions for tests.

use std::collections::BTreeMap;

use testyard_model::plan::{Condition, Dependency, Plan, ServicePlan};
use testyard_model::product::Source;
use testyard_model::{Product, Provision, image};

pub(crate) fn service(name: &str, image: &str) -> ServicePlan {
    ServicePlan { image: Some(image.to_owned()), want: image::want(image), ..ServicePlan::named(name) }
}

pub(crate) fn dependency(service: &str) -> Dependency {
    Dependency { service: service.to_owned(), condition: Condition::ServiceHealthy, required: true }
}

pub(crate) fn plan(services: Vec<ServicePlan>) -> Plan {
    Plan { services, ..Plan::of("p", "/") }
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

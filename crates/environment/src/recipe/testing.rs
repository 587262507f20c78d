//! Services, provisions and sites for the tests of recipes.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use testyard_model::plan::{Engine, Mount, ServicePlan};
use testyard_model::product::Source;
use testyard_model::{Fidelity, Ledger, Product, Provision, Want, image};

use super::{Recipe, Server, Site};
use crate::Refusal;

/// A service of an image with an environment and a command; an empty command is the image's own.
pub(super) fn service(image: &str, environment: &[(&str, &str)], command: &[&str]) -> ServicePlan {
    let words: Vec<String> = command.iter().map(ToString::to_string).collect();
    ServicePlan {
        name: "it".to_owned(),
        engine: Engine::Native,
        image: Some(image.to_owned()),
        want: image::want(image),
        attach: None,
        environment: environment.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        entrypoint: None,
        command: (!words.is_empty()).then_some(words),
        aliases: Vec::new(),
        published: Vec::new(),
        exposed: Vec::new(),
        mounts: Vec::new(),
        depends_on: Vec::new(),
        health: None,
        ready_within_ms: 60_000,
        stop_grace_ms: 10_000,
        unused_keys: Vec::new(),
        place: None,
    }
}

/// The same service, with a file or folder of this machine at a path.
pub(super) fn mounted(mut service: ServicePlan, source: &Path, target: &str) -> ServicePlan {
    service.mounts.push(Mount {
        source: Some(source.to_owned()),
        target: target.to_owned(),
        read_only: true,
    });
    service
}

/// A program of a version, with no folders of its own.
pub(super) fn provision(product: Product, version: &str) -> Provision {
    Provision {
        product,
        version: version.to_owned(),
        source: Source::Host,
        root: PathBuf::from("/"),
        bin: Vec::new(),
        libraries: Vec::new(),
        environment: BTreeMap::new(),
        missing_extensions: Vec::new(),
    }
}

/// A settled server with its ledger, for an image's own product in that version.
pub(super) fn settled(
    recipe: &dyn Recipe,
    service: &ServicePlan,
    version: &str,
) -> Result<(Box<dyn Server>, Ledger), Refusal> {
    let product = service.want.as_ref().map_or(Product::Redis, |want: &Want| want.product);
    let mut ledger = Ledger::default();
    let server = recipe.settle(service, &provision(product, version), &mut ledger)?;
    Ok((server, ledger))
}

/// A site at 127.3.2.1 with the data in `/d` and passing files in `/r`.
pub(super) fn site(service: &ServicePlan, product: Product, version: &str) -> Site {
    Site {
        service: service.name.clone(),
        ip: IpAddr::V4(Ipv4Addr::new(127, 3, 2, 1)),
        moved: BTreeMap::new(),
        data: PathBuf::from("/d"),
        run: PathBuf::from("/r"),
        provision: provision(product, version),
        environment: service.environment.clone(),
    }
}

/// How the ledger says that something was met.
pub(super) fn how(ledger: &Ledger, what: &str) -> Option<Fidelity> {
    ledger.0.iter().find(|entry| entry.what == what).map(|entry| entry.how)
}

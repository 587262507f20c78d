//! Services and sites for the tests of recipes.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use testyard_model::plan::{Mount, ServicePlan};
use testyard_model::{Fidelity, Ledger, Product, Want};

use super::{Recipe, Server, Site};
use crate::{Refusal, fixture};

/// A service of an image with an environment and a command; an empty command is the image's own.
pub(super) fn service(image: &str, environment: &[(&str, &str)], command: &[&str]) -> ServicePlan {
    let words: Vec<String> = command.iter().map(ToString::to_string).collect();
    let mut service = fixture::service("it", image);
    service.environment =
        environment.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    service.command = (!words.is_empty()).then_some(words);
    service
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

/// A settled server with its ledger, for an image's own product in that version.
pub(super) fn settled(
    recipe: &dyn Recipe,
    service: &ServicePlan,
    version: &str,
) -> Result<(Box<dyn Server>, Ledger), Refusal> {
    let product = service.want.as_ref().map_or(Product::Redis, |want: &Want| want.product);
    let mut ledger = Ledger::default();
    let server = recipe.settle(service, &fixture::provision(product, version), &mut ledger)?;
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
        provision: fixture::provision(product, version),
        environment: service.environment.clone(),
    }
}

/// How the ledger says that something was met.
pub(super) fn how(ledger: &Ledger, what: &str) -> Option<Fidelity> {
    ledger.0.iter().find(|entry| entry.what == what).map(|entry| entry.how)
}

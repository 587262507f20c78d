//! Going through what compose files say: each service once, also when several sets of files hold it.

use std::collections::HashSet;

use testyard_model::Place;
use testyard_project::compose::Service;

use crate::scene::{ComposeSet, Scene};

/// Every service of every set. One that two sets read from the same place comes twice: what is found about it is to be
/// told once, see [`Once`].
pub(super) fn service(scene: &Scene) -> impl Iterator<Item = (&ComposeSet, &Service)> {
    scene.compose().iter().flat_map(|set| set.project.services.iter().map(move |service| (set, service)))
}

/// Lets each place through once for each subject.
#[derive(Default)]
pub(super) struct Once(HashSet<(Place, String)>);

impl Once {
    /// Whether this is the first time.
    pub(super) fn first(&mut self, place: &Place, subject: &str) -> bool {
        self.0.insert((place.clone(), subject.to_owned()))
    }
}

/// When two services are active at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Together<'a> {
    /// Whatever the profiles.
    Always,
    /// When this profile is active.
    With(&'a str),
    /// Only when somebody activates two profiles.
    Hardly,
}

/// When two services are active at the same time.
pub(super) fn together<'a>(a: &'a Service, b: &'a Service) -> Together<'a> {
    match (a.profiles.first(), b.profiles.first()) {
        (None, None) => Together::Always,
        (None, Some(profile)) | (Some(profile), None) => Together::With(profile),
        (Some(_), Some(_)) => {
            let shared = a.profiles.iter().find(|profile| b.profiles.contains(profile));
            shared.map_or(Together::Hardly, |profile| Together::With(profile))
        }
    }
}

/// Every pair of services of a set that run as containers.
pub(super) fn pairs(set: &ComposeSet) -> impl Iterator<Item = (&Service, &Service)> {
    let runs = |service: &&Service| service.replicas != Some(0);
    let services: Vec<&Service> = set.project.services.iter().filter(runs).collect();
    let count = services.len();
    let pairs = (0..count).flat_map(move |a| (a + 1..count).map(move |b| (a, b)));
    pairs.map(move |(a, b)| (services[a], services[b]))
}

//! Everything that a set of compose files says, and which of its services are active.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use testyard_model::{Finding, Place};

use super::service::Service;

/// What is to be read.
#[derive(Debug, Clone)]
pub struct LoadRequest<'a> {
    /// The compose files, in the order they are merged, relative to the project directory or absolute.
    pub files: Vec<PathBuf>,
    /// The folder that relative paths in the files start from, and where `.env` is looked for. Absolute.
    pub project_directory: PathBuf,
    /// The process environment. Nothing else is asked for variables.
    pub variables: &'a BTreeMap<String, String>,
    /// Files of variables instead of `.env`; when empty, `COMPOSE_ENV_FILES` and then `.env` count.
    pub env_files: Vec<PathBuf>,
    /// The profiles to activate; when empty, `COMPOSE_PROFILES` counts. `*` activates all.
    pub profiles: Vec<String>,
    /// The folder that places in findings are relative to. Absolute.
    pub display_root: PathBuf,
}

/// A set of compose files, merged and typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ComposeProject {
    /// `COMPOSE_PROJECT_NAME`, else `name`, else the name of the project directory made fit.
    pub name: String,
    /// The services, in the order the files define them, inactive ones included.
    pub services: Vec<Service>,
    /// Top-level `volumes`.
    pub volumes: Vec<Volume>,
    /// Top-level `networks`.
    pub networks: Vec<Network>,
    /// Top-level `secrets`.
    pub secrets: Vec<Material>,
    /// Top-level `configs`.
    pub configs: Vec<Material>,
    /// The active profiles.
    pub profiles: Vec<String>,
    /// Every file that was read: compose files, included and extended ones, environment files. In the order of
    /// reading, relative to the display root where they lie inside it.
    pub files: Vec<PathBuf>,
    /// The variables that interpolation saw: the process environment over the environment files.
    pub variables: BTreeMap<String, String>,
    /// `x-…` at the top level, as they were written.
    pub extensions: BTreeMap<String, serde_json::Value>,
}

/// A top-level volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its key.
    pub key: String,
    /// The name that engines know it by, when written.
    pub name: Option<String>,
    /// Whether it exists outside this project.
    pub external: bool,
    /// Its driver, when written.
    pub driver: Option<String>,
    /// Its driver's options.
    pub driver_opts: BTreeMap<String, String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where it stands.
    pub place: Place,
}

/// A top-level network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Its key.
    pub key: String,
    /// The name that engines know it by, when written.
    pub name: Option<String>,
    /// Whether it exists outside this project.
    pub external: bool,
    /// Whether it is cut off from the outside.
    pub internal: bool,
    /// Its driver, when written.
    pub driver: Option<String>,
    /// Its driver's options.
    pub driver_opts: BTreeMap<String, String>,
    /// The subnets of its address plan.
    pub subnets: Vec<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where it stands.
    pub place: Place,
}

/// A top-level secret or config: something that services are given as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Its key.
    pub key: String,
    /// The name that engines know it by, when written.
    pub name: Option<String>,
    /// Where its content comes from.
    pub from: MaterialSource,
    /// Where it stands.
    pub place: Place,
}

/// Where the content of a secret or config comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MaterialSource {
    /// `file`, absolute.
    File(PathBuf),
    /// `environment`: the variable of that name.
    Environment(String),
    /// `content`, after interpolation.
    Content(String),
    /// `external`: it exists outside this project.
    External,
}

impl ComposeProject {
    /// The service of that name, active or not.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The services that the active profiles include.
    pub fn active(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.active)
    }

    /// The services that would be active with these profiles and with these services named: a named one is active
    /// whatever its profiles, and so is everything that an active one requires.
    pub fn activate(&self, profiles: &[String], named: &[String]) -> BTreeSet<String> {
        let mut open: Vec<&Service> = self
            .services
            .iter()
            .filter(|service| includes(profiles, &service.profiles) || named.contains(&service.name))
            .collect();
        let mut active = BTreeSet::new();
        while let Some(service) = open.pop() {
            if active.insert(service.name.clone()) {
                let needed = service.depends_on.iter().filter(|dependency| dependency.required);
                open.extend(needed.filter_map(|dependency| self.service(&dependency.service)));
            }
        }
        active
    }

    /// What does not hold between the services that would be active with these profiles. The findings have no source
    /// line.
    pub fn findings_with(&self, profiles: &[String]) -> Vec<Finding> {
        let mut project = self.clone();
        project.profiles = profiles.to_vec();
        project.mark_active();
        super::check::project(&project)
    }
}

impl ComposeProject {
    /// Marks the services that the active profiles include, and those that one of them requires.
    pub(crate) fn mark_active(&mut self) {
        let active = self.activate(&self.profiles, &[]);
        for service in &mut self.services {
            service.active = active.contains(&service.name);
        }
    }

    /// Whether the active profiles include a service, not counting that others may require it.
    pub(crate) fn includes(&self, service: &Service) -> bool {
        includes(&self.profiles, &service.profiles)
    }
}

/// The profiles that are asked for, else those that `COMPOSE_PROFILES` names.
pub(crate) fn active_profiles(asked: &[String], variables: &BTreeMap<String, String>) -> Vec<String> {
    if !asked.is_empty() {
        return asked.to_vec();
    }
    let named = variables.get("COMPOSE_PROFILES").map(String::as_str).unwrap_or_default();
    named.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Whether a service with these profiles is active under those. A service without profiles always is.
fn includes(active: &[String], profiles: &[String]) -> bool {
    profiles.is_empty() || active.iter().any(|profile| profile == "*" || profiles.contains(profile))
}

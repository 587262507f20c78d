//! Which services a run brings up, and why the others are left out.
//!
//! Infrastructure, that is a service whose image has a recipe, is brought up. An application service needs its image,
//! which no engine here can run: it is left out, unless a suite names it. Then its suite must know, and it is planned
//! to be blocked with a reason.

use std::collections::{BTreeMap, BTreeSet};

use testyard_model::plan::{Engine, LeftOut, ServicePlan};
use testyard_model::{Finding, Severity, image};

use super::origins::Origins;
use super::{base_image, service};
use crate::codes;
use crate::compose::{ComposeProject, Service};
use crate::config::{self, EnvironmentConfig};
use crate::source::{Source, Sourced};

/// Profiles whose names say that they are for tests.
const TEST_PROFILES: [&str; 8] =
    ["test", "tests", "testing", "integration", "integration-tests", "ci", "e2e", "unit"];
/// Clients that come with a service's image: a service that runs one does a job once and serves nothing.
const CLIENTS: [&str; 16] = [
    "psql",
    "pg_dump",
    "pg_restore",
    "pg_isready",
    "createdb",
    "redis-cli",
    "valkey-cli",
    "mysql",
    "mysqladmin",
    "mysqldump",
    "mariadb",
    "nats",
    "sleep",
    "tail",
    "true",
    "echo",
];
/// The programs that serve. A shell line that names one of them serves.
const SERVERS: [&str; 9] = [
    "postgres",
    "redis-server",
    "valkey-server",
    "nats-server",
    "mysqld",
    "mariadbd",
    "rabbitmq-server",
    "mosquitto",
    "memcached",
];

/// What is known before services are chosen.
pub(super) struct Choice<'a> {
    /// The compose files, if there are any.
    pub(super) compose: Option<&'a ComposeProject>,
    /// `[environment]`.
    pub(super) config: &'a EnvironmentConfig,
    /// The services that run the tests.
    pub(super) runners: &'a [&'a Service],
    /// The services that suites name, each with where.
    pub(super) named: &'a BTreeMap<String, Source>,
    /// Whether the attach engine was asked for by name.
    pub(super) only_attach: bool,
    /// Whether the native engine was asked for by name.
    pub(super) only_native: bool,
}

/// The services that were chosen.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) services: Vec<ServicePlan>,
    pub(super) left_out: Vec<LeftOut>,
    /// What is worth knowing, and errors where a suite names what cannot be.
    pub(super) findings: Vec<Finding>,
}

impl Chosen {
    /// Leaves out a service, with everything that tells when a test missed it.
    fn leave(&mut self, compose: &ComposeProject, service: &Service, why: String) {
        let lowered = service::lower(compose, service);
        let ports = lowered.published.iter().filter_map(|port| port.published).collect();
        let hosts = std::iter::once(lowered.name.clone()).chain(lowered.aliases).collect();
        self.left_out.push(LeftOut { service: lowered.name, why, hosts, ports });
    }

    /// Leaves out a service that tests have no use for: nobody is excused by its absence.
    fn dismiss(&mut self, service: &Service, why: &str) {
        let left = LeftOut { service: service.name.clone(), why: why.to_owned(), ..LeftOut::default() };
        self.left_out.push(left);
    }

    /// What answers where a service that was left out would have: it is not missed there.
    fn forget_answered(&mut self) {
        let answered: BTreeSet<u16> = self
            .services
            .iter()
            .flat_map(|service| &service.published)
            .filter_map(|port| port.published)
            .collect();
        for left in &mut self.left_out {
            left.ports.retain(|port| !answered.contains(port));
        }
    }
}

impl Choice<'_> {
    /// Decides for every service.
    pub(super) fn decide(&self, origins: &mut Origins) -> Chosen {
        let mut chosen = Chosen::default();
        let active = self.active(origins);
        if let Some(compose) = self.compose {
            for service in &compose.services {
                self.one(compose, service, &active, &mut chosen);
            }
        }
        for (name, url) in &self.config.attach {
            origins.note(format!("environment.attach.{name}"), &url.value, &url.source);
        }
        let known = |name: &str| self.compose.is_some_and(|compose| self.spelled_in(compose, name).is_some());
        for (name, url) in self.config.attach.iter().filter(|(name, _)| !known(name)) {
            chosen.services.push(attached(ServicePlan::named(name), url));
        }
        chosen.forget_answered();
        chosen
    }

    fn one(
        &self,
        compose: &ComposeProject,
        service: &Service,
        active: &BTreeSet<String>,
        chosen: &mut Chosen,
    ) {
        let named = self.named.get(&service.name);
        let recipe = is_infrastructure(service);
        let url = self.attach_of(&service.name).filter(|_| !(self.only_native && recipe));
        if let Some(url) = url {
            return chosen.services.push(attached(service::lower(compose, service), url));
        }
        if named.is_none() && self.runners.iter().any(|runner| runner.name == service.name) {
            return chosen.dismiss(service, "it runs the tests: its environment goes to the suites");
        }
        if !active.contains(&service.name) {
            return chosen.leave(
                compose,
                service,
                format!("it is outside the active profiles: it belongs to {}", service.profiles.join(", ")),
            );
        }
        if self.only_attach {
            if let Some(source) = named {
                let message = format!("the engine is attach, and nothing says where `{}` runs", service.name);
                let help = format!("add its address to [environment.attach]: {} = \"tcp://…\"", service.name);
                chosen.findings.push(source.error(codes::UNKNOWN_NAME, message).help(help));
            }
            return chosen.leave(compose, service, "[environment.attach] gives no address for it".to_owned());
        }
        match (why_not(service).map(|why| built_elsewhere(compose, service).unwrap_or(why)), named) {
            (None, _) => chosen.services.push(service::lower(compose, service)),
            (Some(why), None) => chosen.leave(compose, service, self.app_reason(service, why)),
            (Some(why), Some(source)) => {
                let message = format!("the suite needs service `{}`, but {why}", service.name);
                let finding = source.finding(codes::CANNOT_PROVIDE, Severity::Warning, message);
                let help =
                    format!("give its address in [environment.attach]: {} = \"http://…\"", service.name);
                chosen.findings.push(finding.help(help));
                // Planned without a program: its engine says why it is blocked, and so are the suites that need it.
                chosen.services.push(ServicePlan { want: None, ..service::lower(compose, service) });
            }
        }
    }

    /// Why an application service is left out.
    fn app_reason(&self, service: &Service, why: String) -> String {
        match self.config.native.get(&service.name) {
            Some(command) => format!("{why}; its command in {} is not run by this version", command.source),
            None => why,
        }
    }

    /// The address that is configured for a service. A variable spells names in capitals.
    fn attach_of(&self, name: &str) -> Option<&Sourced<String>> {
        let spelled = config::spelled(name);
        let by_variable = || self.config.attach.iter().find(|(key, _)| **key == spelled).map(|(_, url)| url);
        self.config.attach.get(name).or_else(by_variable)
    }

    /// The compose service that an attached name means.
    fn spelled_in<'a>(&self, compose: &'a ComposeProject, name: &str) -> Option<&'a Service> {
        compose.services.iter().find(|service| service.name == name || config::spelled(&service.name) == name)
    }

    /// The services that are active: by the profiles that are configured, else also by those that are for tests and
    /// by what the test-running services and the suites need.
    fn active(&self, origins: &mut Origins) -> BTreeSet<String> {
        let Some(compose) = self.compose else { return BTreeSet::new() };
        let named: Vec<String> = self.named.keys().cloned().collect();
        if let Some(configured) = &self.config.profiles {
            origins.note(
                "environment.profiles",
                list(configured.value.iter().map(|one| &*one.value)),
                &configured.source,
            );
            return compose.activate(&compose.profiles, &named);
        }
        let (profiles, why) = self.test_profiles(compose);
        if !profiles.is_empty() {
            origins.found("environment.profiles", list(profiles.iter().map(String::as_str)), why);
        } else if !compose.profiles.is_empty() {
            let from = Source::Variable("COMPOSE_PROFILES".to_owned());
            origins.note("environment.profiles", list(compose.profiles.iter().map(String::as_str)), &from);
        }
        let profiles: Vec<String> = compose.profiles.iter().cloned().chain(profiles).collect();
        let needed =
            self.runners.iter().flat_map(|runner| &runner.depends_on).map(|needed| needed.service.clone());
        compose.activate(&profiles, &named.into_iter().chain(needed).collect::<Vec<_>>())
    }

    /// Profiles that hold infrastructure and are for tests, and why they are active.
    fn test_profiles(&self, compose: &ComposeProject) -> (Vec<String>, String) {
        if !compose.profiles.is_empty() {
            return (Vec::new(), String::new());
        }
        let infrastructure = compose.services.iter().filter(|service| is_infrastructure(service));
        let held: BTreeSet<&String> = infrastructure.flat_map(|service| &service.profiles).collect();
        let of_runners: BTreeSet<&String> = self.runners.iter().flat_map(|runner| &runner.profiles).collect();
        let by_runner: Vec<String> =
            held.intersection(&of_runners).map(|profile| (*profile).clone()).collect();
        if let (Some(runner), false) = (self.runners.first(), by_runner.is_empty()) {
            return (by_runner, format!("`{}`, which runs the tests, belongs to them", runner.name));
        }
        let by_name: Vec<String> =
            held.into_iter().filter(|profile| TEST_PROFILES.contains(&profile.as_str())).cloned().collect();
        (by_name, "their names say that they are for tests".to_owned())
    }
}

/// The same service at an address where it already runs.
fn attached(service: ServicePlan, url: &Sourced<String>) -> ServicePlan {
    ServicePlan { engine: Engine::Attach, attach: Some(url.value.clone()), ..service }
}

/// Whether a service is infrastructure: its image has a recipe and it serves.
pub(crate) fn is_infrastructure(service: &Service) -> bool {
    why_not(service).is_none()
}

/// Why no recipe fits a service; none when one does.
fn why_not(service: &Service) -> Option<String> {
    if service.build.is_some() {
        let plain = base_image::of(service).is_some();
        return (!plain).then(|| "it needs its image built".to_owned());
    }
    let Some(reference) = &service.image else { return Some("it has no image".to_owned()) };
    if image::want(reference).is_none() {
        return Some(format!("there is no recipe for the image {reference}"));
    }
    runs_client(service).map(|client| format!("it runs `{client}` once and serves nothing"))
}

/// Why a service has no image of its own to run: another service's build makes it.
fn built_elsewhere(compose: &ComposeProject, service: &Service) -> Option<String> {
    let image = service.image.as_ref().filter(|_| service.build.is_none())?;
    let builder =
        compose.services.iter().find(|other| other.build.is_some() && other.image.as_ref() == Some(image))?;
    Some(format!("it needs the image {image}, which `{}` builds", builder.name))
}

/// The client that a service of a known image runs instead of its server.
fn runs_client(service: &Service) -> Option<String> {
    let words = service.entrypoint.iter().chain(&service.command).flatten();
    let words: Vec<&str> = words.flat_map(|word| word.split_whitespace()).collect();
    let program = |word: &&str| word.rsplit('/').next().unwrap_or_default().to_owned();
    let first = words.first().map(program)?;
    let shell = matches!(first.as_str(), "sh" | "bash");
    let serves =
        words.iter().map(program).any(|word| SERVERS.contains(&word.as_str()) || word.contains("entrypoint"));
    (!serves && (shell || CLIENTS.contains(&first.as_str()))).then_some(first)
}

/// Names in words.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

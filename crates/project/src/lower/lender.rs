//! The service whose environment the suites get, and why.
//!
//! A service that runs the tests says with which variables they run. Where there is none, people run the tests inside
//! the container of the application; so the application that is built from the tests' own folder lends its
//! environment, when it uses services that a run brings up.

use std::path::Path;

use crate::compose::{ComposeProject, Service};

use super::services::is_infrastructure;

/// The service that lends its environment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lender<'a> {
    /// The service.
    pub(super) service: &'a Service,
    /// Why it is this one, in words that follow its name.
    pub(super) why: &'static str,
}

/// The lender for suites that run in a folder, absolute. `runners` are the services that run tests.
pub(super) fn find<'a>(
    compose: Option<&'a ComposeProject>,
    runners: &[&'a Service],
    folder: &Path,
) -> Option<Lender<'a>> {
    if let Some(service) = runners.first() {
        return Some(Lender { service, why: "which runs the tests" });
    }
    let compose = compose?;
    let uses_services = |service: &Service| {
        let infrastructure = |name: &str| compose.service(name).is_some_and(is_infrastructure);
        let by_dependency = service.depends_on.iter().any(|other| infrastructure(&other.service));
        let values = || service.environment.values();
        by_dependency
            || compose
                .services
                .iter()
                .any(|other| is_infrastructure(other) && values().any(|value| names(value, &other.name)))
    };
    let built_from = |service: &Service| {
        let context = Path::new(&service.build.as_ref()?.context).to_owned();
        folder.starts_with(&context).then(|| context.components().count())
    };
    let mut best: Option<(usize, &Service)> = None;
    for service in compose.services.iter().filter(|service| uses_services(service)) {
        // The nearest context wins; among equals the first: a worker beside the application shares its settings.
        if let Some(depth) = built_from(service)
            && best.is_none_or(|(deepest, _)| depth > deepest)
        {
            best = Some((depth, service));
        }
    }
    best.map(|(_, service)| Lender { service, why: "which is built from the tests' own folder" })
}

/// Whether a value such as a URL names a host.
fn names(value: &str, host: &str) -> bool {
    value
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .any(|word| word == host)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::compose;

    fn check(services: &str, folder: &str, expected: Option<&str>) {
        let text = format!("services:\n  db: {{ image: 'postgres:16' }}\n{services}");
        let (project, findings) = compose::parse_str(&text, &BTreeMap::new());
        assert_eq!(findings, [], "{services}");
        let runners = super::super::test_service::find(&project);
        let found =
            find(Some(&project), &runners, Path::new(folder)).map(|lender| lender.service.name.as_str());
        assert_eq!(found, expected, "{services}");
    }

    #[test]
    fn the_service_that_runs_tests_lends() {
        let tests = "  tests: { build: ., command: pytest, depends_on: [db] }\n";
        let web = "  web: { build: ., depends_on: [db] }\n";
        check(&format!("{web}{tests}"), "/project", Some("tests"));
        check(web, "/project", Some("web"));
    }

    #[test]
    fn the_application_of_the_tests_own_folder_lends() {
        let web = "  web: { build: ., depends_on: [db] }\n";
        let api = "  api: { build: ./api, environment: { URL: 'postgresql://me@db:5432/x' } }\n";
        check(&format!("{web}{api}"), "/project/api/tests", Some("api"));
        check(&format!("{web}{api}"), "/project", Some("web"));
        check(api, "/project", None);
        check("  docs: { build: ., environment: { URL: 'http://dbx' } }\n", "/project", None);
    }
}

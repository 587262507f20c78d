//! The compose service that exists to run the tests. It is not started: its environment goes to the suites.

use std::path::{Path, PathBuf};

use crate::compose::service::VolumeKind;
use crate::compose::{ComposeProject, Service};

/// Programs whose presence in a command says that it runs tests.
const RUNNERS: [&str; 8] = ["pytest", "py.test", "tox", "nox", "nosetests", "nose2", "unittest", "behave"];
/// Words of a name that say the same of a service that is built from the project.
const NAMES: [&str; 6] = ["tests", "runner", "testrunner", "pytest", "tester", "testing"];

/// The services that run tests, the one that depends on most first.
pub(crate) fn find(compose: &ComposeProject) -> Vec<&Service> {
    let mut found: Vec<&Service> = compose.services.iter().filter(|service| runs_tests(service)).collect();
    found.sort_by_key(|service| std::cmp::Reverse((service.depends_on.len(), service.environment.len())));
    found
}

/// Whether a service exists to run the tests.
fn runs_tests(service: &Service) -> bool {
    if service.image.as_deref().and_then(testyard_model::image::want).is_some() && service.build.is_none() {
        return false;
    }
    let words = service.entrypoint.iter().chain(&service.command).flatten();
    let by_command = words
        .flat_map(|word| word.split(|c: char| c.is_whitespace() || c == '/' || c == ';'))
        .any(|word| RUNNERS.contains(&word));
    by_command
        || (service.build.is_some() && !service.depends_on.is_empty() && named_for_tests(&service.name))
        || runs_django_tests(service)
}

/// `manage.py test`.
fn runs_django_tests(service: &Service) -> bool {
    let line = service.command.iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    line.contains("manage.py test")
}

fn named_for_tests(name: &str) -> bool {
    let name = name.to_lowercase();
    name == "test" || name.split(['-', '_', '.']).any(|word| NAMES.contains(&word))
}

/// The folder of this machine that the service works in, relative to the project, when a mount shows it.
pub(super) fn folder(root: &Path, service: &Service) -> Option<PathBuf> {
    let inside = Path::new(service.working_dir.as_deref()?);
    service.volumes.iter().find_map(|mount| {
        let VolumeKind::Bind(source) = &mount.kind else { return None };
        let rest = inside.strip_prefix(&mount.target).ok()?;
        let folder = source.join(rest);
        folder.is_dir().then_some(())?;
        folder.strip_prefix(root).ok().map(Path::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use testyard_model::Place;

    fn service(name: &str, image: Option<&str>, command: &str) -> Service {
        let mut service = Service::new(name, Place::file("compose.yaml"));
        service.image = image.map(str::to_owned);
        service.command = (!command.is_empty()).then(|| shlex::split(command).expect("words"));
        service
    }

    #[test]
    fn services_that_run_tests() {
        let check =
            |service: &Service, expected: bool| assert_eq!(runs_tests(service), expected, "{service:?}");
        check(&service("x", Some("app"), "pytest tests"), true);
        check(&service("x", Some("app"), "sh -c 'alembic upgrade head && python -m pytest'"), true);
        check(&service("x", Some("app"), "python manage.py test"), true);
        check(&service("x", Some("app"), "uvicorn app.main:app"), false);
        check(&service("x", Some("app"), "python -m pytester_server"), false);
        check(&service("tests", Some("postgres:16"), ""), false);
        check(&service("tests", Some("app"), ""), false);
    }
}

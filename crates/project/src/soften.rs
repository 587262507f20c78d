//! Which errors in compose files do not matter to a run: those of services that it leaves out.
//!
//! `docker compose` refuses a set of files when the environment file of one service is missing or one variable is not
//! set. A run that does not start that service need not refuse; it says so and goes on.
//!
//! And which warning does matter: a file whose services all stand at the top level holds no service at all.

use testyard_model::{Finding, Severity};

use crate::compose::{ComposeProject, Service, codes};
use crate::lower::{is_infrastructure, test_service};

/// Errors that only concern the service they stand in.
const OF_ONE_SERVICE: [&str; 3] = [codes::UNREADABLE, codes::REQUIRED_VARIABLE, codes::BAD_ENV_LINE];

/// The findings, with errors that do not matter as warnings.
pub(crate) fn soften(compose: &ComposeProject, findings: Vec<Finding>) -> Vec<Finding> {
    let runners = test_service::find(compose);
    let left_out = |service: &Service| {
        !is_infrastructure(service) && runners.iter().all(|runner| runner.name != service.name)
    };
    let harmless = |finding: &Finding| {
        // Lowering activates whatever an active service needs.
        finding.code == codes::INACTIVE_DEPENDENCY
            || (OF_ONE_SERVICE.contains(&finding.code.as_str())
                && holder(compose, finding).is_some_and(left_out))
    };
    let unimportant = |finding: &Finding| {
        finding.code == codes::UNSET_VARIABLE && holder(compose, finding).is_some_and(left_out)
    };
    findings
        .into_iter()
        .map(|finding| match finding.severity {
            Severity::Warning if is_first_version(compose, &finding) => Finding {
                severity: Severity::Error,
                help: Some("indent the services and put them under `services:`".to_owned()),
                ..finding
            },
            Severity::Error if harmless(&finding) => Finding { severity: Severity::Warning, ..finding },
            Severity::Warning if unimportant(&finding) => Finding { severity: Severity::Note, ..finding },
            _ => finding,
        })
        .collect()
}

/// Whether a key at the top level is a service of compose's first version, which had no `services`. No `docker compose`
/// reads that any more, and tests would miss what the file means to bring up.
fn is_first_version(compose: &ComposeProject, finding: &Finding) -> bool {
    compose.services.is_empty() && finding.code == codes::UNKNOWN_KEY && finding.place.column == 1
}

/// The service that a finding stands in.
fn holder<'a>(compose: &'a ComposeProject, finding: &Finding) -> Option<&'a Service> {
    let place = &finding.place;
    compose.services.iter().find(|service| {
        let same_file =
            || service.places.values().chain([&service.place]).filter(|one| one.path == place.path);
        let first = same_file().map(|one| one.line).min();
        let last = same_file().map(|one| one.line).max();
        first.is_some_and(|first| first <= place.line) && last.is_some_and(|last| place.line <= last)
    })
}

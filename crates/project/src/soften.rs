//! Which errors in compose files do not matter to a run: those of services that it leaves out.
//!
//! `docker compose` refuses a set of files when the environment file of one service is missing or one variable is not
//! set. A run that does not start that service need not refuse; it says so and goes on.
//!
//! And which warning does matter: a file whose services all stand at the top level holds no service at all.

use testyard_model::{Finding, Place, Severity};

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
    let blanks: Vec<Place> = findings
        .iter()
        .filter(|finding| finding.code == codes::UNSET_VARIABLE)
        .map(|finding| finding.place.clone())
        .collect();
    // What a blank makes of a value says nothing about what stands there once the variable is set.
    let of_a_blank = |finding: &Finding| {
        let place = &finding.place;
        finding.code != codes::UNSET_VARIABLE
            && blanks.iter().any(|blank| blank.path == place.path && blank.line == place.line)
    };
    let harmless = |finding: &Finding| {
        // Lowering activates whatever an active service needs.
        finding.code == codes::INACTIVE_DEPENDENCY
            || ((OF_ONE_SERVICE.contains(&finding.code.as_str()) || of_a_blank(finding))
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

/// The service that a finding stands in: the one that begins last before it, unless something of the top level begins
/// between them.
fn holder<'a>(compose: &'a ComposeProject, finding: &Finding) -> Option<&'a Service> {
    let before = |place: &Place| place.path == finding.place.path && place.line <= finding.place.line;
    let services = compose.services.iter().filter(|service| before(&service.place));
    let nearest = services.max_by_key(|service| service.place.line)?;
    let materials = compose.secrets.iter().chain(&compose.configs).map(|one| &one.place);
    let volumes = compose.volumes.iter().map(|one| &one.place);
    let mut others = compose.networks.iter().map(|one| &one.place).chain(volumes).chain(materials);
    let between = others.any(|place| before(place) && place.line > nearest.place.line);
    (!between).then_some(nearest)
}

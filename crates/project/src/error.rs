//! Why a project cannot be loaded or lowered: what its user wrote is wrong.

use testyard_model::{Finding, Severity};

/// The command line or a file of the project is wrong. Holds at least one finding of severity error; each names its
/// place, its line and what to do. Ends with exit code 2.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", summary(.findings))]
pub struct ConfigError {
    /// What is wrong, in the order of the files and their lines.
    pub findings: Vec<Finding>,
}

impl ConfigError {
    /// The errors among some findings, if there are any.
    pub(crate) fn among(findings: &[Finding]) -> Option<ConfigError> {
        let mut errors: Vec<Finding> =
            findings.iter().filter(|finding| finding.severity == Severity::Error).cloned().collect();
        errors.sort_by(|a, b| a.place.cmp(&b.place));
        (!errors.is_empty()).then_some(ConfigError { findings: errors })
    }
}

impl From<Finding> for ConfigError {
    fn from(finding: Finding) -> Self {
        ConfigError { findings: vec![finding] }
    }
}

/// The first message with its place, and how many more there are.
fn summary(findings: &[Finding]) -> String {
    match findings {
        [] => "the configuration is wrong".to_owned(),
        [only] => format!("{}: {}", only.place, only.message),
        [first, rest @ ..] => format!("{}: {} (and {} more)", first.place, first.message, rest.len()),
    }
}

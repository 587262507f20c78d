//! Views of an inspection, one file per format.

mod context;
mod github;
mod human;
mod json;
mod sarif;

use testyard_model::{Inspection, Severity};

use crate::ci::under;

pub use context::{Sent, context, context_json};
pub use github::github;
pub use human::{explain, human};
pub use json::{explain_json, json};
pub use sarif::sarif;

/// A rule as views describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its code.
    pub code: String,
    /// What it says, in a few words.
    pub title: String,
    /// How much it weighs; `None` for a code that weighs differently from place to place.
    pub severity: Option<Severity>,
    /// Its manual page in Markdown.
    pub page: String,
}

/// An inspection and what is needed to show it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// What was found.
    pub inspection: &'a Inspection,
    /// The project's folder as the caller names it, for formats whose paths start where the caller stands; empty when
    /// that is the project's folder itself.
    pub prefix: &'a str,
    /// Findings that were left out because they were known before.
    pub known: usize,
}

impl Shown<'_> {
    /// A path of the project as seen from where the caller stands.
    fn path(&self, path: &std::path::Path) -> String {
        under(self.prefix, &path.to_string_lossy())
    }
}

#[cfg(test)]
mod fixture {
    use testyard_model::{Cause, Finding, Inspection, Place, Severity};

    /// Two findings of one cause, an error with everything, and a note about a file.
    pub(super) fn inspection() -> Inspection {
        let of_cause = |line, name: &str| Finding {
            cause: Some("context:docker/Dockerfile".to_owned()),
            basis: Some("compose.yaml: service api".to_owned()),
            ..Finding::new(
                "TY-CX001",
                Severity::Error,
                Place::at("docker/Dockerfile", line, 6),
                format!("`{name}` is not in the context"),
            )
            .source(format!("COPY {name} /srv/"))
        };
        let mut inspection = Inspection {
            findings: vec![
                Finding::new(
                    "TY-CM050",
                    Severity::Note,
                    Place::file("compose.yaml"),
                    "`version` is obsolete",
                ),
                of_cause(3, "app"),
                of_cause(4, "requirements.txt"),
                Finding::new("TY-SH001", Severity::Warning, Place::at("run, it.sh", 7, 1), "50% of it: lost")
                    .source("set -e")
                    .help("write\nset -euo pipefail"),
            ],
            causes: vec![Cause {
                id: "context:docker/Dockerfile".to_owned(),
                message: "the context should be `..`: 2 of 2 sources then resolve".to_owned(),
                findings: Vec::new(),
            }],
            ..Inspection::default()
        };
        inspection.summary.files = 3;
        inspection.summary.elapsed_ms = 12;
        inspection.settle();
        inspection
    }

    pub(super) fn shown(inspection: &Inspection) -> super::Shown<'_> {
        super::Shown { inspection, prefix: "", known: 0 }
    }
}

//! An inspection as GitHub Actions reads it from a job's output: one annotation a finding.

use testyard_model::{Finding, Severity};

use super::Shown;
use crate::ci;

/// The lines that become annotations.
pub fn github(shown: &Shown<'_>) -> Vec<String> {
    shown.inspection.findings.iter().map(|finding| annotation(finding, shown)).collect()
}

fn annotation(finding: &Finding, shown: &Shown<'_>) -> String {
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let number = |at: u32| if at > 0 { at.to_string() } else { String::new() };
    let properties = [
        ("file", shown.path(&finding.place.path)),
        ("line", number(finding.place.line)),
        ("col", number(finding.place.column)),
        ("title", finding.code.clone()),
    ];
    let help = finding.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
    ci::annotation(kind, &properties, &format!("{}{help}", finding.message))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{inspection, shown};
    use super::*;

    #[test]
    fn annotations_are_escaped() {
        let inspection = inspection();
        let shown = Shown { prefix: "services/api", ..shown(&inspection) };
        insta::assert_snapshot!(github(&shown).join("\n"), @"
        ::notice file=services/api/compose.yaml,title=TY-CM050::`version` is obsolete
        ::error file=services/api/docker/Dockerfile,line=3,col=6,title=TY-CX001::`app` is not in the context
        ::error file=services/api/docker/Dockerfile,line=4,col=6,title=TY-CX001::`requirements.txt` is not in the context
        ::warning file=services/api/run%2C it.sh,line=7,col=1,title=TY-SH001::50%25 of it: lost%0Ahelp: write%0Aset -euo pipefail
        ");
    }
}

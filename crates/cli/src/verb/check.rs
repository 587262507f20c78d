//! `testyard check`.

use std::path::Path;

use testyard_commands::CommandError;
use testyard_commands::check::{self, CheckRequest, Checked, Linter, Severity, Threshold};
use testyard_model::Exit;
use testyard_report::check::{
    Sent, Shown, context, context_json, explain, explain_json, github, human, json, sarif,
};

use super::{Desk, End};
use crate::arguments::{self, FailOn, Format, Output};

/// Says what will break, or explains a rule.
pub(super) fn check(desk: &Desk, typed: &arguments::Check) -> Result<End, CommandError> {
    if let Some(code) = &typed.explain {
        return page(desk, code);
    }
    if let Some(dockerfile) = &typed.context {
        return contexts(desk, typed, dockerfile);
    }
    let checked = check::check(&desk.context, &request(typed))?;
    show(desk, &checked);
    Ok(End::Exit(if checked.failed { Exit::Failed } else { Exit::Passed }))
}

fn request(typed: &arguments::Check) -> CheckRequest {
    CheckRequest {
        paths: typed.paths.clone(),
        fail_on: typed.fail_on.map(threshold),
        baseline: typed.baseline.clone(),
        diff: typed.diff.clone(),
        clone_proof: typed.clone_proof,
        with: typed.with.iter().copied().map(linter).collect(),
        host: typed.host,
    }
}

fn threshold(typed: FailOn) -> Threshold {
    match typed {
        FailOn::Error => Threshold::At(Severity::Error),
        FailOn::Warning => Threshold::At(Severity::Warning),
        FailOn::Note => Threshold::At(Severity::Note),
        FailOn::Never => Threshold::Never,
    }
}

fn linter(typed: arguments::Linter) -> Linter {
    match typed {
        arguments::Linter::Hadolint => Linter::Hadolint,
        arguments::Linter::Shellcheck => Linter::Shellcheck,
    }
}

fn show(desk: &Desk, checked: &Checked) {
    let shown = Shown { inspection: &checked.inspection, prefix: &checked.prefix, known: checked.known };
    match desk.output {
        Output::Human => desk.lines(&human(&shown, desk.screen.style)),
        Output::Json => desk.result(&json(&shown)),
        Output::Sarif => desk.result(&sarif(&shown, &check::rules(), env!("CARGO_PKG_VERSION"))),
        Output::Github => desk.lines(&github(&shown)),
    }
}

fn contexts(desk: &Desk, typed: &arguments::Check, dockerfile: &Path) -> Result<End, CommandError> {
    let found = check::contexts(&desk.context, dockerfile, typed.suggest, typed.clone_proof)?;
    let sent =
        Sent { listings: &found.listings, proposal: found.proposal.as_ref(), suggested: typed.suggest };
    match desk.format {
        Format::Json => desk.result(&context_json(&sent)),
        Format::Human => desk.lines(&context(&sent, desk.screen.style)),
    }
    Ok(End::Exit(Exit::Passed))
}

fn page(desk: &Desk, code: &str) -> Result<End, CommandError> {
    let rule = check::explain(code)?;
    match desk.format {
        Format::Json => desk.result(&explain_json(&rule)),
        Format::Human => desk.lines(&explain(&rule, desk.screen.style)),
    }
    Ok(End::Exit(Exit::Passed))
}

//! An inspection as people read it: one cause first with its findings below it, then what stands alone, the gravest
//! first.

use std::cmp::Reverse;

use testyard_model::{Finding, Inspection, Severity, Wish};

use super::{Described, Shown};
use crate::finding;
use crate::style::{Line, Role, Style};

/// The most findings of one cause that are shown; the rest is counted.
const OF_ONE_CAUSE: usize = 5;

/// The lines of an inspection, its summary last.
pub fn human(shown: &Shown<'_>, style: Style) -> Vec<String> {
    let inspection = shown.inspection;
    let mut lines = Vec::new();
    for cause in &inspection.causes {
        let findings =
            cause.findings.iter().filter_map(|at| inspection.findings.get(*at)).collect::<Vec<_>>();
        lines.extend(of_cause(&cause.message, &findings, style));
        lines.push(Line::new());
    }
    for one in alone(inspection) {
        lines.extend(finding::lines(one));
        lines.push(Line::new());
    }
    lines.extend(wishes(&inspection.wishes, style));
    lines.push(summary(shown));
    lines.iter().map(|line| line.paint(style)).collect()
}

/// The findings without a cause, the gravest first.
fn alone(inspection: &Inspection) -> Vec<&Finding> {
    let known = |id: &String| inspection.causes.iter().any(|cause| cause.id == *id);
    let findings = inspection.findings.iter();
    let mut alone: Vec<&Finding> =
        findings.filter(|finding| !finding.cause.as_ref().is_some_and(known)).collect();
    alone.sort_by_key(|finding| Reverse(finding.severity));
    alone
}

fn of_cause(message: &str, findings: &[&Finding], style: Style) -> Vec<Line> {
    let worst = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Note);
    let mut lines = vec![
        Line::new()
            .add(Role::of_severity(worst), worst.word())
            .plain(": ")
            .add(Role::Bold, message)
            .dim(format!(" ({})", count(findings.len(), "finding"))),
    ];
    let basis = findings.iter().find_map(|finding| finding.basis.as_deref());
    lines.extend(basis.map(|basis| Line::new().plain("  ").dim(format!("basis: {basis}"))));
    let each = findings.iter().take(OF_ONE_CAUSE);
    lines.extend(each.map(|one| Line::new().plain("  ").join(finding::title(one))));
    if let Some(more) = findings.len().checked_sub(OF_ONE_CAUSE).filter(|more| *more > 0) {
        lines.push(Line::new().plain("  ").dim(format!("{} and {more} more", style.ellipsis())));
    }
    lines
}

/// What the project requires of its scripts as a ticked list, script by script; nothing where it requires nothing.
fn wishes(wishes: &[Wish], style: Style) -> Vec<Line> {
    let mut lines = Vec::new();
    for of_script in wishes.chunk_by(|one, next| one.script == next.script) {
        lines.extend(
            of_script.first().map(|wish| Line::new().plain("required of ").add(Role::Bold, &wish.script)),
        );
        lines.extend(of_script.iter().map(|wish| {
            let (role, sign) = match wish.met {
                Some(true) => (Role::Good, style.sign("✓", "[x]")),
                Some(false) => (Role::Bad, style.sign("✗", "[ ]")),
                None => (Role::Care, style.sign("?", "[?]")),
            };
            Line::new().plain("  ").add(role, sign).plain(format!(" {}", wish.what))
        }));
        lines.push(Line::new());
    }
    lines
}

fn summary(shown: &Shown<'_>) -> Line {
    let tally = shown.inspection.summary;
    let found: Vec<String> = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(number, word))
        .collect();
    let (role, found) = match tally {
        _ if found.is_empty() => (Role::Good, "nothing found".to_owned()),
        _ if tally.errors > 0 => (Role::Bad, found.join(", ")),
        _ if tally.warnings > 0 => (Role::Care, found.join(", ")),
        _ => (Role::Plain, found.join(", ")),
    };
    let known = if shown.known > 0 { format!(", {} known before", shown.known) } else { String::new() };
    let where_ = format!(" in {}{known} ({} ms)", count(tally.files, "file"), tally.elapsed_ms);
    Line::new().add(role, found).dim(where_)
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// A rule's page.
pub fn explain(rule: &Described, style: Style) -> Vec<String> {
    let weight = rule.severity.map_or(String::new(), |severity| format!(" ({})", severity.word()));
    let title = Line::new().add(Role::Bold, format!("{}: {}", rule.code, rule.title)).dim(weight);
    let mut lines = vec![title.paint(style), String::new()];
    lines.extend(rule.page.lines().map(str::to_owned));
    lines
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{inspection, shown};
    use super::*;

    #[test]
    fn the_cause_comes_first_and_the_summary_last() {
        let inspection = inspection();
        insta::assert_snapshot!(human(&shown(&inspection), Style::default()).join("\n"), @"
        error: the context should be `..`: 2 of 2 sources then resolve (2 findings)
          basis: compose.yaml: service api
          docker/Dockerfile:3:6: error[TY-CX001]: `app` is not in the context
          docker/Dockerfile:4:6: error[TY-CX001]: `requirements.txt` is not in the context

        run, it.sh:7:1: warning[TY-SH001]: 50% of it: lost
          7 | set -e
            | ^
          help: write
                set -euo pipefail

        compose.yaml: note[TY-CM050]: `version` is obsolete

        2 errors, 1 warning, 1 note in 3 files (12 ms)
        ");
    }

    #[test]
    fn what_is_required_is_ticked_off() {
        let wish = |script: &str, what: &str, met| Wish { script: script.into(), what: what.into(), met };
        let list = [
            wish("setup.sh", "strict-mode", Some(true)),
            wish("setup.sh", "function die", Some(false)),
            wish("run.sh", "error-trap", None),
        ];
        let inspection = Inspection { wishes: list.to_vec(), ..Inspection::default() };
        insta::assert_snapshot!(human(&shown(&inspection), Style::default()).join("\n"), @"
        required of setup.sh
          ✓ strict-mode
          ✗ function die

        required of run.sh
          ? error-trap

        nothing found in 0 files (0 ms)
        ");
    }

    #[test]
    fn nothing_is_said_plainly() {
        let inspection = Inspection::default();
        let shown = Shown { known: 3, ..shown(&inspection) };
        assert_eq!(human(&shown, Style::default()), ["nothing found in 0 files, 3 known before (0 ms)"]);
    }
}

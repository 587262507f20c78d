//! Services, findings, notes, the environment, and where the logs are.

use testyard_model::state::ServiceStage;
use testyard_model::{CheckId, Phase};

use super::escape::{block, cell_code, code, escape, head, row};
use crate::Subject;
use crate::digest;
use crate::text;

/// One table of the services, then what each of them did not honour exactly, then why a broken one is broken, where
/// that is not told already because it blocked something.
pub(super) fn services(subject: &Subject<'_>) -> Vec<String> {
    let state = subject.state;
    if state.services.is_empty() {
        return Vec::new();
    }
    let mut table = head(&["Service", "State", "Engine", "Version", ">Ready in", "Address", "Fidelity"]);
    for service in &state.services {
        let report = service.report.as_ref();
        table += &row([
            escape(&service.name).as_str(),
            service.stage.word(),
            report.map_or("", |report| report.engine.word()),
            &report
                .map_or_else(String::new, |report| escape(&format!("{} {}", report.product, report.version))),
            &report.map_or_else(String::new, |report| text::span(report.ready_ms)),
            &report.map_or_else(String::new, |report| cell_code(&report.address)),
            report.map_or("", |report| report.ledger.worst().word()),
        ]);
    }
    let mut items = vec![table];
    let differences = digest::differences(state).map(|(service, entry)| {
        format!(
            "- {} {}: {}, {}\n",
            escape(&service.name),
            code(&entry.what),
            entry.how.word(),
            escape(&entry.detail)
        )
    });
    items.extend(
        differences.enumerate().map(|(index, item)| if index == 0 { format!("\n{item}") } else { item }),
    );
    let told: Vec<_> = digest::blocked(state).into_iter().map(|group| group.by).collect();
    let is_told = |name: &str| told.contains(&&CheckId::of(Phase::Services, name));
    let broken = state.services.iter().filter(|service| service.stage == ServiceStage::Broken);
    items.extend(broken.filter(|service| !service.evidence.is_empty() && !is_told(&service.name)).map(
        |service| {
            let evidence = block(service.evidence.iter().map(String::as_str), 2);
            format!("\n- {} is broken\n\n{evidence}", escape(&service.name))
        },
    ));
    items
}

/// One item for each finding, the worst first.
pub(super) fn findings(subject: &Subject<'_>) -> Vec<String> {
    let mut findings: Vec<_> = subject.state.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
        .into_iter()
        .map(|finding| {
            let help = finding.help.as_deref().map_or_else(String::new, |help| format!("; {}", escape(help)));
            format!(
                "- {} {} {}: {}{help}\n",
                finding.severity.word(),
                finding.code,
                code(&finding.place.to_string()),
                escape(&finding.message)
            )
        })
        .collect()
}

/// One item for each note.
pub(super) fn notes(subject: &Subject<'_>) -> Vec<String> {
    let notes = subject.state.notes.iter();
    notes.map(|(phase, message)| format!("- {phase}: {}\n", escape(message))).collect()
}

/// The machine, the engine, the files the plan was made from.
pub(super) fn environment(subject: &Subject<'_>) -> String {
    let Some(header) = &subject.state.header else { return String::new() };
    let mut shown = "## Environment\n\n".to_owned();
    shown += &format!("- Testyard: {}\n- Engine: {}\n", escape(&header.testyard), escape(&header.engine));
    for (what, value) in &header.host {
        shown += &format!("- {}: {}\n", escape(what), escape(value));
    }
    let files = subject.plan.map(|plan| plan.project.files.as_slice()).unwrap_or_default();
    if !files.is_empty() {
        let files: Vec<String> = files.iter().map(|file| code(&file.display().to_string())).collect();
        shown += &format!("- Plan made from: {}\n", files.join(", "));
    }
    shown
}

/// Where the logs are.
pub(super) fn logs(subject: &Subject<'_>) -> Vec<String> {
    let folder = subject.folder;
    let all = format!("- everything: {}\n", code(&format!("{folder}/logs")));
    let each = digest::logs(subject.state)
        .into_iter()
        .map(|log| format!("- {}\n", code(&format!("{folder}/{log}"))));
    std::iter::once(all).chain(each).collect()
}

//! What failed, what was blocked and by what, what was flaky, and what never ended.

use testyard_model::event::Evidence;

use super::escape::{block, code, escape};
use crate::Subject;
use crate::digest::{self, Blocked, Failure};
use crate::text;

/// So many lines of one failure's detail are shown: its head and tail were chosen when it was recorded.
const DETAIL_LINES: usize = 60;

/// So many bytes of one failure's detail are shown, so that one enormous assertion does not push out the others.
const DETAIL_BYTES: usize = 16 * 1_024;

/// One item for each failure.
pub(super) fn failed(subject: &Subject<'_>) -> Vec<String> {
    digest::failures(subject.state).map(|failure| one(&failure, subject.folder)).collect()
}

fn one(failure: &Failure<'_>, folder: &str) -> String {
    let mut shown = format!("### {} {}\n\n", failure.word(), code(failure.name));
    shown += &format!("- Suite: {}\n", escape(failure.suite));
    if !failure.message().is_empty() {
        shown += &format!("- Message: {}\n", code(&text::cut(failure.message(), 500, "…")));
    }
    if let Some(place) = digest::location(&failure.evidence.detail) {
        shown += &format!("- At: {}\n", code(place));
    }
    if let Some(ms) = failure.duration_ms {
        shown += &format!("- Took: {}\n", text::fine_span(ms));
    }
    if let Some(log) = &failure.evidence.log {
        shown += &format!("- Log: {}\n", code(&format!("{folder}/{}", log.display())));
    }
    shown.push('\n');
    shown + &detail(failure.evidence)
}

/// The last lines of a detail, in a fold that a click opens.
fn detail(evidence: &Evidence) -> String {
    let lines: Vec<&str> = evidence.detail.trim_end().lines().collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut start = lines.len().saturating_sub(DETAIL_LINES);
    let mut bytes: usize = lines[start..].iter().map(|line| line.len() + 1).sum();
    while bytes > DETAIL_BYTES && start + 1 < lines.len() {
        bytes -= lines[start].len() + 1;
        start += 1;
    }
    let hidden = match start {
        0 => String::new(),
        number => format!(" (without the first {})", text::many(number as u64, "line")),
    };
    let shown: Vec<_> = lines[start..].iter().map(|line| text::cut(line, 1_000, "…")).collect();
    let code = block(shown.iter().map(AsRef::as_ref), 0);
    format!("<details><summary>detail{hidden}</summary>\n\n{code}\n</details>\n\n")
}

/// One item for each check that blocked something.
pub(super) fn blocked(subject: &Subject<'_>) -> Vec<String> {
    digest::blocked(subject.state).iter().map(cause).collect()
}

fn cause(group: &Blocked<'_>) -> String {
    let tests = (group.tests > 0).then(|| text::many(group.tests, "test"));
    let others = group.others.iter().map(|other| escape(other));
    let what: Vec<String> = tests.into_iter().chain(others).collect();
    let what = if what.is_empty() { "the run".to_owned() } else { what.join(", ") };
    let mut shown = format!("- {} blocked {what}\n", code(group.by.as_str()));
    if !group.evidence.is_empty() {
        shown += &format!("\n{}\n", block(group.evidence.iter().map(String::as_str), 2));
    }
    shown
}

/// One item for each flaky test.
pub(super) fn flaky(subject: &Subject<'_>) -> Vec<String> {
    digest::flaky(subject.state)
        .map(|(suite, test)| {
            let message = digest::message(&testyard_model::Outcome::Flaky, test.evidence());
            let message = if message.is_empty() { String::new() } else { format!(": {}", escape(message)) };
            format!("- {} {}{message}\n", escape(&suite.name), code(test.id.as_str()))
        })
        .collect()
}

/// One item for each test without an outcome, when the run is over.
pub(super) fn unsettled(subject: &Subject<'_>) -> Vec<String> {
    if digest::unsettled(subject.state, subject.standing) == 0 {
        return Vec::new();
    }
    let open = digest::tests(subject.state).filter(|(_, test)| test.outcome.is_none());
    open.map(|(suite, test)| {
        let began = if test.started_ms.is_some() { ": began and never ended" } else { ": never began" };
        format!("- {} {}{began}\n", escape(&suite.name), code(test.id.as_str()))
    })
    .collect()
}

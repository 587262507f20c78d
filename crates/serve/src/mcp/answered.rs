//! Answers and errors as results of tools.

use rmcp::model::{CallToolResult, ContentBlock};
use testyard_commands::CommandError;
use testyard_report::{Style, finding};

use crate::ask::{Answer, shown};

/// Errors are told in at most so many bytes: a configuration may be wrong in a thousand places.
const LONGEST: usize = 6000;

/// An answer. That tests failed is one too.
pub(super) fn answer(answer: Answer) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(answer.text)]);
    result.structured_content = Some(answer.document);
    result
}

/// Why there is no answer, and what to do.
pub(super) fn error(error: &CommandError) -> CallToolResult {
    let places = error.findings().iter().flat_map(|found| finding::render(found, Style::default()));
    let mut lines: Vec<String> = places.collect();
    if lines.is_empty() {
        lines.push(format!("error: {error}"));
    }
    lines.extend(help(error).map(|help| format!("help: {help}")));
    refusal(&lines)
}

/// The same in lines that somebody else wrote.
pub(super) fn refusal(lines: &[String]) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(shown(lines, LONGEST))])
}

/// What to do, in the words of the tools where the command line's would not help.
fn help(error: &CommandError) -> Option<String> {
    match error {
        CommandError::Busy { run, .. } => Some(format!(
            "wait with run={run}, or start again with meeting=queue to begin after it or meeting=replace to cancel it"
        )),
        _ => error.help().map(str::to_owned),
    }
}

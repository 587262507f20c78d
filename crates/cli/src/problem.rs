//! How an error is printed: what is wrong, in which file and line, and what to do.

use testyard_commands::CommandError;
use testyard_report::{Style, finding, json};

/// The lines for standard error.
pub(crate) fn lines(error: &CommandError, style: Style) -> Vec<String> {
    if !error.findings().is_empty() {
        return error.findings().iter().flat_map(|found| finding::render(found, style)).collect();
    }
    let mut lines = vec![format!("error: {error}")];
    lines.extend(error.help().map(|help| format!("help: {help}")));
    lines
}

/// The same as a document for standard output.
pub(crate) fn document(error: &CommandError) -> String {
    json::error(&error.to_string(), error.help(), error.findings(), error.exit())
}

//! How an error is printed: what is wrong, in which file and line, and what to do.

use testyard_commands::CommandError;
use testyard_report::{Style, finding};

/// The lines for standard error.
pub(crate) fn lines(error: &CommandError, style: Style) -> Vec<String> {
    if !error.findings().is_empty() {
        return error.findings().iter().flat_map(|found| finding::render(found, style)).collect();
    }
    let mut lines = vec![format!("error: {error}")];
    lines.extend(error.help().map(|help| format!("help: {help}")));
    lines
}

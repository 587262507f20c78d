//! How GitLab CI folds lines.
//!
//! A section begins and ends with a marker that a carriage return and an escape sequence end. Lines of a view hold
//! neither, so that nothing a test prints can be one.

use super::fold::Syntax;

/// What clears a line, so that the marker is not seen.
const CLEAR: &str = "\x1b[0K";

/// Collapsible sections, closed until a click opens them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sections;

impl Syntax for Sections {
    fn begin(&self, number: u32, title: &str, unix_s: u64) -> String {
        format!("{CLEAR}section_start:{unix_s}:testyard_{number}[collapsed=true]\r{CLEAR}{title}")
    }

    fn end(&self, number: u32, unix_s: u64) -> String {
        format!("{CLEAR}section_end:{unix_s}:testyard_{number}\r{CLEAR}")
    }
}

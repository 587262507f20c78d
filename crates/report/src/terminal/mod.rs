//! The live view of a terminal: a frame that is drawn again and again, lines that scroll past above it, and the
//! summary at the end; and the same frame held still for whoever asks how a run stands.
//!
//! What lives here: which lines to draw. What does not: moving the cursor, and asking how large the terminal is.

mod frame;
mod panel;
mod status;
mod summary;

use testyard_model::{Record, RunState};

use crate::story;
use crate::style::Style;

pub use frame::frame;
pub use status::status;
pub use summary::summary;

/// The room there is, in columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// The lines that scroll past above the frame when `record` happens, once `state` has taken it in: failures as they
/// come, services as they become ready. Lines may be wider than the terminal, which wraps them: what has gone by
/// above the frame is never drawn again.
pub fn scroll(record: &Record, state: &RunState, style: Style) -> Vec<String> {
    story::tell(record, state, style).iter().map(|line| line.paint(style)).collect()
}

//! JSON documents: one document, keys in snake case, `format` at the top.
//!
//! The keys are public interface. New ones may appear at any time; when the meaning of one changes, [`FORMAT`] rises.

mod error;
mod files;
mod lists;
mod plan;
mod run;

use serde::Serialize;

pub use error::error;
pub use files::{LogRow, caches, logs, pruned, written};
pub use lists::{DetachedRow, PsRow, RunsRow, detached, ps, runs};
pub use plan::plan;
pub use run::run;

/// The version of every document.
pub const FORMAT: u32 = 1;

/// A value with `format` before its own keys.
#[derive(Serialize)]
struct Document<T> {
    format: u32,
    #[serde(flatten)]
    content: T,
}

/// The document, with a line end. Values of this room have text keys and finite numbers, so that there is always
/// something to print; were that ever broken, the document says so instead of a panic.
pub(crate) fn document(content: impl Serialize) -> String {
    let document = Document { format: FORMAT, content };
    let text = serde_json::to_string_pretty(&document);
    text.unwrap_or_else(|error| format!("{{\"format\": {FORMAT}, \"error\": \"{error}\"}}")) + "\n"
}

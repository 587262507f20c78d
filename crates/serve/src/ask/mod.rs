//! The questions, one a file, and their answers: a document with the keys that the command line's JSON has, cut to a
//! budget, and a few lines of text that say the same to whoever reads no documents.

pub mod cancel;
pub mod collect;
pub mod failures;
mod fit;
pub mod inspect;
mod key;
pub mod logs;
pub mod plan;
mod run;
pub mod runs;
pub mod start;
pub mod status;
pub mod wait;

#[cfg(test)]
mod tests;

use serde_json::Value;
use testyard_commands::CommandError;

pub use fit::BUDGET;
pub(crate) use fit::text as shown;
pub use key::{Key, Kind, missing};

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// A few lines that say the most important of it.
    pub text: String,
    /// The whole, as far as the budget goes; what is left out is counted in `omitted`.
    pub document: Value,
}

/// A document of the command line, as a value.
fn parsed(document: &str) -> Result<Value, CommandError> {
    serde_json::from_str(document)
        .map_err(|error| CommandError::Defect(format!("a document cannot be read: {error}")))
}

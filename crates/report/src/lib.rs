//! Pure views of a run, one file per format.
//!
//! What lives here: functions from a [`RunState`](testyard_model::RunState) (or one event, or a plan) to text. What
//! does not: files, clocks, terminals and judgement. Width, colour and the time are parameters; how a run stands
//! and the code it exits with are told by the caller; a verdict is only ever read from the state.

pub mod agent;
mod bars;
pub mod check;
pub mod ci;
pub mod collect;
mod digest;
pub mod failures;
pub mod finding;
pub mod json;
pub mod junit;
mod last_line;
pub mod markdown;
pub mod parts;
pub mod plain;
pub mod plan;
mod story;
mod style;
mod subject;
pub mod table;
pub mod terminal;
mod text;
pub mod timeline;

#[cfg(test)]
mod fixture;

pub use last_line::last_line;
pub use style::{Line, Role, Style, flow};
pub use subject::{Progress, Subject};

//! Inspection: what will break, said before anything is built or started.
//!
//! What lives here: the rules, one file each, over what the room `project` reads; the [`Scene`] they look at; the
//! suppressions that users write; and [`check()`], which runs the rules. What does not: parsers of the formats users
//! write (they are in `project`), and how findings are shown.

mod check;
mod clone;
mod context;
mod dockerfile;
#[cfg(test)]
mod fixture;
mod linter;
mod manual;
mod missing;
mod reader;
mod rule;
mod rules;
mod scene;
mod sink;
mod suppress;
mod target;

pub use check::{Request, check};
pub use clone::{CloneError, FreshClone};
pub use context::{listings, suggest};
pub use linter::{Linter, LinterError};
pub use manual::manual;
pub use reader::told;
pub use rule::Rule;
pub use rules::{all, find};
pub use scene::{ComposeSet, File, Git, Scene, Standing, Tree, changed_since, ignored};

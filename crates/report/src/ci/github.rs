//! How GitHub Actions folds lines.

use super::command::{END_GROUP, group};
use super::fold::Syntax;

/// Groups.
#[derive(Debug, Clone, Copy)]
pub(super) struct Groups;

impl Syntax for Groups {
    fn begin(&self, _number: u32, title: &str, _unix_s: u64) -> String {
        group(title)
    }

    fn end(&self, _number: u32, _unix_s: u64) -> String {
        END_GROUP.to_owned()
    }
}

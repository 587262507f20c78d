//! The machine that is to run it all (HR).

mod hr100;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[hr100::RULE];

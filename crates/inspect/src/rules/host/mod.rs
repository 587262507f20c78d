//! The machine that is to run it all (HR).

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[];

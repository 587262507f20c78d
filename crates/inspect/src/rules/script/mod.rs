//! Shell scripts (SH).

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[];

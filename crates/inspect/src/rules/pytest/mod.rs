//! pytest's configuration, beyond what discovery tells (PY).

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[];

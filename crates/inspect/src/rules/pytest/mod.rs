//! pytest's configuration (PY).

mod py001;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[py001::RULE];

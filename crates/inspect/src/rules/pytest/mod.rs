//! pytest's configuration (PY).

mod py001;
mod py002;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[py001::RULE, py002::RULE];

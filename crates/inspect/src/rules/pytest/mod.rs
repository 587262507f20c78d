//! pytest's configuration (PY).

mod declared;
mod plugins;
mod py001;
mod py002;
mod py003;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[py001::RULE, py002::RULE, py003::RULE];

//! Compose files, beyond what their reader tells (CM).

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[];

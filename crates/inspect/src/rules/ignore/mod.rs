//! Ignore files of build contexts (DI).

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[];

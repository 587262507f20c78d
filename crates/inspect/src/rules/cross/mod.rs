//! Names that one file gives to another: workflows, scripts, compose and bake files (XA).

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[];

//! Build contexts: what a Dockerfile copies and what is sent to the builder (CX).

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[];

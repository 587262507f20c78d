//! The machine that is to run it all (HR).

mod hr001;
mod hr002;
mod hr003;
mod hr100;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[hr001::RULE, hr002::RULE, hr003::RULE, hr100::RULE];

//! What inspection says about its own suppressions (CK). They are found while suppressions are laid over the findings
//! of the other rules, in `suppress`; the files here are their pages.

mod ck001;
mod ck002;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[ck001::RULE, ck002::RULE];

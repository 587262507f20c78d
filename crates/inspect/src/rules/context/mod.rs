//! Rules about build contexts: whether a build finds what it reads (CX).

mod cx001;
mod cx002;
mod cx003;
mod cx004;
mod cx005;
mod cx006;
mod cx007;
mod told;

use crate::rule::Rule;

/// The family's rules.
pub(crate) const RULES: &[Rule] =
    &[cx001::RULE, cx002::RULE, cx003::RULE, cx004::RULE, cx005::RULE, cx006::RULE, cx007::RULE];

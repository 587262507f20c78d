//! The machine that is to run it all (HR).

mod engine;
mod hr001;
mod hr002;
mod hr003;
mod hr004;
mod hr005;
mod hr006;
mod hr007;
mod hr008;
mod hr009;
mod hr100;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    hr001::RULE,
    hr002::RULE,
    hr003::RULE,
    hr004::RULE,
    hr005::RULE,
    hr006::RULE,
    hr007::RULE,
    hr008::RULE,
    hr009::RULE,
    hr100::RULE,
];

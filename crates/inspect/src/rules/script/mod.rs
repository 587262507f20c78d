//! Shell scripts (SH).

mod each;
mod sh001;
mod sh002;
mod sh003;
mod sh004;
mod sh005;
mod sh006;
mod sh007;
mod sh008;
mod sh009;
mod sh010;
mod sh011;
mod sh012;
mod sh013;
mod sh014;
mod sh015;
mod sh016;
mod sh017;

use crate::rule::Rule;

pub(crate) use sh017::wishes;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    sh001::RULE,
    sh002::RULE,
    sh003::RULE,
    sh004::RULE,
    sh005::RULE,
    sh006::RULE,
    sh007::RULE,
    sh008::RULE,
    sh009::RULE,
    sh010::RULE,
    sh011::RULE,
    sh012::RULE,
    sh013::RULE,
    sh014::RULE,
    sh015::RULE,
    sh016::RULE,
    sh017::RULE,
];

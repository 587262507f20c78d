//! Names that one file gives to another: workflows, scripts, compose and bake files (XA).

mod ci;
mod entry;
mod xa001;
mod xa002;
mod xa003;
mod xa004;
mod xa005;
mod xa006;
mod xa007;
mod xa008;
mod xa009;
mod xa010;
mod xa011;
mod xa012;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    xa001::RULE,
    xa002::RULE,
    xa003::RULE,
    xa004::RULE,
    xa005::RULE,
    xa006::RULE,
    xa007::RULE,
    xa008::RULE,
    xa009::RULE,
    xa010::RULE,
    xa011::RULE,
    xa012::RULE,
];

//! Compose files, beyond what their reader tells (CM).

mod cm100;
mod cm101;
mod cm102;
mod cm103;
mod cm104;
mod cm105;
mod cm106;
mod cm107;
mod cm108;
mod cm109;
mod cm110;
mod cm111;
mod cm112;
mod cm113;
mod each;
mod health;
mod probe;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    cm100::RULE,
    cm101::RULE,
    cm102::RULE,
    cm103::RULE,
    cm104::RULE,
    cm105::RULE,
    cm106::RULE,
    cm107::RULE,
    cm108::RULE,
    cm109::RULE,
    cm110::RULE,
    cm111::RULE,
    cm112::RULE,
    cm113::RULE,
];

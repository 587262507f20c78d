//! Dockerfiles (DF).

mod df001;
mod df002;
mod df003;
mod df004;
mod df005;
mod df006;
mod df007;
mod df008;
mod df009;
mod df010;
mod df011;
mod df012;
mod df013;
mod df014;
mod df015;
mod df016;
mod df017;
mod df018;
mod df019;
mod df020;
mod df021;
mod df022;
mod df023;
mod df024;
mod kept;

use crate::rule::Rule;

/// The rules of this family.
pub(crate) const RULES: &[Rule] = &[
    df001::RULE,
    df002::RULE,
    df003::RULE,
    df004::RULE,
    df005::RULE,
    df006::RULE,
    df007::RULE,
    df008::RULE,
    df009::RULE,
    df010::RULE,
    df011::RULE,
    df012::RULE,
    df013::RULE,
    df014::RULE,
    df015::RULE,
    df016::RULE,
    df017::RULE,
    df018::RULE,
    df019::RULE,
    df020::RULE,
    df021::RULE,
    df022::RULE,
    df023::RULE,
    df024::RULE,
];

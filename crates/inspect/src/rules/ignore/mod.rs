//! Rules about ignore files and what contexts send (DI).

mod di001;
mod di002;
mod di003;
mod di004;
mod di005;
mod di006;
mod di007;
mod files;

use crate::rule::Rule;

/// The family's rules.
pub(crate) const RULES: &[Rule] =
    &[di001::RULE, di002::RULE, di003::RULE, di004::RULE, di005::RULE, di006::RULE, di007::RULE];

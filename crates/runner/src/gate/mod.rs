//! Gates: a pure look at a run's state that ends in its verdict.
//!
//! What lives here: the rules by which a run is judged. What does not: telling anybody; `commands` emits what is
//! decided here.

#[cfg(test)]
pub(crate) mod fixture;
mod rate;
mod root;
mod rules;
#[cfg(test)]
mod tests;
mod verdict;

pub use rate::meets_rate;
pub use verdict::{Judgement, judge};

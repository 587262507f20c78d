//! A suppression gives no reason.
//!
//! A comment `testyard: allow CODE` without `because …` has no effect: whoever reads it later cannot know whether it
//! still holds.
//!
//! Fires:
//!
//! ```dockerfile
//! # testyard: allow TY-DF021
//! ```
//!
//! Fine:
//!
//! ```dockerfile
//! # testyard: allow TY-DF021 because the image is thrown away after the test
//! ```
//!
//! Help: write the reason behind `because`.

use crate::rule::{Rule, rule};

/// The rule; `suppress` finds it.
pub(crate) const RULE: Rule = rule!("TY-CK002", "a suppression gives no reason", Warning, |_, _| {});

//! A suppression suppresses nothing.
//!
//! A comment `testyard: allow CODE because …` stands where the rule of that code finds nothing on its line or the line
//! below. What it once allowed is gone, or the code is misspelled; the comment now only hides the next real finding.
//!
//! Fires:
//!
//! ```dockerfile
//! # testyard: allow TY-DF999 because nobody knows
//! FROM python:3.12-slim
//! ```
//!
//! Fine: no comment, or one above a line where the rule does find something.
//!
//! Help: remove the comment, or correct the code in it. A rule that was not run, because it was not selected, leaves
//! its suppressions alone.

use crate::rule::{Rule, rule};

/// The rule; `suppress` finds it.
pub(crate) const RULE: Rule = rule!("TY-CK001", "a suppression suppresses nothing", Warning, |_, _| {});

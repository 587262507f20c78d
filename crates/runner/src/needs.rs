//! Which suites have to wait for others in vain.

use std::collections::BTreeMap;

use testyard_model::plan::SuitePlan;
use testyard_model::{CheckId, Outcome, Phase};

/// The first suite among a suite's `needs` that did not pass, as the check that blocks it.
///
/// `settled` holds the outcomes of the suites that have ended. A needed suite that is not part of the run asks for
/// nothing: whoever selects one suite does not want to run the others. One that skipped everything broke nothing.
pub fn unmet_need(suite: &SuitePlan, settled: &BTreeMap<String, Outcome>) -> Option<CheckId> {
    let broke = |name: &&String| {
        matches!(settled.get(*name), Some(Outcome::Failed | Outcome::Error { .. } | Outcome::Blocked { .. }))
    };
    suite.needs.iter().find(broke).map(|name| CheckId::of(Phase::Test, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::fixture;

    #[test]
    fn a_need_that_broke_blocks() {
        let check = |settled: &[(&str, Outcome)], expected: Option<&str>| {
            let mut suite = fixture::suite("integration");
            suite.needs = vec!["unit".to_owned(), "lint".to_owned()];
            let settled =
                settled.iter().map(|(name, outcome)| ((*name).to_owned(), outcome.clone())).collect();
            assert_eq!(unmet_need(&suite, &settled), expected.map(CheckId::from));
        };
        check(&[], None);
        check(&[("unit", Outcome::Passed), ("lint", Outcome::Passed)], None);
        check(&[("unit", Outcome::Skipped { why: "nothing selected".to_owned() })], None);
        check(&[("other", Outcome::Failed)], None);
        check(&[("lint", Outcome::Failed)], Some("test/lint"));
        check(&[("unit", Outcome::blocked("services/db")), ("lint", Outcome::Failed)], Some("test/unit"));
    }
}

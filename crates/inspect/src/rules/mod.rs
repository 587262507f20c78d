//! The rules, a folder for each family and a file for each rule.

mod compose;
mod context;
mod cross;
mod dockerfile;
mod host;
mod ignore;
mod own;
mod pytest;
mod script;

use crate::rule::Rule;

pub(crate) use script::wishes;

/// The families, in the order of the manual.
const FAMILIES: [&[Rule]; 9] = [
    context::RULES,
    dockerfile::RULES,
    ignore::RULES,
    compose::RULES,
    script::RULES,
    pytest::RULES,
    cross::RULES,
    host::RULES,
    own::RULES,
];

/// Every rule, family by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.into_iter().flatten()
}

/// The rule of a code, in any case of letters.
pub fn find(code: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_a_code_of_its_own_and_a_page() {
        let mut codes = BTreeSet::new();
        for rule in all() {
            assert!(codes.insert(rule.code), "{} stands twice", rule.code);
            let digits = rule.code.get(5..).unwrap_or_default();
            assert!(rule.code.starts_with("TY-") && digits.len() == 3, "{} is no code", rule.code);
            assert!(digits.bytes().all(|digit| digit.is_ascii_digit()), "{} is no code", rule.code);
            assert!(rule.page().lines().count() >= 3, "{} has no page", rule.code);
            assert!(!rule.title.ends_with('.'), "{}: a title has no full stop", rule.code);
        }
    }

    #[test]
    fn no_rule_takes_the_code_of_a_reader() {
        let told = crate::told();
        let taken: Vec<_> = all().filter(|rule| told.iter().any(|(code, _)| *code == rule.code)).collect();
        assert!(taken.is_empty(), "{taken:?}");
    }
}

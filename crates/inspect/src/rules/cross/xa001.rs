//! A CI workflow cannot be read.
//!
//! A workflow that is no YAML is not run at all: no test runs, and no check turns red.
//!
//! Fires: a tab for indentation, a bracket that is never closed, a value with an unquoted `: ` in it.
//!
//! Fine: whatever is YAML. Whether GitHub or GitLab knows each key is not looked at.
//!
//! Help: correct the line. One finding a file: what follows the first error is not judged.
//!
//! Source: the YAML specification.

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-XA001", "a CI workflow cannot be read", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (place, why) in scene.workflows().iter().filter_map(|workflow| workflow.broken.as_ref()) {
        let help = "the file is not valid YAML from here on: check indentation, quotes and brackets";
        found.at(place, format!("the workflow cannot be read: {why}")).help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    #[test]
    fn a_workflow_that_is_no_yaml() {
        let path = ".github/workflows/ci.yml";
        let found = fires(RULE, &[(path, "jobs:\n  a: [1\n  b: 2\n")]);
        assert_eq!(found.len(), 1);
        holds(RULE, &[(path, "jobs:\n  a: [1]\n")]);
        holds(RULE, &[("other.yml", "jobs: [")]);
    }
}

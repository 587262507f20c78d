//! Views for CI systems: lines whose phases fold, annotations, and a step's summary. One file a system.
//!
//! What lives here: what is written for which system, as text. What does not: finding out which system it is, and the
//! files it names. The time is the run's own.

mod annotations;
mod command;
mod fold;
mod github;
mod gitlab;
mod place;
mod summary;

use testyard_model::{Record, RunState};

use crate::plain::Plain;
use crate::style::Style;
use fold::Folds;

pub use annotations::annotations;
pub(crate) use command::annotation;
pub use command::{harmless, harmless_document};
pub(crate) use place::under;
pub use summary::step_summary;

/// Where a run's lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// GitHub Actions, and what understands its workflow commands.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Anything else: lines, and nothing that only one system understands.
    Plain,
}

/// The lines of one run for a CI system.
#[derive(Debug, Clone)]
pub struct Lines {
    plain: Plain,
    marks: Marks,
}

#[derive(Debug, Clone)]
enum Marks {
    Github(Folds<github::Groups>),
    Gitlab(Folds<gitlab::Sections>),
    None,
}

impl Lines {
    /// Lines of a run of which nothing was said yet.
    pub fn new(system: System, style: Style) -> Lines {
        let marks = match system {
            System::Github => Marks::Github(Folds::new(github::Groups)),
            System::Gitlab => Marks::Gitlab(Folds::new(gitlab::Sections)),
            System::Plain => Marks::None,
        };
        Lines { plain: Plain::new(style), marks }
    }

    /// The lines that `record` is worth, once `state` has taken it in.
    pub fn lines(&mut self, record: &Record, state: &RunState) -> Vec<String> {
        let said = self.plain.lines(record, state);
        match &mut self.marks {
            Marks::Github(folds) => {
                // Before the folds: their own lines are commands.
                let said = said.iter().map(|line| harmless(line).into_owned()).collect();
                folds.fold(said, record, state)
            }
            Marks::Gitlab(folds) => folds.fold(said, record, state),
            Marks::None => said,
        }
    }

    /// What is still to be written when no more events come.
    pub fn end(&mut self) -> Option<String> {
        match &mut self.marks {
            Marks::Github(folds) => folds.close(),
            Marks::Gitlab(folds) => folds.close(),
            Marks::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use testyard_model::event::Evidence;
    use testyard_model::{Outcome, Phase};

    fn told(system: System, records: &[Record]) -> String {
        let mut view = Lines::new(system, Style::default());
        let mut state = RunState::default();
        let mut lines = Vec::new();
        for record in records {
            state.apply(record);
            lines.extend(view.lines(record, &state));
        }
        lines.extend(view.end());
        lines.join("\n")
    }

    #[test]
    fn github_folds_what_holds() {
        insta::assert_snapshot!(told(System::Github, &fixture::passing()), @"
        testyard 0.1.0: ingester, run 20261120-143022-k3f9
        engine: native: recipes for every service
        ::group::inspect
        docker-compose.test.yml:3:5: warning[TY-CM007]: `version` is obsolete
        ::endgroup::
        ✓ phase inspect passed in 200 ms
        ::group::services
        ✓ postgres-test ready in 100 ms: PostgreSQL 15.4 at postgres-test:5432 (1 difference from what was asked)
        ✓ redis-test ready in 100 ms: Redis 7.0.15 at redis-test:5432
        ::endgroup::
        ✓ phase services passed in 500 ms
        ::group::test
        suite unit: 1 test collected
        suite integration: 2 tests collected
        ✓ suite unit passed: 1 passed
        ✓ suite integration passed: 2 passed
        ::endgroup::
        ✓ phase test passed in 800 ms
        ::group::gates
        ✓ gate complete passed: 3 of 3 tests have an outcome
        ::endgroup::
        ✓ phase gates passed in 200 ms
        ");
    }

    #[test]
    fn github_shows_failures_outside_of_folds() {
        insta::assert_snapshot!(told(System::Github, &fixture::failing()[10..]), @"
        ::group::test
        suite unit: 5 tests collected
        ::endgroup::
        ✗ not collected unit › tests/unit/test_broken.py
            ModuleNotFoundError: No module named 'fastapi'
            at tests/unit/test_broken.py:1
        ✗ failed unit › t.py::fails
            AssertionError: assert 1 == 2
            at tests/unit/test_a.py:7
            log: logs/unit/test_fails.log
        ✗ error unit › t.py::errs
            fixture 'client' not found
        ~ flaky unit › t.py::wobbles
        ✗ suite unit failed: 1 passed · 1 failed · 1 error · 1 flaky · 1 skipped
        ✗ phase test failed in 900 ms
        ✗ gate pass-rate failed: 1 of 4 tests passed, 90 % asked for
        ");
    }

    #[test]
    fn gitlab_sections_have_times_and_names_of_their_own() {
        let shown = told(System::Gitlab, &fixture::blocked()).replace('\x1b', "ESC").replace('\r', "CR");
        insta::assert_snapshot!(shown, @r#"
        testyard 0.1.0: ingester, run 20261120-143022-k3f9
        engine: native: recipes for every service
        ESC[0Ksection_start:1795185022:testyard_1[collapsed=true]CRESC[0Kservices
        services/postgres-test: start postgres-test
        services/postgres-test: waiting for its first answer (3.0 s)
        ESC[0Ksection_end:1795185022:testyard_1CRESC[0K
        ✗ services/postgres-test failed in 300 ms
            exited with 1 after 210 ms
            FATAL: unrecognized configuration parameter "no_such"
        ! phase services blocked by services/postgres-test in 500 ms
        ESC[0Ksection_start:1795185022:testyard_2[collapsed=true]CRESC[0Ktest
        suite integration: 2 tests collected
        ESC[0Ksection_end:1795185023:testyard_2CRESC[0K
        ! suite integration blocked by services/postgres-test: 2 blocked
        ! phase test blocked by services/postgres-test in 500 ms
        "#);
    }

    #[test]
    fn plain_is_the_plain_view() {
        let shown = told(System::Plain, &fixture::failing());
        assert!(!shown.contains("::group") && !shown.contains("section_"), "{shown}");
        assert!(shown.contains("✗ phase test failed"), "{shown}");
    }

    #[test]
    fn phases_at_once_share_a_fold() {
        let check = |name: &str| testyard_model::Event::CheckStarted {
            check: name.into(),
            title: "so it is".to_owned(),
        };
        let records = fixture::journal(vec![
            fixture::begin(),
            fixture::phase(Phase::Provide),
            fixture::phase(Phase::Prepare),
            check("provide/redis-7"),
            check("prepare/python"),
            fixture::phase_end(Phase::Provide, Outcome::Passed),
            check("prepare/setup"),
        ]);
        insta::assert_snapshot!(told(System::Github, &records), @"
        testyard 0.1.0: ingester, run 20261120-143022-k3f9
        engine: native: recipes for every service
        ::group::provide, prepare
        provide/redis-7: so it is
        prepare/python: so it is
        ::endgroup::
        ✓ phase provide passed in 400 ms
        ::group::prepare
        prepare/setup: so it is
        ::endgroup::
        ");
    }

    #[test]
    fn what_a_test_prints_is_no_command() {
        let evidence = Evidence {
            message: "::set-output name=a::b\n  ::add-mask::1\nsee ##[add-mask]1\n::endgroup::".to_owned(),
            ..Evidence::default()
        };
        let records = fixture::journal(vec![
            fixture::begin(),
            fixture::phase(Phase::Test),
            fixture::collected("unit", &["t.py::a"]),
            fixture::tested("unit", "t.py::a", Outcome::Failed, 1.0, evidence),
        ]);
        insta::assert_snapshot!(told(System::Github, &records), @"
        testyard 0.1.0: ingester, run 20261120-143022-k3f9
        engine: native: recipes for every service
        ::group::test
        suite unit: 1 test collected
        ::endgroup::
        ✗ failed unit › t.py::a
        |     ::set-output name=a::b
        |       ::add-mask::1
            see ## [add-mask]1
        |     ::endgroup::
        ");
    }
}

//! Runs for tests to judge.

use testyard_model::event::{Evidence, ServiceReport};
use testyard_model::plan::{AdapterKind, Engine, Plan, ServicePlan, SuitePlan};
use testyard_model::{Event, Ledger, Outcome, Record, RunId, RunState, TestId};

/// A pytest suite of that name.
pub(crate) fn suite(name: &str) -> SuitePlan {
    SuitePlan {
        name: name.to_owned(),
        adapter: AdapterKind::Pytest,
        command: vec!["pytest".to_owned()],
        arguments: Vec::new(),
        folder: "/project".into(),
        environment: Default::default(),
        services: Vec::new(),
        needs: Vec::new(),
        setup: Vec::new(),
        python: true,
        timeout_ms: None,
    }
}

/// A plan of these suites and services.
pub(crate) fn plan(suites: &[&str], services: &[&str]) -> Plan {
    Plan {
        services: services.iter().map(|name| ServicePlan::named(name)).collect(),
        suites: suites.iter().map(|name| suite(name)).collect(),
        ..Plan::of("demo", "/project")
    }
}

/// Collects events, and folds them.
#[derive(Default)]
pub(crate) struct Run(Vec<Event>);

impl Run {
    /// A run of that plan that has begun.
    pub(crate) fn of(plan: &Plan) -> Run {
        Run(vec![Event::RunStarted {
            run: RunId::from("20260101-000000-test"),
            project: plan.project.name.clone(),
            unix_ms: 0,
            services: plan.services.iter().map(|service| service.name.clone()).collect(),
            suites: plan.suites.iter().map(|suite| suite.name.clone()).collect(),
            engine: "native".to_owned(),
            testyard: "test".to_owned(),
            host: Vec::new(),
        }])
    }

    /// Adds an event.
    pub(crate) fn and(mut self, event: Event) -> Run {
        self.0.push(event);
        self
    }

    /// A service was up.
    pub(crate) fn ready(self, service: &str) -> Run {
        self.and(Event::ServiceReady {
            service: ServiceReport {
                name: service.to_owned(),
                engine: Engine::Native,
                product: "PostgreSQL".to_owned(),
                version: "16.4".to_owned(),
                address: "db:5432".to_owned(),
                published: Vec::new(),
                ready_ms: 1,
                ledger: Ledger::default(),
                log: None,
            },
        })
    }

    /// A check ended.
    pub(crate) fn check(self, check: &str, outcome: Outcome) -> Run {
        self.and(Event::CheckFinished { check: check.into(), outcome, evidence: Vec::new() })
    }

    /// A file could not be collected.
    pub(crate) fn broken_file(self, suite: &str, outcome: Outcome) -> Run {
        let (suite, path) = (suite.to_owned(), "test_x.py".to_owned());
        self.and(Event::CollectionFailed { suite, path, outcome, evidence: Evidence::default() })
    }

    /// Tests of a suite were collected and ended like this, and the suite with them; tests without an outcome have
    /// none.
    pub(crate) fn suite(mut self, suite: &str, outcome: Outcome, tests: &[(&str, Option<Outcome>)]) -> Run {
        let name = suite.to_owned();
        let ids = tests.iter().map(|(id, _)| TestId::from(*id)).collect();
        self = self.and(Event::Collected { suite: name.clone(), tests: ids });
        for (id, outcome) in tests {
            if let Some(outcome) = outcome.clone() {
                self = self.and(Event::TestFinished {
                    suite: name.clone(),
                    test: TestId::from(*id),
                    outcome,
                    duration_ms: 1.0,
                    evidence: Evidence::default(),
                });
            }
        }
        self.and(Event::SuiteFinished { suite: name, outcome, evidence: Vec::new() })
    }

    /// What the events come to.
    pub(crate) fn state(self) -> RunState {
        let numbered = self.0.into_iter().enumerate();
        let records: Vec<Record> =
            numbered.map(|(at, event)| Record { number: at as u64 + 1, at_ms: at as u64, event }).collect();
        RunState::of(&records)
    }
}

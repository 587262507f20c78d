//! The state of a run: the one fold over its events that every view reads.

mod check;
mod service;
mod suite;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::collection::CollectionNumbers;
use crate::event::{Event, Record};
use crate::finding::Finding;
use crate::gate::GateResult;
use crate::id::{CheckId, RunId};
use crate::outcome::{Counts, Outcome, Verdict};
use crate::phase::Phase;

pub use check::{CheckState, PhaseState};
pub use service::{ServiceStage, ServiceState};
pub use suite::{CollectionError, SuiteState, TestState};

/// Everything known about a run after some of its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// The run's own facts, from its first event.
    pub header: Option<Header>,
    /// The number of the last event that was applied.
    pub last_number: u64,
    /// The time of the last event, in milliseconds since the run started.
    pub now_ms: u64,
    /// The phases that began, in order.
    pub phases: Vec<PhaseState>,
    /// The planned services.
    pub services: Vec<ServiceState>,
    /// Checks outside of suites, in the order they began.
    pub checks: Vec<CheckState>,
    /// The planned suites.
    pub suites: Vec<SuiteState>,
    /// What inspection found.
    pub findings: Vec<Finding>,
    /// What was worth telling once.
    pub notes: Vec<(Phase, String)>,
    /// The gates that were judged.
    pub gates: Vec<GateResult>,
    /// Who asked the run to stop.
    pub cancelled_by: Option<String>,
    /// The verdict, once it is reached.
    pub verdict: Option<VerdictState>,
}

/// A run's own facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The run.
    pub run: RunId,
    /// The project's name.
    pub project: String,
    /// When it started, in milliseconds since 1970 UTC.
    pub unix_ms: u64,
    /// The engine and why it was chosen.
    pub engine: String,
    /// Testyard's version.
    pub testyard: String,
    /// The machine.
    pub host: Vec<(String, String)>,
}

/// The verdict with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictState {
    /// How the run ended.
    pub verdict: Verdict,
    /// The check that blocked it.
    pub blocked_by: Option<CheckId>,
    /// Why, in one line.
    pub reason: String,
}

impl RunState {
    /// Folds a journal.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> RunState {
        let mut state = RunState::default();
        records.into_iter().for_each(|record| state.apply(record));
        state
    }

    /// Takes in one event. The only way a state changes; unknown names are added, so that a journal with a lost
    /// beginning still folds.
    pub fn apply(&mut self, record: &Record) {
        self.last_number = record.number;
        self.now_ms = record.at_ms;
        let at = record.at_ms;
        match &record.event {
            Event::RunStarted { run, project, unix_ms, services, suites, engine, testyard, host } => {
                self.header = Some(Header {
                    run: run.clone(),
                    project: project.clone(),
                    unix_ms: *unix_ms,
                    engine: engine.clone(),
                    testyard: testyard.clone(),
                    host: host.clone(),
                });
                for name in services {
                    self.service(name);
                }
                for name in suites {
                    self.suite(name);
                }
            }
            Event::PhaseStarted { phase } => self.phases.push(PhaseState::new(*phase, at)),
            Event::PhaseFinished { phase, outcome } => self.end_phase(*phase, at, outcome),
            Event::Note { phase, message } => self.notes.push((*phase, message.clone())),
            Event::Found { finding } => self.findings.push(finding.clone()),
            Event::CheckStarted { check, title } => self.check(check, at).title.clone_from(title),
            // That a suite waits for one of its tests, the test itself says.
            Event::Waiting { check, .. } if check.as_str().starts_with("test/") => {}
            Event::Waiting { check, message, .. } => self.check(check, at).waiting = Some(message.clone()),
            Event::CheckFinished { check, outcome, evidence } => self.end_check(check, at, outcome, evidence),
            Event::ServiceStarted { service } => self.service(service).start(at),
            Event::ServiceReady { service } => self.service(&service.name).ready(service),
            Event::ServiceDied { service, evidence } => self.service(service).broke(evidence),
            Event::ServiceStopped { service } => self.service(service).stopped(),
            Event::SuiteStarted { suite } => self.suite(suite).started_ms = Some(at),
            Event::Forecast { suite, numbers } => self.suite(suite).forecast = Some(*numbers),
            Event::Collected { suite, tests } => {
                let suite = self.suite(suite);
                for test in tests {
                    suite.test(test);
                }
            }
            Event::CollectionFailed { suite, path, outcome, evidence } => {
                self.suite(suite).collection_errors.push(CollectionError {
                    path: path.clone(),
                    outcome: outcome.clone(),
                    evidence: evidence.clone(),
                });
            }
            Event::TestStarted { suite, test, worker } => self.suite(suite).start_test(test, *worker, at),
            Event::TestFinished { suite, test, outcome, duration_ms, evidence } => {
                self.suite(suite).end_test(test, outcome, *duration_ms, evidence);
            }
            Event::SuiteFinished { suite, outcome, evidence } => self.suite(suite).end(at, outcome, evidence),
            Event::GateJudged { result } => self.gates.push(result.clone()),
            Event::CancelRequested { by } => self.cancelled_by = Some(by.clone()),
            Event::VerdictReached { verdict, blocked_by, reason } => {
                self.verdict = Some(VerdictState {
                    verdict: *verdict,
                    blocked_by: blocked_by.clone(),
                    reason: reason.clone(),
                });
            }
        }
    }

    /// All suites' counts together.
    pub fn counts(&self) -> Counts {
        self.suites.iter().fold(Counts::default(), |sum, suite| sum.plus(suite.counts))
    }

    /// What the files of all suites said together; nothing where none was read.
    pub fn forecast(&self) -> Option<CollectionNumbers> {
        self.suites.iter().filter_map(|suite| suite.forecast).reduce(CollectionNumbers::plus)
    }

    /// The tests that began and have not ended, with their suites.
    pub fn running(&self) -> impl Iterator<Item = (&SuiteState, &TestState)> {
        self.suites.iter().filter(|suite| suite.ended_ms.is_none()).flat_map(|suite| {
            suite
                .tests
                .iter()
                .filter(|t| t.started_ms.is_some() && t.outcome.is_none())
                .map(move |t| (suite, t))
        })
    }

    /// The outcome of a check outside of suites.
    pub fn outcome_of(&self, check: &CheckId) -> Option<&Outcome> {
        self.checks.iter().find(|c| &c.check == check)?.outcome.as_ref()
    }

    /// How many tests each check blocked, by check.
    pub fn blocked_by(&self) -> BTreeMap<CheckId, u64> {
        let mut by = BTreeMap::new();
        for test in self.suites.iter().flat_map(|suite| &suite.tests) {
            if let Some(Outcome::Blocked { by: check }) = &test.outcome {
                *by.entry(check.clone()).or_default() += 1;
            }
        }
        by
    }

    fn end_phase(&mut self, phase: Phase, at: u64, outcome: &Outcome) {
        if let Some(state) = self.phases.iter_mut().rev().find(|state| state.phase == phase) {
            state.ended_ms = Some(at);
            state.outcome = Some(outcome.clone());
        }
    }

    fn check(&mut self, check: &CheckId, at: u64) -> &mut CheckState {
        let found = self.checks.iter().position(|state| &state.check == check);
        let index = found.unwrap_or_else(|| {
            self.checks.push(CheckState::new(check, at));
            self.checks.len() - 1
        });
        &mut self.checks[index]
    }

    fn end_check(&mut self, check: &CheckId, at: u64, outcome: &Outcome, evidence: &[String]) {
        let state = self.check(check, at);
        state.ended_ms = Some(at);
        state.outcome = Some(outcome.clone());
        state.evidence = evidence.to_vec();
        state.waiting = None;
        // A service that never became ready is told by its check: it has no death of its own.
        if let Some(name) = check.as_str().strip_prefix("services/")
            && *outcome != Outcome::Passed
            && self.services.iter().any(|service| service.name == name)
        {
            self.service(name).broke(evidence);
        }
    }

    fn service(&mut self, name: &str) -> &mut ServiceState {
        let found = self.services.iter().position(|service| service.name == name);
        let index = found.unwrap_or_else(|| {
            self.services.push(ServiceState::new(name));
            self.services.len() - 1
        });
        &mut self.services[index]
    }

    fn suite(&mut self, name: &str) -> &mut SuiteState {
        let found = self.suites.iter().position(|suite| suite.name == name);
        let index = found.unwrap_or_else(|| {
            self.suites.push(SuiteState::new(name));
            self.suites.len() - 1
        });
        &mut self.suites[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_a_test_is_no_check_and_any_other_waiting_is_one() {
        let mut state = RunState::default();
        for (number, check) in ["test/unit", "collect/unit"].into_iter().enumerate() {
            let event =
                Event::Waiting { check: check.into(), message: "t.py::a".to_owned(), elapsed_ms: 9_000 };
            state.apply(&Record { number: number as u64 + 1, at_ms: 9_000, event });
        }
        let checks: Vec<&str> = state.checks.iter().map(|check| check.check.as_str()).collect();
        assert_eq!(checks, ["collect/unit"]);
    }
}

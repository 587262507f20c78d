//! Suites and their tests, as far as a run has come.

use serde::{Deserialize, Serialize};

use crate::collection::CollectionNumbers;
use crate::event::Evidence;
use crate::id::TestId;
use crate::outcome::{Counts, Outcome};
use crate::positions::Positions;

/// A planned suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuiteState {
    /// Its name.
    pub name: String,
    /// When it began, in milliseconds since the run started.
    pub started_ms: Option<u64>,
    /// When it ended.
    pub ended_ms: Option<u64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What its runner said that belongs to no test.
    pub evidence: Vec<String>,
    /// How many of its tests ended how.
    pub counts: Counts,
    /// Its tests, in the order they became known.
    pub tests: Vec<TestState>,
    /// How many workers began tests of it.
    #[serde(default)]
    pub workers: u32,
    /// What its files said before anything was up.
    pub forecast: Option<CollectionNumbers>,
    /// Files that could not be collected.
    pub collection_errors: Vec<CollectionError>,
    /// Where each test stands in `tests`.
    #[serde(skip)]
    index: Positions,
}

/// A file that could not be collected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionError {
    /// The file or node.
    pub path: String,
    /// Failed, or blocked.
    pub outcome: Outcome,
    /// What it said.
    pub evidence: Evidence,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestState {
    /// Which.
    pub id: TestId,
    /// When it began, in milliseconds since the run started.
    pub started_ms: Option<u64>,
    /// The worker it is running on, from 0; none once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<u32>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<f64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What it left, where it left anything: most leave nothing. See [`TestState::evidence`].
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "evidence")]
    left: Option<Box<Evidence>>,
}

impl SuiteState {
    pub(super) fn new(name: &str) -> SuiteState {
        SuiteState {
            name: name.to_owned(),
            started_ms: None,
            ended_ms: None,
            outcome: None,
            evidence: Vec::new(),
            counts: Counts::default(),
            tests: Vec::new(),
            workers: 0,
            forecast: None,
            collection_errors: Vec::new(),
            index: Positions::default(),
        }
    }

    /// The test of that id, known or new.
    pub(super) fn test(&mut self, id: &TestId) -> &mut TestState {
        let index = match self.index.find(id.as_str(), |at| self.tests[at].id.as_str()) {
            Some(index) => index,
            None => {
                self.tests.push(TestState::new(id));
                self.counts.total += 1;
                let tests = &self.tests;
                self.index.add(id.as_str(), tests.len() - 1, |at| tests[at].id.as_str());
                self.tests.len() - 1
            }
        };
        &mut self.tests[index]
    }

    pub(super) fn start_test(&mut self, id: &TestId, worker: u32, at: u64) {
        let test = self.test(id);
        test.started_ms = Some(at);
        test.worker = Some(worker);
        self.workers = self.workers.max(worker.saturating_add(1));
    }

    pub(super) fn end_test(&mut self, id: &TestId, outcome: &Outcome, duration_ms: f64, evidence: &Evidence) {
        let test = self.test(id);
        let before = test.outcome.replace(outcome.clone());
        test.worker = None;
        test.duration_ms = Some(duration_ms);
        test.left = (*evidence != Evidence::default()).then(|| Box::new(evidence.clone()));
        // A later outcome of the same test replaces the earlier one: it must not count twice.
        if let Some(before) = before {
            self.counts.remove(&before);
        }
        self.counts.add(outcome);
    }

    pub(super) fn end(&mut self, at: u64, outcome: &Outcome, evidence: &[String]) {
        self.ended_ms = Some(at);
        self.outcome = Some(outcome.clone());
        self.evidence = evidence.to_vec();
    }

    /// Puts the tests back that a saved state was without. Their counts it was not without.
    pub fn restore(&mut self, tests: Vec<TestState>) {
        self.index = Positions::default();
        for (at, test) in tests.iter().enumerate() {
            self.index.add(test.id.as_str(), at, |at| tests[at].id.as_str());
        }
        self.tests = tests;
    }

    /// The tests of this suite that have no outcome.
    pub fn unsettled(&self) -> impl Iterator<Item = &TestState> {
        self.tests.iter().filter(|test| test.outcome.is_none())
    }
}

impl TestState {
    /// One that is known and has not begun.
    pub fn new(id: &TestId) -> TestState {
        TestState {
            id: id.clone(),
            started_ms: None,
            worker: None,
            duration_ms: None,
            outcome: None,
            left: None,
        }
    }

    /// Whether it left anything.
    pub fn left_something(&self) -> bool {
        self.left.is_some()
    }

    /// What it left; empty for most.
    pub fn evidence(&self) -> &Evidence {
        static NOTHING: Evidence = Evidence { message: String::new(), detail: String::new(), log: None };
        self.left.as_deref().unwrap_or(&NOTHING)
    }
}

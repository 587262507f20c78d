//! The roll of a suite: which tests were planned, and which of them have an outcome.
//!
//! Every event about a test goes through here, so that what was collected and what was executed can be reconciled:
//! a test that nobody told about cannot disappear.

use std::sync::Arc;
use std::time::{Duration, Instant};

use testyard_model::event::Evidence;
use testyard_model::{Counts, Emit, Event, Outcome, Positions, TestId};

/// The tests of one suite.
pub(crate) struct Roll {
    suite: String,
    emit: Arc<dyn Emit>,
    tests: Vec<Entry>,
    /// The test that began and has not ended, and since when.
    running: Option<(usize, Instant)>,
    numbers: Positions,
    counts: Counts,
    broken_files: u64,
    late: u64,
}

struct Entry {
    id: TestId,
    settled: bool,
}

impl Roll {
    /// An empty roll.
    pub(crate) fn new(suite: &str, emit: Arc<dyn Emit>) -> Roll {
        Roll {
            suite: suite.to_owned(),
            emit,
            tests: Vec::new(),
            running: None,
            numbers: Positions::default(),
            counts: Counts::default(),
            broken_files: 0,
            late: 0,
        }
    }

    /// Adds collected tests and returns their numbers. A test that is known already keeps its number.
    pub(crate) fn add(&mut self, ids: Vec<String>) -> Vec<usize> {
        let mut new = Vec::new();
        let mut numbers = Vec::with_capacity(ids.len());
        for id in ids.into_iter().map(TestId::from) {
            if let Some(number) = self.number(id.as_str()) {
                numbers.push(number);
                continue;
            }
            numbers.push(self.tests.len());
            self.tests.push(Entry { id: id.clone(), settled: false });
            let tests = &self.tests;
            self.numbers.add(id.as_str(), tests.len() - 1, |at| tests[at].id.as_str());
            new.push(id);
        }
        self.counts.total += new.len() as u64;
        if !new.is_empty() {
            self.emit.emit(Event::Collected { suite: self.suite.clone(), tests: new });
        }
        numbers
    }

    /// Adds a test that runs although it was not collected, and counts it.
    pub(crate) fn add_late(&mut self, id: String) -> Option<usize> {
        self.late += 1;
        self.add(vec![id]).pop()
    }

    /// The number of a known test.
    pub(crate) fn number(&self, id: &str) -> Option<usize> {
        self.numbers.find(id, |at| self.tests[at].id.as_str())
    }

    /// The name of a test.
    pub(crate) fn name(&self, number: usize) -> &str {
        self.tests.get(number).map_or("", |entry| entry.id.as_str())
    }

    /// A test began.
    pub(crate) fn started(&mut self, number: usize) {
        let Some(entry) = self.tests.get(number) else { return };
        self.running = Some((number, Instant::now()));
        self.emit.emit(Event::TestStarted { suite: self.suite.clone(), test: entry.id.clone(), worker: 0 });
    }

    /// A test ended. Only its first outcome counts.
    pub(crate) fn settle(&mut self, number: usize, outcome: Outcome, duration_ms: f64, evidence: Evidence) {
        let Some(entry) = self.tests.get_mut(number).filter(|entry| !entry.settled) else { return };
        entry.settled = true;
        self.running.take_if(|(running, _)| *running == number);
        self.counts.add(&outcome);
        self.emit.emit(Event::TestFinished {
            suite: self.suite.clone(),
            test: entry.id.clone(),
            outcome,
            duration_ms,
            evidence,
        });
    }

    /// Gives one outcome to every test that has none.
    pub(crate) fn settle_rest(&mut self, outcome: &Outcome) {
        for number in self.unsettled() {
            self.settle(number, outcome.clone(), self.ran_ms(number), Evidence::default());
        }
    }

    /// A file could not be collected.
    pub(crate) fn broken_file(&mut self, path: String, outcome: Outcome, evidence: Evidence) {
        if outcome.is_failure() {
            self.broken_files += 1;
        }
        self.emit.emit(Event::CollectionFailed { suite: self.suite.clone(), path, outcome, evidence });
    }

    /// The numbers of the tests without an outcome, in order.
    pub(crate) fn unsettled(&self) -> Vec<usize> {
        let open = |(number, entry): (usize, &Entry)| (!entry.settled).then_some(number);
        self.tests.iter().enumerate().filter_map(open).collect()
    }

    /// The test that began and has not ended.
    pub(crate) fn running(&self) -> Option<usize> {
        self.running.map(|(number, _)| number)
    }

    /// The test that has been running for at least that long, and for how long.
    pub(crate) fn running_for(&self, at_least: Duration) -> Option<(&str, Duration)> {
        let (number, began) = self.running?;
        let ran = began.elapsed();
        (ran >= at_least).then_some((self.name(number), ran))
    }

    /// How long a test that has not ended runs by now, in milliseconds; 0 when it does not run.
    pub(crate) fn ran_ms(&self, number: usize) -> f64 {
        let began = self.running.filter(|(running, _)| *running == number);
        began.map_or(0.0, |(_, began)| began.elapsed().as_secs_f64() * 1000.0)
    }

    /// Whether this test has an outcome.
    pub(crate) fn is_settled(&self, number: usize) -> bool {
        self.tests.get(number).is_some_and(|entry| entry.settled)
    }

    /// How many tests ended how.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// How many tests failed or broke.
    pub(crate) fn failures(&self) -> u64 {
        self.counts.failed + self.counts.error
    }

    /// How many files could not be collected because the project is wrong.
    pub(crate) fn broken_files(&self) -> u64 {
        self.broken_files
    }

    /// How many tests ran without having been collected.
    pub(crate) fn late(&self) -> u64 {
        self.late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl Emit for Nobody {
        fn emit(&self, _: Event) {}
    }

    #[test]
    fn only_a_test_that_runs_long_is_named() {
        let mut roll = Roll::new("unit", Arc::new(Nobody));
        roll.add(vec!["t.py::a".to_owned(), "t.py::b".to_owned()]);
        let named = |roll: &Roll, at_least| roll.running_for(at_least).map(|(test, _)| test.to_owned());
        assert_eq!(named(&roll, Duration::ZERO), None, "none has begun");
        roll.started(1);
        assert_eq!(named(&roll, Duration::ZERO).as_deref(), Some("t.py::b"));
        assert_eq!(named(&roll, Duration::from_secs(3600)), None);
        roll.settle(1, Outcome::Passed, 1.0, Evidence::default());
        assert_eq!(named(&roll, Duration::ZERO), None, "it has ended");
    }
}

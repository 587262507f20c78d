//! The pytest adapter: pytest as the project runs it, with a plugin that listens.
//!
//! One process collects, tells its tests, waits for the word, and runs them. When it dies while a test runs, that
//! test is an error and another process runs what is left.

mod channel;
mod command;
mod conclude;
mod hear;
mod message;
mod plugin;
mod session;
mod story;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use testyard_model::{CheckId, Event, Outcome, Phase};
use testyard_sys::process::Exit;

use crate::evidence::Shelf;
use crate::launch::SuiteLaunch;
use crate::log::SuiteLog;
use crate::lookout::{Alarm, Lookout};
use crate::roll::Roll;
use message::Order;
use session::Session;
use story::Story;

/// How long a suite that is blocked anyway may take to tell its tests.
const BLOCKED_COLLECTION: Duration = Duration::from_secs(60);

/// How often a worker that died is replaced. A suite that takes down more is broken beyond its tests.
const MOST_RESTARTS: u32 = 10;

/// Runs one suite with pytest.
pub(crate) struct PytestWorker {
    launch: SuiteLaunch,
    log: SuiteLog,
    shelf: Shelf,
    roll: Roll,
    lookout: Lookout,
    session: Option<Session>,
    story: Story,
    /// The roll's number of each test by the number the current process gave it.
    names: Vec<Option<usize>>,
    /// How the process ended, once it has.
    end: Option<End>,
    /// The service whose death was noticed, or the disk when that took pytest down.
    dead: Option<CheckId>,
    /// What failures missed that is not theirs: services that the run does without, room on the disk.
    missed: BTreeSet<CheckId>,
    restarts: u32,
}

/// How a pytest process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    /// By itself.
    Exited(Exit),
    /// It was stopped.
    Stopped(Alarm),
    /// It never began, or could not be understood.
    Broken(String),
}

/// How far a process is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Ready,
    Over,
}

impl PytestWorker {
    /// A worker that has not started.
    pub(crate) fn new(launch: SuiteLaunch) -> PytestWorker {
        let suite = &launch.suite;
        PytestWorker {
            log: SuiteLog::of(&launch.run_folder, &suite.name),
            shelf: Shelf::new(&launch.run_folder, &suite.name, &launch.masker),
            roll: Roll::new(&suite.name, launch.emit.clone()),
            lookout: Lookout::new(&launch),
            launch,
            session: None,
            story: Story::default(),
            names: Vec::new(),
            end: None,
            dead: None,
            missed: BTreeSet::new(),
            restarts: 0,
        }
    }

    /// How many tests are known.
    pub(crate) fn tests(&self) -> u64 {
        self.roll.counts().total
    }

    /// Starts pytest and waits until it has collected.
    pub(crate) async fn collect(&mut self) {
        let check = CheckId::of(Phase::Collect, &self.launch.suite.name);
        let title = format!("pytest collects the tests of {}", self.launch.suite.name);
        self.launch.emit.emit(Event::CheckStarted { check: check.clone(), title });
        let began = Instant::now();
        self.lookout.limit(self.collection_limit());
        self.open().await;
        self.listen(Until::Ready).await;
        let (outcome, evidence) = self.collection_outcome(began.elapsed());
        self.launch.emit.emit(Event::CheckFinished { check, outcome, evidence });
    }

    /// Runs the collected tests, and says how the suite ended.
    pub(crate) async fn execute(&mut self) -> (Outcome, Vec<String>) {
        if let (Some(by), None) = (self.dead.clone(), &self.end) {
            return self.block(by).await;
        }
        if self.end.is_none() {
            self.lookout.limit(self.launch.suite.timeout_ms.map(Duration::from_millis));
            self.go(None).await;
            self.run().await;
        }
        self.settle();
        let verdict = self.conclude().await;
        self.session = None;
        verdict
    }

    /// Sends pytest home without running anything.
    pub(crate) async fn block(&mut self, by: CheckId) -> (Outcome, Vec<String>) {
        if let Some(session) = &mut self.session
            && self.end.is_none()
        {
            session.say(&Order::Quit(true)).await;
            self.lookout.limit(Some(crate::stop::GRACE));
            self.listen(Until::Over).await;
        }
        let outcome = Outcome::Blocked { by };
        self.roll.settle_rest(&outcome);
        self.session = None;
        (outcome, self.story.lines())
    }

    /// Listens until the suite is through, with as many processes as it takes.
    async fn run(&mut self) {
        loop {
            self.listen(Until::Over).await;
            let Some(End::Exited(exit)) = self.end else { return };
            if self.story.is_over() || exit == Exit::Lost {
                return;
            }
            self.blame(exit);
            if self.roll.unsettled().is_empty() || self.reached_maxfail() || self.restarts == MOST_RESTARTS {
                return;
            }
            self.restart().await;
            if self.end.is_some() {
                return;
            }
        }
    }

    /// Runs what is left in a new process.
    async fn restart(&mut self) {
        self.restarts += 1;
        self.end = None;
        self.names.clear();
        self.story = Story::default();
        self.open().await;
        self.listen(Until::Ready).await;
        if self.end.is_some() || self.dead.is_some() {
            return;
        }
        let mut left = self.roll.unsettled();
        let known = |number: &usize| self.names.contains(&Some(*number));
        let lost: Vec<usize> = left.iter().copied().filter(|number| !known(number)).collect();
        left.retain(|number| !lost.contains(number));
        for number in lost {
            let why = "collected at first, but not again after the worker had died".to_owned();
            self.roll.settle(number, Outcome::Error { why }, 0.0, Default::default());
        }
        let chosen = |(at, number): (usize, &Option<usize>)| number.filter(|n| left.contains(n)).map(|_| at);
        let chosen = self.names.iter().enumerate().filter_map(chosen).collect();
        self.go(Some(chosen)).await;
    }

    async fn open(&mut self) {
        match Session::start(&self.launch, &self.log).await {
            Ok(session) => self.session = Some(session),
            Err(error) if error.is_loss() => self.end = Some(End::Exited(Exit::Lost)),
            Err(error) => self.end = Some(End::Broken(error.to_string())),
        }
    }

    async fn go(&mut self, chosen: Option<Vec<usize>>) {
        if let Some(session) = &mut self.session {
            session.say(&Order::Go(chosen)).await;
        }
    }

    fn collection_limit(&self) -> Option<Duration> {
        let own = self.launch.suite.timeout_ms.map(Duration::from_millis);
        match self.launch.blocked_by {
            Some(_) => Some(own.map_or(BLOCKED_COLLECTION, |own| own.min(BLOCKED_COLLECTION))),
            None => own,
        }
    }

    /// Whether the suite was to stop at that many failures. The process that died cannot say so any more.
    fn reached_maxfail(&self) -> bool {
        self.story.maxfail > 0 && self.roll.failures() >= self.story.maxfail
    }
}

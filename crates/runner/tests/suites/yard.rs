//! A project in a temporary folder, a keeper, and a record of what happened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use testyard_model::plan::{AdapterKind, LeftOut, SuitePlan};
use testyard_model::secret::Masker;
use testyard_model::state::{SuiteState, TestState};
use testyard_model::{CheckId, Emit, Event, Outcome, Record, RunState};
use testyard_runner::{SuiteLaunch, SuiteOutcome, Verification, Vitals, Worker};
use testyard_sys::keeper::{Keeper, Options};
use tokio::sync::watch;

/// A project, and what a run of its one suite needs.
pub(crate) struct Yard {
    folder: TempDir,
    pub(crate) launch: SuiteLaunch,
    pub(crate) cancel: watch::Sender<u8>,
    pub(crate) vitals: Arc<FakeVitals>,
    events: Arc<Events>,
}

/// What a suite came to.
pub(crate) struct Done {
    pub(crate) outcome: SuiteOutcome,
    pub(crate) state: RunState,
    pub(crate) events: Vec<Event>,
    folder: TempDir,
}

impl Yard {
    /// A project with these files, and a pytest suite over it.
    pub(crate) async fn new(files: &[(&str, &str)], command: &str) -> Yard {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join("project").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            testyard_sys::files::write(&path, text).unwrap();
        }
        for name in ["project", "run"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let mut options = Options::plain("runner-test", folder.path().join("scratch")).unwrap();
        options.program = PathBuf::from(env!("CARGO_BIN_EXE_testyard-runner-fixture"));
        let keeper = Keeper::start(options).await.unwrap();
        let (cancel, cancelled) = watch::channel(0);
        let vitals = Arc::new(FakeVitals::new());
        let events = Arc::new(Events::default());
        let launch = SuiteLaunch {
            suite: suite(folder.path(), command),
            keeper,
            interpreter: None,
            environment: environment(),
            run_folder: folder.path().join("run"),
            emit: events.clone(),
            vitals: vitals.clone(),
            cancel: cancelled,
            blocked_by: None,
            masker: Masker::default(),
        };
        Yard { folder, launch, cancel, vitals, events }
    }

    /// The same with a command adapter that reads these result files, or TAP.
    pub(crate) fn command(mut self, junit: &[&str], tap: bool) -> Yard {
        let junit = junit.iter().map(|pattern| (*pattern).to_owned()).collect();
        self.launch.suite.adapter = AdapterKind::Command { junit, tap };
        self
    }

    /// The same with that interpreter.
    pub(crate) fn python(mut self, interpreter: &Path) -> Yard {
        self.launch.interpreter = Some(interpreter.to_owned());
        self
    }

    /// Sets a variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Yard {
        self.launch.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A path in the project.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("project").join(name)
    }

    /// Collects and runs the suite.
    pub(crate) async fn run(self) -> Done {
        let worker = Worker::start(self.launch.clone()).await;
        let outcome = worker.execute().await;
        self.done(outcome).await
    }

    /// Closes the yard.
    pub(crate) async fn done(self, outcome: SuiteOutcome) -> Done {
        self.launch.keeper.shutdown().await;
        let events = std::mem::take(&mut *self.events.0.lock().unwrap());
        let numbered = events.iter().cloned().enumerate();
        let records: Vec<Record> =
            numbered.map(|(at, event)| Record { number: at as u64 + 1, at_ms: at as u64, event }).collect();
        Done { outcome, state: RunState::of(&records), events, folder: self.folder }
    }

    /// Waits until that file exists in the project.
    pub(crate) async fn wait_for(&self, name: &str) {
        let path = self.path(name);
        while !path.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

impl Done {
    /// The suite.
    pub(crate) fn suite(&self) -> &SuiteState {
        &self.state.suites[0]
    }

    /// A test by the end of its name.
    #[track_caller]
    pub(crate) fn test(&self, name: &str) -> &TestState {
        let known = || self.suite().tests.iter().map(|test| test.id.as_str()).collect::<Vec<_>>();
        let found = self.suite().tests.iter().find(|test| test.id.as_str().ends_with(name));
        found.unwrap_or_else(|| panic!("no test {name} in {:?}; {:?}", known(), self.outcome))
    }

    /// `name outcome` or `name outcome(why)` of every test, in order, without the file's name.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.suite()
            .tests
            .iter()
            .map(|test| format!("{} {}", short(test.id.as_str()), word(&test.outcome)))
            .collect()
    }

    /// The suite's outcome in words.
    pub(crate) fn verdict(&self) -> String {
        word(&Some(self.outcome.outcome.clone()))
    }

    /// The text of a file in the run's folder.
    pub(crate) fn file(&self, name: impl AsRef<Path>) -> String {
        let bytes = std::fs::read(self.folder.path().join("run").join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn short(id: &str) -> &str {
    id.split_once("::").map_or(id, |(_, name)| name)
}

fn word(outcome: &Option<Outcome>) -> String {
    match outcome {
        None => "open".to_owned(),
        Some(Outcome::Skipped { why }) => format!("skipped({why})"),
        Some(Outcome::Error { why }) => format!("error({why})"),
        Some(Outcome::Blocked { by }) => format!("blocked({by})"),
        Some(other) => other.word().to_owned(),
    }
}

fn suite(folder: &Path, command: &str) -> SuitePlan {
    SuitePlan {
        name: "unit".to_owned(),
        adapter: AdapterKind::Pytest,
        command: command.split_whitespace().map(str::to_owned).collect(),
        arguments: Vec::new(),
        folder: folder.join("project"),
        environment: BTreeMap::new(),
        services: Vec::new(),
        needs: Vec::new(),
        setup: Vec::new(),
        python: true,
        timeout_ms: None,
    }
}

/// This process's variables, without what would make pytest behave otherwise.
fn environment() -> BTreeMap<String, String> {
    let keep = |(name, _): &(String, String)| !name.starts_with("PYTEST") && !name.starts_with("PYTHON");
    std::env::vars().filter(keep).collect()
}

/// The check that blocks tests of a dead service.
pub(crate) fn dead(service: &str) -> CheckId {
    CheckId::from(format!("services/{service}"))
}

#[derive(Default)]
struct Events(Mutex<Vec<Event>>);

impl Emit for Events {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

/// Services that live until a test says otherwise.
pub(crate) struct FakeVitals {
    deaths: watch::Sender<Vec<String>>,
    /// A file whose existence means that the service `db` is dead.
    pub(crate) grave: Mutex<Option<PathBuf>>,
    pub(crate) asked: Mutex<u32>,
    left_out: Vec<LeftOut>,
}

impl FakeVitals {
    fn new() -> FakeVitals {
        // Nobody listens at port 1 of any machine.
        let left_out = vec![LeftOut {
            service: "mail".to_owned(),
            why: "there is no recipe for it".to_owned(),
            hosts: vec!["mail".to_owned()],
            ports: vec![1],
        }];
        FakeVitals {
            deaths: watch::Sender::new(Vec::new()),
            grave: Mutex::new(None),
            asked: Mutex::new(0),
            left_out,
        }
    }

    /// The death of a service is noticed.
    pub(crate) fn die(&self, service: &str) {
        self.deaths.send_modify(|dead| dead.push(service.to_owned()));
    }
}

impl Vitals for FakeVitals {
    fn deaths(&self) -> watch::Receiver<Vec<String>> {
        self.deaths.subscribe()
    }

    fn verify<'a>(&'a self, services: &'a [String]) -> Verification<'a> {
        Box::pin(async move {
            *self.asked.lock().unwrap() += 1;
            let gone = self.grave.lock().unwrap().as_ref().is_some_and(|grave| grave.exists());
            (gone && services.iter().any(|name| name == "db")).then(|| "db".to_owned())
        })
    }

    fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }
}

//! A journal on a real disk: written, read back, torn, altered, full, and of an earlier day.

#![allow(clippy::unwrap_used, reason = "a helper of tests may end the test")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use testyard_journal::standing::settle_lost;
use testyard_journal::{
    Follower, JournalError, OutcomeFile, Recorder, RunFolder, Store, read, retention, standing,
};
use testyard_model::event::Evidence;
use testyard_model::plan::ServicePlan;
use testyard_model::{
    Emit, Event, Outcome, Phase, Plan, Record, RunId, RunState, Standing, TestId, Verdict, View,
};

fn plan(root: &Path) -> Plan {
    let environment = [("POSTGRES_PASSWORD".to_owned(), "hunter2-and-more".to_owned())].into();
    let db = ServicePlan { environment, ..ServicePlan::named("db") };
    Plan { services: vec![db], ..Plan::of("shop", root) }
}

/// A recorder of that plan's run.
fn record(store: &Store, plan: &Plan, views: Vec<Box<dyn View>>) -> Recorder {
    Recorder::open(store, plan, plan.masker(), views).unwrap()
}

fn started(run: &RunId) -> Event {
    Event::RunStarted {
        run: run.clone(),
        project: "shop".to_owned(),
        unix_ms: 1,
        services: vec!["db".to_owned()],
        suites: Vec::new(),
        engine: "native".to_owned(),
        testyard: "0.1.0".to_owned(),
        host: Vec::new(),
    }
}

/// A project with one run whose recorder is still open.
fn open() -> (tempfile::TempDir, Store, Recorder) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::runs_of(folder.path());
    let recorder = record(&store, &plan(folder.path()), Vec::new());
    recorder.emit(started(recorder.run()));
    recorder.emit(Event::PhaseStarted { phase: Phase::Services });
    (folder, store, recorder)
}

#[test]
fn what_is_read_back_folds_to_the_state_that_was_shown() {
    struct Seen(Arc<Mutex<Option<RunState>>>);
    impl View for Seen {
        fn see(&mut self, _: &Record, state: &RunState) {
            *self.0.lock().unwrap() = Some(state.clone());
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let seen = Arc::new(Mutex::new(None));
    let views: Vec<Box<dyn View>> = vec![Box::new(Seen(seen.clone()))];
    let recorder = record(&Store::runs_of(folder.path()), &plan(folder.path()), views);
    recorder.emit(started(recorder.run()));
    recorder.emit(Event::PhaseStarted { phase: Phase::Test });
    recorder.emit(Event::Collected { suite: "unit".to_owned(), tests: vec!["a".into(), "b".into()] });

    let journal = read::read(recorder.folder()).unwrap();
    assert_eq!(journal.damage, None);
    assert_eq!(journal.records.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(Some(journal.state()), *seen.lock().unwrap());
}

#[test]
fn a_follower_sees_each_event_once_and_no_half_line() {
    let (_folder, _store, recorder) = open();
    let mut follower = Follower::of(recorder.folder());
    let numbers = |follower: &mut Follower| -> Vec<u64> {
        follower.new_records().unwrap().iter().map(|record| record.number).collect()
    };
    assert_eq!(numbers(&mut follower), [1, 2]);
    assert_eq!(numbers(&mut follower), [0u64; 0]);
    recorder.emit(Event::PhaseFinished { phase: Phase::Services, outcome: Outcome::Passed });
    let mut file = OpenOptions::new().append(true).open(recorder.folder().events()).unwrap();
    file.write_all(b"{\"crc\"").unwrap();
    assert_eq!(numbers(&mut follower), [3]);
    assert_eq!(numbers(&mut follower), [0u64; 0]);
}

#[test]
fn a_run_is_running_then_final_and_lost_when_nobody_holds_its_lock() {
    let (_folder, store, recorder) = open();
    let run = recorder.folder().clone();
    assert_eq!(standing(&run).unwrap(), Standing::Running);
    drop(recorder);
    assert_eq!(standing(&run).unwrap(), Standing::Lost);
    let lost = settle_lost(&run).unwrap();
    assert_eq!(
        (lost.verdict, lost.reason.as_str()),
        (Verdict::Lost, "the supervisor died in the phase 'services'")
    );
    assert_eq!(standing(&run).unwrap(), Standing::Lost);

    let recorder = record(&store, &plan(store.path()), Vec::new());
    recorder.finish(Verdict::Blocked, Some("services/db".into()), "no database").unwrap();
    assert_eq!(standing(recorder.folder()).unwrap(), Standing::Final);
    let outcome = OutcomeFile::read(recorder.folder()).unwrap().unwrap();
    assert_eq!((outcome.verdict, outcome.exit), (Verdict::Blocked, 3));
}

#[test]
fn an_outcome_is_written_once() {
    let (_folder, _store, recorder) = open();
    recorder.finish(Verdict::Failed, None, "a test failed").unwrap();
    recorder.finish(Verdict::Passed, None, "on second thoughts").unwrap();
    let outcome = OutcomeFile::read(recorder.folder()).unwrap().unwrap();
    assert_eq!(outcome.verdict, Verdict::Failed);
}

#[test]
fn secrets_reach_neither_events_nor_plan_nor_logs() {
    let (_folder, _store, recorder) = open();
    let secret = "hunter2-and-more";
    recorder.emit(Event::Note { phase: Phase::Services, message: format!("login with {secret}") });
    recorder.emit(Event::Note { phase: Phase::Services, message: "postgresql://me:short@db/x".to_owned() });
    let log = recorder.folder().logs().join("service-db.log");
    testyard_sys::files::write(&log, format!("LOG: up\nFATAL: {secret} is wrong\n\n").as_bytes()).unwrap();
    let clean = recorder.folder().logs().join("suite-unit.log");
    testyard_sys::files::write(&clean, b"no text: \xff").unwrap();
    recorder.mask_logs().unwrap();
    assert_eq!(fs::read_to_string(&log).unwrap(), "LOG: up\nFATAL: **** is wrong\n\n");
    assert_eq!(fs::read(&clean).unwrap(), b"no text: \xff", "what holds no secret is left as it was");
    assert_eq!(fs::read_dir(recorder.folder().logs()).unwrap().count(), 2);

    for path in [recorder.folder().events(), recorder.folder().plan(), log] {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("****"), "{}", path.display());
        assert!(!text.contains(secret) && !text.contains("me:short"), "{}", path.display());
    }
    assert!(recorder.with_state(|state| state.notes.iter().all(|(_, note)| !note.contains(secret))));
}

#[test]
fn half_a_last_line_is_no_damage_and_an_altered_one_is() {
    let (_folder, _store, recorder) = open();
    let run = recorder.folder().clone();
    drop(recorder);
    let mut file = OpenOptions::new().append(true).open(run.events()).unwrap();
    file.write_all(b"{\"crc\":\"0000").unwrap();
    let journal = read::read(&run).unwrap();
    assert_eq!((journal.records.len(), journal.damage), (2, None));

    let text =
        fs::read_to_string(run.events()).unwrap().replace("\"phase\":\"services\"", "\"phase\":\"prepare_\"");
    testyard_sys::files::write(&run.events(), text.as_bytes()).unwrap();
    let journal = read::read(&run).unwrap();
    assert_eq!(journal.records.len(), 1);
    let (line, what) = journal.damage.unwrap();
    assert_eq!(line, 3);
    assert!(what.contains("checksum"), "{what}");
}

#[test]
fn runs_are_found_by_any_unique_prefix() {
    let (_folder, store, first) = open();
    let second = record(&store, &plan(store.path()), Vec::new());
    let name = first.run().as_str();
    assert_eq!(store.find(Some(name)).unwrap().run(), *first.run());
    assert_eq!(store.runs().unwrap().len(), 2);
    assert!(matches!(store.find(Some("20")), Err(JournalError::Ambiguous { .. })));
    let error = store.find(Some("1999")).unwrap_err().to_string();
    assert!(error.contains("no run is named '1999'") && error.contains(second.run().as_str()), "{error}");
    assert_eq!(fs::read_to_string(store.path().join(".gitignore")).unwrap(), "*\n");
    assert!(store.path().join("latest").join("events.jsonl").exists());
}

#[test]
fn pruning_spares_running_and_kept_runs() {
    let (_folder, store, running) = open();
    let make = || {
        let recorder = record(&store, &plan(store.path()), Vec::new());
        recorder.finish(Verdict::Passed, None, "").unwrap();
        recorder.folder().clone()
    };
    let (gone, kept) = (make(), make());
    testyard_sys::files::write(&kept.path().join("keep"), b"").unwrap();
    let limits = retention::Limits { age: None, runs: Some(0), bytes: None };
    let removed = retention::prune(&store, &limits, SystemTime::now()).unwrap();
    assert_eq!(removed.runs.as_slice(), std::slice::from_ref(&gone));
    assert!(removed.bytes > 0);
    assert!(!gone.path().exists() && kept.path().exists() && running.folder().path().exists());

    let old = retention::Limits { age: Some(Duration::from_secs(3600)), runs: None, bytes: None };
    let fresh = make();
    assert!(retention::prune(&store, &old, SystemTime::now()).unwrap().runs.is_empty());
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    assert_eq!(retention::prune(&store, &old, tomorrow).unwrap().runs, [fresh]);
}

#[test]
fn a_journal_of_format_1_can_be_read_for_ever() {
    let folder = RunFolder::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format-1"));
    let journal = read::read(&folder).unwrap();
    assert_eq!(journal.damage, None);
    let state = journal.state();
    let counts = state.counts();
    assert_eq!((counts.total, counts.passed, counts.failed, counts.blocked), (4, 1, 1, 1));
    assert_eq!((counts.skipped, counts.flaky, counts.error), (1, 0, 0));
    assert_eq!(state.header.as_ref().unwrap().project, "shop");
    assert_eq!(state.verdict.as_ref().unwrap().verdict, Verdict::Failed);
    assert_eq!(state.services[0].report.as_ref().unwrap().version, "16.4");
    assert_eq!(state.blocked_by().keys().next().unwrap().as_str(), "services/cache");
    assert_eq!(state.outcome_of(&"services/cache".into()), Some(&Outcome::Failed));
}

#[test]
fn a_journal_of_a_newer_format_is_refused_with_a_clear_word() {
    let (_folder, _store, recorder) = open();
    let run = recorder.folder().clone();
    drop(recorder);
    // The line's own checksum, computed apart: CRC-32 of `"format":99}`.
    let head = format!("{{\"crc\":\"{:08x}\",\"format\":99}}\n", crc32fast::hash(b"\"format\":99}"));
    testyard_sys::files::write(&run.events(), head.as_bytes()).unwrap();
    let error = read::read(&run).unwrap_err().to_string();
    assert!(error.contains("event format 99") && error.contains("help:"), "{error}");
}

/// A long journal: what its snapshot and the events after it fold to is what all events fold to.
#[test]
fn a_snapshot_changes_nothing_but_the_time_it_takes() {
    let (_folder, _store, recorder) = open();
    let suite = || "unit".to_owned();
    let outcomes = [
        Outcome::Passed,
        Outcome::Failed,
        Outcome::Flaky,
        Outcome::Skipped { why: "not today".to_owned() },
        Outcome::blocked("services/db"),
    ];
    for number in 0..5_000_usize {
        let test = TestId::from(format!("t.py::test_{number}"));
        recorder.emit(Event::TestStarted { suite: suite(), test: test.clone(), worker: 0 });
        let outcome = outcomes[number % 7 % 5].clone();
        let message = if number % 3 == 0 { "assert 1 == 2".to_owned() } else { String::new() };
        let evidence = Evidence { message, ..Evidence::default() };
        recorder.emit(Event::TestFinished { suite: suite(), test, outcome, duration_ms: 1.5, evidence });
    }
    let folder = recorder.folder();
    assert!(folder.snapshot().exists(), "a long journal has one");
    let whole = read::read(folder).unwrap().state();
    assert_eq!(whole.counts().total, 5_000);
    assert_eq!(read::state(folder).unwrap(), (whole.clone(), None));
    // With the outcome it stands for everything.
    let before = fs::read(folder.snapshot()).unwrap();
    recorder.finish(Verdict::Failed, None, "").unwrap();
    assert_ne!(fs::read(folder.snapshot()).unwrap(), before);
    assert_eq!(read::state(folder).unwrap(), (whole.clone(), None));
    // One that fits no longer, is damaged or is gone is not asked.
    put(&folder.snapshot(), &before[..before.len() / 2]);
    assert_eq!(read::state(folder).unwrap(), (whole.clone(), None));
    put(&folder.snapshot(), &before);
    let text = fs::read_to_string(folder.events()).unwrap();
    put(&folder.events(), text.replacen("test_77\"", "test_78\"", 1).as_bytes());
    assert!(read::state(folder).unwrap().1.is_some_and(|(_, what)| what.contains("checksum")));
    put(&folder.events(), text.as_bytes());
    fs::remove_file(folder.snapshot()).unwrap();
    assert_eq!(read::state(folder).unwrap(), (whole, None));
}

#[allow(clippy::disallowed_methods, reason = "a fixture in a temporary folder")]
fn put(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

//! Suites that are stopped from outside: cancelled, too slow, or without their service.

use std::time::Duration;

use testyard_runner::Worker;

use crate::python;
use crate::yard::{Done, Yard, dead};

/// Three tests; the second one touches `there` and hangs.
const HANGS: &str = "import pathlib, time\n\
                     def test_a(): pass\n\
                     def test_hangs():\n\
                     \x20   pathlib.Path('there').touch()\n\
                     \x20   time.sleep(600)\n\
                     def test_c(): pass\n";

/// Runs [`HANGS`], does something once the second test runs, and waits for the end.
async fn interrupt(prepare: impl FnOnce(&mut Yard), act: impl FnOnce(&Yard)) -> Option<Done> {
    let python = python::any().await?;
    let mut yard = Yard::new(&[("test_a.py", HANGS)], "pytest").await.python(&python);
    prepare(&mut yard);
    let worker = Worker::start(yard.launch.clone()).await;
    let run = tokio::spawn(worker.execute());
    yard.wait_for("there").await;
    act(&yard);
    let outcome = run.await.unwrap();
    Some(yard.done(outcome).await)
}

fn send(level: u8) -> impl FnOnce(&Yard) {
    move |yard| yard.cancel.send(level).unwrap()
}

#[tokio::test]
async fn cancelled_gently() {
    let Some(done) = interrupt(|_| {}, send(1)).await else { return };
    assert_eq!(done.shown(), ["test_a passed", "test_hangs open", "test_c open"]);
    assert_eq!(done.verdict(), "skipped(cancelled)");
    // pytest itself came to its end.
    assert!(done.file("logs/suite-unit.log").contains("KeyboardInterrupt"));
}

#[tokio::test]
async fn cancelled_at_once() {
    let Some(done) = interrupt(|_| {}, send(2)).await else { return };
    assert_eq!(done.shown(), ["test_a passed", "test_hangs open", "test_c open"]);
    assert!(!done.file("logs/suite-unit.log").contains("KeyboardInterrupt"));
}

#[tokio::test]
async fn too_slow() {
    let limit = |yard: &mut Yard| yard.launch.suite.timeout_ms = Some(4000);
    let Some(done) = interrupt(limit, |_| {}).await else { return };
    assert_eq!(
        done.shown(),
        [
            "test_a passed",
            "test_hangs error(timed out after 4 s)",
            "test_c error(never ran: the suite timed out after 4 s)"
        ]
    );
    assert_eq!(done.verdict(), "error(timed out after 4 s)");
    // Its stack says where it hung.
    assert!(
        done.test("test_hangs").evidence().detail.contains("in test_hangs"),
        "{:?}",
        done.test("test_hangs")
    );
}

#[tokio::test]
async fn a_service_that_dies_blocks_what_has_not_ended() {
    let needs = |yard: &mut Yard| yard.launch.suite.services = vec!["db".to_owned()];
    let Some(done) = interrupt(needs, |yard| yard.vitals.die("db")).await else { return };
    let blocked = format!("blocked({})", dead("db"));
    assert_eq!(
        done.shown(),
        ["test_a passed".to_owned(), format!("test_hangs {blocked}"), format!("test_c {blocked}")]
    );
    assert_eq!(done.verdict(), blocked);
}

#[tokio::test]
async fn the_death_of_a_foreign_service_changes_nothing() {
    let Some(python) = python::any().await else { return };
    let mut yard = Yard::new(&[("test_a.py", "def test_a(): pass\n")], "pytest").await.python(&python);
    yard.launch.suite.services = vec!["db".to_owned()];
    yard.vitals.die("redis");
    assert_eq!(yard.run().await.shown(), ["test_a passed"]);
}

/// A test that fails, and another one after it; with a service that is dead by then, or not.
async fn fails_with_service(dies: bool) -> Option<(Vec<String>, u32)> {
    let python = python::any().await?;
    let test = "import pathlib\n\
                def test_a(): pass\n\
                def test_b():\n\
                \x20   pathlib.Path('grave').touch()\n\
                \x20   assert 0\n\
                def test_c(): pass\n";
    let mut yard = Yard::new(&[("test_a.py", test)], "pytest -x").await.python(&python);
    yard.launch.suite.services = vec!["db".to_owned()];
    if dies {
        *yard.vitals.grave.lock().unwrap() = Some(yard.path("grave"));
    }
    let vitals = yard.vitals.clone();
    let shown = yard.run().await.shown();
    let asked = *vitals.asked.lock().unwrap();
    Some((shown, asked))
}

#[tokio::test]
async fn a_failure_is_believed_only_while_the_services_live() {
    let Some((shown, asked)) = fails_with_service(false).await else { return };
    assert_eq!(
        shown,
        ["test_a passed", "test_b failed", "test_c skipped(not run: stopping after 1 failures)"]
    );
    assert!(asked > 0);
    let Some((shown, _)) = fails_with_service(true).await else { return };
    assert_eq!(shown, ["test_a passed", "test_b blocked(services/db)", "test_c blocked(services/db)"]);
}

#[tokio::test]
async fn a_collection_that_hangs_is_cut_short() {
    let Some(python) = python::any().await else { return };
    let files = [("test_a.py", "import time\ntime.sleep(600)\n")];
    let mut yard = Yard::new(&files, "pytest").await.python(&python);
    yard.launch.suite.timeout_ms = Some(2000);
    let done = tokio::time::timeout(Duration::from_secs(60), yard.run()).await.unwrap();
    assert_eq!(done.verdict(), "error(still collecting after 2 s)");
}

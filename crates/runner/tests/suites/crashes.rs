//! Tests that take their process down.

use crate::python;
use crate::yard::Yard;

#[tokio::test]
async fn the_test_that_crashed_is_named_and_the_rest_still_runs() {
    let Some(python) = python::any().await else { return };
    let test = "import os, signal\n\
                def test_a(): pass\n\
                def test_exits(): os._exit(3)\n\
                def test_b(): pass\n\
                def test_crashes(): os.kill(os.getpid(), signal.SIGSEGV)\n\
                def test_c(): pass\n";
    let done = Yard::new(&[("test_a.py", test)], "pytest").await.python(&python).run().await;
    assert_eq!(
        done.shown(),
        [
            "test_a passed",
            "test_exits error(the worker died while running it (exit code 3))",
            "test_b passed",
            "test_crashes error(the worker died while running it (signal 11 (SIGSEGV)))",
            "test_c passed",
        ]
    );
    assert_eq!(done.verdict(), "failed");
    assert!(done.outcome.evidence.iter().any(|line| line.contains("started again, 2 times in all")));
    assert!(done.test("test_crashes").evidence().detail.contains("Segmentation fault"));
}

#[tokio::test]
async fn a_suite_that_crashes_all_the_time_ends() {
    let Some(python) = python::any().await else { return };
    let test =
        "import os, pytest\n@pytest.mark.parametrize('n', range(14))\ndef test_exits(n): os._exit(3)\n";
    let done = Yard::new(&[("test_a.py", test)], "pytest").await.python(&python).run().await;
    let shown = done.shown();
    let died = shown.iter().filter(|line| line.contains("died while running it")).count();
    let never = shown
        .iter()
        .filter(|line| line.contains("never ran: the worker died again after 10 new starts"))
        .count();
    assert_eq!((died, never), (11, 3), "{shown:?}");
    assert_eq!(done.verdict(), "error(the worker died 11 times, last with exit code 3)");
}

#[tokio::test]
async fn a_crash_counts_for_maxfail() {
    let Some(python) = python::any().await else { return };
    let test = "import os\ndef test_exits(): os._exit(3)\ndef test_b(): pass\n";
    let done = Yard::new(&[("test_a.py", test)], "pytest -x").await.python(&python).run().await;
    assert_eq!(done.shown()[1], "test_b skipped(not run: stopped after 1 failures)");
    assert_eq!(done.verdict(), "failed");
}

#[tokio::test]
async fn a_process_that_dies_while_it_collects_is_the_suites_error() {
    let Some(python) = python::any().await else { return };
    let done =
        Yard::new(&[("test_a.py", "import os\nos._exit(3)\n")], "pytest").await.python(&python).run().await;
    assert!(
        done.verdict().starts_with("error(pytest died while collecting (exit code 3)"),
        "{}",
        done.verdict()
    );
}

#[tokio::test]
async fn the_channel_survives_what_tests_do_to_descriptors() {
    let Some(python) = python::any().await else { return };
    let test = "import os, time\n\
                def test_closes(): os.closerange(3, 1024)\n\
                def test_freezes(monkeypatch):\n\
                \x20   monkeypatch.setattr(os, 'write', None)\n\
                \x20   monkeypatch.setattr(time, 'monotonic', None)\n\
                def test_b(): pass\n";
    let done = Yard::new(&[("test_a.py", test)], "pytest -s").await.python(&python).run().await;
    assert_eq!(done.shown(), ["test_closes passed", "test_freezes passed", "test_b passed"]);
}

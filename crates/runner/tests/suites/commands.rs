//! Suites that are commands.

use std::time::Duration;

use testyard_runner::Worker;

use crate::yard::Yard;

const JUNIT: &str = r#"<testsuite><testcase classname="A" name="ok"/><testcase classname="A" name="bad"><failure message="no"/></testcase></testsuite>"#;
const GREEN: &str = r#"<testsuite><testcase name="ok"/><testcase name="ok"/></testsuite>"#;

async fn check(yard: Yard, tests: &[&str], suite: &str) {
    let command = yard.launch.suite.command.join(" ");
    let done = yard.run().await;
    assert_eq!(
        (done.shown(), done.verdict()),
        (tests.iter().map(|test| (*test).to_owned()).collect(), suite.to_owned()),
        "{command}"
    );
}

async fn line(files: &[(&str, &str)], words: &[&str], junit: &[&str], tap: bool) -> Yard {
    let mut yard = Yard::new(files, "").await.command(junit, tap);
    yard.launch.suite.command = words.iter().map(|word| (*word).to_owned()).collect();
    yard
}

#[tokio::test]
async fn an_exit_code_decides() {
    check(line(&[], &["true"], &[], false).await, &["true passed"], "passed").await;
    check(line(&[], &["false"], &[], false).await, &["false failed"], "failed").await;
    let killed = "error(it ended with signal 9 (SIGKILL))";
    let words = ["sh", "-c", "kill -9 $$"];
    check(line(&[], &words, &[], false).await, &[&format!("sh -c kill -9 $$ {killed}")], killed).await;
    let missing = line(&[], &["no-such-program"], &[], false).await.run().await;
    assert!(missing.verdict().starts_with("error(cannot start `no-such-program`"), "{}", missing.verdict());
}

#[tokio::test]
async fn shell_syntax_gets_a_shell_and_output_gets_a_log() {
    let yard = line(&[], &["echo", "$WHAT", "&&", "false"], &[], false).await.variable("WHAT", "one two");
    let done = yard.run().await;
    assert_eq!(done.shown(), ["echo $WHAT && false failed"]);
    assert_eq!(done.test("false").evidence().detail, "one two");
    assert_eq!(done.test("false").evidence().message, "it ended with exit code 1");
}

#[tokio::test]
async fn junit_files_are_read() {
    let files = [
        ("in/bad.xml", JUNIT),
        ("in/good.xml", GREEN),
        ("out/old.xml", JUNIT),
        ("in/broken.xml", "<testsuite>"),
    ];
    let copy = |name: &'static str, code: &'static str| {
        let words = ["cp", name, "out/new.xml", "&&", "sh", "-c", code];
        async move { line(&files, &words, &["out/*.xml"], false).await }
    };
    check(copy("in/bad.xml", "exit 1").await, &["ok passed", "bad failed"], "failed").await;
    check(copy("in/good.xml", "exit 0").await, &["ok passed", "ok (2) passed"], "passed").await;

    let done = copy("in/good.xml", "exit 4").await.run().await;
    assert_eq!(done.verdict(), "error(exit code 4 although every test passed)");
    assert_eq!(done.suite().counts.error, 1);

    let done = line(&files, &["true"], &["out/*.xml"], false).await.run().await;
    assert_eq!(done.verdict(), "error(it wrote no result file that matches `out/*.xml`)");
    let done = copy("in/broken.xml", "exit 0").await.run().await;
    assert!(
        done.verdict().starts_with("error(cannot read the result file out/new.xml"),
        "{}",
        done.verdict()
    );
}

#[tokio::test]
async fn tap_is_read() {
    let tap = "1..3\nok 1 - a\nnot ok 2 - b\n# why\nok 3 - c # SKIP later\n";
    let words = ["cat", "results.tap", "&&", "exit", "1"];
    let done = line(&[("results.tap", tap)], &words, &[], true).await.run().await;
    assert_eq!(done.shown(), ["a passed", "b failed", "c skipped(later)"]);
    assert_eq!((done.verdict().as_str(), done.test("b").evidence().message.as_str()), ("failed", "why"));
    assert!(done.file("logs/suite-unit.log").contains("not ok 2 - b"));

    let short = [("results.tap", "1..2\nok 1 - a\n")];
    let done = line(&short, &["cat", "results.tap"], &[], true).await.run().await;
    assert_eq!(done.verdict(), "error(planned 2 tests and reported 1)");
}

#[tokio::test]
async fn a_blocked_command_is_one_blocked_test() {
    let mut yard = line(&[], &["touch", "ran"], &["*.xml"], false).await;
    yard.launch.blocked_by = Some("prepare/requirements.txt".into());
    let ran = yard.path("ran");
    let blocked = "touch ran blocked(prepare/requirements.txt)";
    check(yard, &[blocked], "blocked(prepare/requirements.txt)").await;
    assert!(!ran.exists());
}

#[tokio::test]
async fn commands_are_stopped() {
    let mut late = line(&[], &["sleep", "600"], &[], false).await;
    late.launch.suite.timeout_ms = Some(200);
    check(late, &["sleep 600 error(timed out after 0.2 s)"], "error(timed out after 0.2 s)").await;

    let yard = line(&[], &["touch", "there", "&&", "sleep", "600"], &[], false).await;
    let run = tokio::spawn(Worker::start(yard.launch.clone()).await.execute());
    yard.wait_for("there").await;
    yard.cancel.send(1).unwrap();
    let outcome = tokio::time::timeout(Duration::from_secs(60), run).await.unwrap().unwrap();
    let done = yard.done(outcome).await;
    assert_eq!(
        (done.shown().as_slice(), done.verdict().as_str()),
        (&["touch there && sleep 600 open".to_owned()][..], "skipped(cancelled)")
    );

    let mut yard = line(&[], &["touch", "there", "&&", "sleep", "600"], &[], false).await;
    yard.launch.suite.services = vec!["db".to_owned()];
    let run = tokio::spawn(Worker::start(yard.launch.clone()).await.execute());
    yard.wait_for("there").await;
    yard.vitals.die("db");
    let outcome = run.await.unwrap();
    assert_eq!(yard.done(outcome).await.shown(), ["touch there && sleep 600 blocked(services/db)"]);
}

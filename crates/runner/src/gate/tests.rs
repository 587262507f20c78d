//! One run for each verdict, and one near it that ends otherwise.

use testyard_model::collection::CollectionNumbers;
use testyard_model::{Event, Gate, Outcome, Plan, Verdict};

use super::fixture::{Run, plan};
use super::judge;

const PASSED: Option<Outcome> = Some(Outcome::Passed);
const FAILED: Option<Outcome> = Some(Outcome::Failed);
const FLAKY: Option<Outcome> = Some(Outcome::Flaky);

fn blocked(by: &str) -> Outcome {
    Outcome::blocked(by)
}

fn skipped() -> Outcome {
    Outcome::Skipped { why: "not today".to_owned() }
}

fn error(why: &str) -> Outcome {
    Outcome::Error { why: why.to_owned() }
}

#[track_caller]
fn check(plan: &Plan, run: Run, verdict: Verdict, reason: &str) {
    let judgement = judge(&run.state(), plan);
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
    assert_eq!(judgement.blocked_by.is_some(), verdict == Verdict::Blocked);
}

#[test]
fn passed_and_failed() {
    let plan = plan(&["unit"], &[]);
    let run = || Run::of(&plan);
    check(&plan, run().suite("unit", Outcome::Passed, &[("a", PASSED)]), Verdict::Passed, "1 test passed");
    let mixed = [("a", PASSED), ("b", FLAKY), ("c", Some(skipped()))];
    let reason = "2 tests passed, 1 of them flaky, 1 skipped";
    check(&plan, run().suite("unit", Outcome::Passed, &mixed), Verdict::Passed, reason);
    let one = [("a", PASSED), ("b", FAILED)];
    check(&plan, run().suite("unit", Outcome::Failed, &one), Verdict::Failed, "1 test failed");
    let broken = [("a", FAILED), ("b", Some(error("set-up failed")))];
    check(&plan, run().suite("unit", Outcome::Failed, &broken), Verdict::Failed, "1 test failed and 1 broke");
    let usage = run().suite("unit", error("pytest did not start"), &[]);
    check(&plan, usage, Verdict::Failed, "suite unit: pytest did not start");
    let quiet = run().suite("unit", error("exit code 1 although every test passed"), &[("a", PASSED)]);
    check(&plan, quiet, Verdict::Failed, "suite unit: exit code 1 although every test passed");
}

#[test]
fn nothing_ran() {
    let plan = plan(&["unit"], &[]);
    let run = || Run::of(&plan);
    check(&plan, run().suite("unit", skipped(), &[]), Verdict::Empty, "there was no test to run");
    let all = [("a", Some(skipped())), ("b", Some(skipped()))];
    check(&plan, run().suite("unit", skipped(), &all), Verdict::Empty, "2 tests skipped, none ran");
}

#[test]
fn everything_is_accounted_for() {
    let plan = plan(&["unit", "more"], &[]);
    let unit = || Run::of(&plan).suite("unit", Outcome::Passed, &[("a", PASSED)]);
    check(&plan, unit(), Verdict::Failed, "suite more did not end");
    let open = unit().suite("more", Outcome::Passed, &[("b", None)]);
    check(&plan, open, Verdict::Failed, "no outcome of 1 test in suite more");
    let done = unit().suite("more", Outcome::Passed, &[("b", PASSED)]);
    check(&plan, done, Verdict::Passed, "2 tests passed");
}

#[test]
fn the_check_that_broke_first_blocks() {
    let plan = plan(&["unit", "db"], &["postgres"]);
    let run = || {
        Run::of(&plan)
            .check("provide/postgresql-16", Outcome::Failed)
            .check("services/postgres", blocked("provide/postgresql-16"))
    };
    let by = "services/postgres";
    let alone = run().suite("unit", Outcome::Passed, &[("a", PASSED)]).suite(
        "db",
        blocked(by),
        &[("b", Some(blocked(by)))],
    );
    check(&plan, alone, Verdict::Blocked, "1 test blocked by provide/postgresql-16");
    let both = run().suite("unit", Outcome::Failed, &[("a", FAILED)]).suite(
        "db",
        blocked(by),
        &[("b", Some(blocked(by)))],
    );
    check(&plan, both, Verdict::Failed, "1 test failed; besides, 1 test blocked by provide/postgresql-16");
}

#[test]
fn a_planned_service_has_to_be_up() {
    let plan = plan(&["unit"], &["redis"]);
    let unit = |run: Run| run.suite("unit", Outcome::Passed, &[("a", PASSED)]);
    check(&plan, unit(Run::of(&plan)), Verdict::Blocked, "blocked by services/redis");
    check(&plan, unit(Run::of(&plan).ready("redis")), Verdict::Passed, "1 test passed");
    let died = Event::ServiceDied { service: "redis".to_owned(), evidence: Vec::new() };
    // It was up while every test ran: nothing was kept from running.
    check(&plan, unit(Run::of(&plan).ready("redis")).and(died), Verdict::Passed, "1 test passed");
}

#[test]
fn a_need_that_failed_is_a_failure_and_one_that_was_blocked_is_not() {
    let mut plan = plan(&["unit", "e2e"], &[]);
    plan.gates.pass_rate = Some(0.5);
    let e2e = |run: Run| run.suite("e2e", blocked("test/unit"), &[("c", Some(blocked("test/unit")))]);
    let failed = e2e(Run::of(&plan).suite("unit", Outcome::Failed, &[("a", PASSED), ("b", FAILED)]));
    let reason = "suite unit did not pass, and others need it; besides, 1 test blocked by test/unit";
    check(&plan, failed, Verdict::Failed, reason);
    let by = "prepare/requirements.txt";
    let waiting = e2e(Run::of(&plan).suite("unit", blocked(by), &[("a", Some(blocked(by)))]));
    check(&plan, waiting, Verdict::Blocked, "2 tests blocked by prepare/requirements.txt");
}

#[test]
fn gates_have_limits() {
    let mut plan = plan(&["unit"], &[]);
    let two = || Run::of(&plan).suite("unit", Outcome::Failed, &[("a", PASSED), ("b", FAILED)]);
    let (half, flaky) = (two(), Run::of(&plan).suite("unit", Outcome::Passed, &[("a", FLAKY)]));
    let broken = |count: usize| {
        let run = Run::of(&plan).suite("unit", Outcome::Failed, &[("a", PASSED)]);
        (0..count).fold(run, |run, _| run.broken_file("unit", Outcome::Failed))
    };
    let (one_file, two_files) = (broken(1), broken(2));
    let no_import =
        Run::of(&plan).suite("unit", blocked("services/db"), &[]).broken_file("unit", blocked("services/db"));
    plan.gates.pass_rate = Some(0.5);
    plan.gates.flaky = Some(0);
    plan.gates.collection_errors = 1;
    check(&plan, half, Verdict::Passed, "1 test passed, 1 failed, within the pass rate");
    check(&plan, flaky, Verdict::Failed, "1 test flaky, at most 0 allowed");
    check(&plan, one_file, Verdict::Passed, "1 test passed");
    check(&plan, two_files, Verdict::Failed, "2 files could not be collected, at most 1 allowed");
    check(&plan, no_import, Verdict::Blocked, "blocked by services/db");
    plan.gates.pass_rate = Some(0.51);
    let again = Run::of(&plan).suite("unit", Outcome::Failed, &[("a", PASSED), ("b", FAILED)]);
    check(&plan, again, Verdict::Failed, "1 test failed");
}

#[test]
fn stand_ins_are_counted_where_a_number_is_asked_for() {
    let mut plan = plan(&["unit"], &[]);
    let run = |plan: &Plan| Run::of(plan).suite("unit", Outcome::Passed, &[("a", PASSED)]);
    let forecast = |stand_ins| Event::Forecast {
        suite: "unit".to_owned(),
        numbers: CollectionNumbers { stand_ins, ..CollectionNumbers::default() },
    };
    check(&plan, run(&plan).and(forecast(9)), Verdict::Passed, "1 test passed");
    plan.gates.stand_ins = Some(1);
    check(&plan, run(&plan).and(forecast(1)), Verdict::Passed, "1 test passed");
    let missed = "2 stand-ins for real services, at most 1 allowed";
    check(&plan, run(&plan).and(forecast(2)), Verdict::Failed, missed);
    let unread = judge(&run(&plan).state(), &plan);
    assert!(matches!(unread.results[2].outcome, Outcome::Skipped { .. }), "{:?}", unread.results);
}

#[test]
fn cancelled_is_above_everything() {
    let plan = plan(&["unit"], &["redis"]);
    let cancel = Event::CancelRequested { by: "Ctrl-C".to_owned() };
    let run = Run::of(&plan).suite("unit", Outcome::Failed, &[("a", FAILED), ("b", None)]).and(cancel);
    check(&plan, run, Verdict::Cancelled, "cancelled by Ctrl-C");
}

#[test]
fn every_gate_that_is_asked_for_is_told() {
    let mut plan = plan(&["unit"], &[]);
    let gates = |plan: &Plan| -> Vec<Gate> {
        let state = Run::of(plan).suite("unit", Outcome::Passed, &[("a", PASSED)]).state();
        judge(&state, plan).results.iter().map(|result| result.gate).collect()
    };
    assert_eq!(gates(&plan), [Gate::PassRate, Gate::CollectionErrors, Gate::Complete]);
    plan.gates.flaky = Some(3);
    assert_eq!(gates(&plan), [Gate::PassRate, Gate::CollectionErrors, Gate::Flaky, Gate::Complete]);
}

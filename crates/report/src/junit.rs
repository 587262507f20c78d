//! JUnit XML, the form that every CI system reads.
//!
//! Three choices keep it from being misread. The suite stands in front of every class name, because some systems take
//! class name and name for a test's identity and overwrite duplicates. What was blocked is an `<error>` of type
//! `blocked`, because a skipped test is shown in green. And whatever keeps a run from passing without being
//! a test (a file that cannot be collected, a suite that never ran, a gate, a lost run) is a test case of its own.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite, XmlString};
use testyard_model::event::Evidence;
use testyard_model::state::{SuiteState, TestState};
use testyard_model::{Outcome, Standing, Verdict};

use crate::Subject;
use crate::digest;
use crate::text;

/// A report that could not be written as XML.
#[derive(Debug, thiserror::Error)]
#[error("the JUnit report could not be written: {0}")]
pub struct JunitError(#[from] quick_junit::SerializeError);

/// The run as one JUnit document.
pub fn junit(subject: &Subject<'_>) -> Result<String, JunitError> {
    let state = subject.state;
    let mut report = Report::new(legal(subject.project()));
    report.set_time(Duration::from_millis(state.now_ms));
    let started = state.header.as_ref().map(|header| header.unix_ms);
    report.add_test_suites(state.suites.iter().map(|suite| test_suite(suite, started, subject)));
    let gates = own_suite("gates", gate_cases(subject));
    report.add_test_suites(gates);
    let told = report.failures + report.errors > 0;
    report.add_test_suites(own_suite("verdict", if told { None } else { verdict_case(subject) }));
    Ok(report.to_string()?)
}

fn test_suite(suite: &SuiteState, started: Option<u64>, subject: &Subject<'_>) -> TestSuite {
    let mut shown = TestSuite::new(legal(&suite.name));
    if let Some(ms) = crate::story::suite_ms(suite) {
        shown.set_time(Duration::from_millis(ms));
    }
    let began = started.and_then(|run| text::moment(run + suite.started_ms?));
    if let Some(began) = began {
        shown.extra.insert("timestamp".into(), began.into());
    }
    shown.add_test_cases(suite.collection_errors.iter().map(|file| {
        let ty = if file.outcome.is_failure() { "collection" } else { file.outcome.word() };
        let status = error(ty, digest::message(&file.outcome, &file.evidence), &file.evidence.detail);
        case(&suite.name, &file.path, status)
    }));
    shown.add_test_cases(suite.tests.iter().filter_map(|test| test_case(suite, test, subject)));
    if shown.test_cases.is_empty() {
        shown.add_test_cases(suite_case(suite, subject.standing));
    }
    shown
}

/// A test that is still running is left out; one that will never end is an error.
fn test_case(suite: &SuiteState, test: &TestState, subject: &Subject<'_>) -> Option<TestCase> {
    let status = match &test.outcome {
        Some(outcome) => status(outcome, test.evidence()),
        None if subject.standing == Standing::Running => return None,
        None => error("lost", "the run ended before this test had an outcome", ""),
    };
    let mut case = case(&suite.name, test.id.as_str(), status);
    if let Some(ms) = test.duration_ms.filter(|ms| ms.is_finite() && *ms >= 0.0) {
        case.set_time(Duration::from_micros((ms * 1_000.0) as u64));
    }
    if let Some(log) = &test.evidence().log {
        case.set_system_out(format!("log: {}/{}", subject.folder, log.display()));
    }
    Some(case)
}

fn status(outcome: &Outcome, evidence: &Evidence) -> TestCaseStatus {
    let message = digest::message(outcome, evidence);
    match outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Flaky => {
            let mut rerun = TestRerun::new(NonSuccessKind::Failure);
            rerun.set_type("flaky").set_message(legal(message));
            if !evidence.detail.is_empty() {
                rerun.set_description(legal(&evidence.detail));
            }
            let mut status = TestCaseStatus::success();
            status.add_rerun(rerun);
            status
        }
        Outcome::Failed => unsuccessful(NonSuccessKind::Failure, "failed", message, &evidence.detail),
        Outcome::Skipped { why } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(legal(why));
            status
        }
        Outcome::Blocked { by } => error("blocked", &format!("blocked by {by}"), &evidence.detail),
        Outcome::Error { .. } => error("error", message, &evidence.detail),
    }
}

fn error(ty: &str, message: &str, detail: &str) -> TestCaseStatus {
    unsuccessful(NonSuccessKind::Error, ty, message, detail)
}

fn unsuccessful(kind: NonSuccessKind, ty: &str, message: &str, detail: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(ty).set_message(legal(message));
    if !detail.is_empty() {
        status.set_description(legal(detail));
    }
    status
}

/// A case for a suite that has none and did not pass: an empty suite would look well.
fn suite_case(suite: &SuiteState, standing: Standing) -> Option<TestCase> {
    let evidence = Evidence { detail: suite.evidence.join("\n"), ..Evidence::default() };
    let status = match &suite.outcome {
        Some(Outcome::Passed) => return None,
        Some(outcome) => status(outcome, &evidence),
        None if standing == Standing::Running => return None,
        None => error("lost", "the run ended before this suite had an outcome", ""),
    };
    Some(case(&suite.name, "(the suite)", status))
}

/// A suite of Testyard's own, where there is something to put into it.
fn own_suite(name: &str, cases: impl IntoIterator<Item = TestCase>) -> Option<TestSuite> {
    let mut suite = TestSuite::new(format!("testyard.{name}"));
    suite.add_test_cases(cases);
    (!suite.test_cases.is_empty()).then_some(suite)
}

/// The gates that were not met.
fn gate_cases(subject: &Subject<'_>) -> Vec<TestCase> {
    let missed = subject.state.gates.iter().filter(|gate| gate.outcome != Outcome::Passed);
    missed
        .map(|gate| {
            let evidence = Evidence { message: gate.evidence.clone(), ..Evidence::default() };
            case("testyard.gates", gate.gate.word(), status(&gate.outcome, &evidence))
        })
        .collect()
}

/// A case for a verdict that no test explains, such as a cancelled or lost run. A run that is going on has none.
fn verdict_case(subject: &Subject<'_>) -> Option<TestCase> {
    let reached = subject.state.verdict.as_ref().map(|verdict| verdict.verdict);
    if reached == Some(Verdict::Passed) || subject.verdict() == "running" {
        return None;
    }
    Some(case("testyard.verdict", subject.verdict(), error(subject.verdict(), &subject.reason(), "")))
}

fn case(suite: &str, id: &str, status: TestCaseStatus) -> TestCase {
    let (file, class, name) = identity(suite, id);
    let mut case = TestCase::new(legal(name), status);
    case.set_classname(legal(&class));
    if let Some(file) = file {
        case.extra.insert("file".into(), legal(file));
    }
    case
}

/// File, class name and name of a test: `a/b.py::C::test[x::y]` of the suite `unit` is `a/b.py`, `unit.a.b.C` and
/// `test[x::y]`.
fn identity<'a>(suite: &str, id: &'a str) -> (Option<&'a str>, String, &'a str) {
    let plain = id.find('[').map_or(id, |bracket| &id[..bracket]);
    let Some(last) = plain.rfind("::") else { return (None, suite.to_owned(), id) };
    let file = plain.split("::").next().filter(|file| file.contains('.'));
    let module = match file {
        Some(file) => file.rsplit_once('.').map_or(file, |(stem, _)| stem).replace('/', "."),
        None => plain.split("::").next().unwrap_or_default().replace('/', "."),
    };
    let parents = plain[..last].split("::").skip(1);
    let class = std::iter::once(suite).chain([module.as_str()]).chain(parents).collect::<Vec<_>>().join(".");
    (file, class, &id[last + 2..])
}

/// Text without escape sequences and without what XML 1.0 does not allow, tabs kept as blanks.
fn legal(foreign: &str) -> XmlString {
    let text = foreign.replace('\t', "    ");
    let is_illegal = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{7f}'..='\u{9f}');
    XmlString::new(text.replace(is_illegal, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use testyard_model::Record;

    fn shown(records: &[Record]) -> String {
        let state = fixture::state(records);
        junit(&fixture::subject(&state)).expect("the report is well-formed")
    }

    #[test]
    fn of_a_run_that_failed() {
        insta::assert_snapshot!(shown(&fixture::failing()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="ingester" tests="8" skipped="1" failures="2" errors="3" time="2.100">
            <testsuite name="unit" tests="6" skipped="1" errors="2" failures="1">
                <testcase name="tests/unit/test_broken.py" classname="unit">
                    <error message="ModuleNotFoundError: No module named &apos;fastapi&apos;" type="collection">tests/unit/test_broken.py:1: in &lt;module&gt;</error>
                </testcase>
                <testcase name="passes" classname="unit.t" time="0.005" file="t.py"/>
                <testcase name="fails" classname="unit.t" time="1.250" file="t.py">
                    <failure message="AssertionError: assert 1 == 2" type="failed">def test_fails():
        &gt;   assert 1 == 2
        E   assert 1 == 2

        tests/unit/test_a.py:7: AssertionError</failure>
                    <system-out>log: .testyard/runs/20261120-143022-k3f9/logs/unit/test_fails.log</system-out>
                </testcase>
                <testcase name="errs" classname="unit.t" time="0.003" file="t.py">
                    <error message="fixture &apos;client&apos; not found" type="error"/>
                </testcase>
                <testcase name="skips" classname="unit.t" time="0.000" file="t.py">
                    <skipped message="needs a | licence"/>
                </testcase>
                <testcase name="wobbles" classname="unit.t" time="0.090" file="t.py">
                    <flakyFailure message="" type="flaky">
                    </flakyFailure>
                </testcase>
            </testsuite>
            <testsuite name="integration" tests="1" skipped="0" errors="1" failures="0">
                <testcase name="(the suite)" classname="integration">
                    <error message="the run ended before this suite had an outcome" type="lost"/>
                </testcase>
            </testsuite>
            <testsuite name="testyard.gates" tests="1" skipped="0" errors="0" failures="1">
                <testcase name="pass-rate" classname="testyard.gates">
                    <failure message="1 of 4 tests passed, 90 % asked for" type="failed"/>
                </testcase>
            </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn of_a_run_that_was_blocked() {
        insta::assert_snapshot!(shown(&fixture::blocked()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="ingester" tests="3" skipped="0" failures="0" errors="3" time="1.300">
            <testsuite name="unit" tests="1" skipped="0" errors="1" failures="0">
                <testcase name="(the suite)" classname="unit">
                    <error message="the run ended before this suite had an outcome" type="lost"/>
                </testcase>
            </testsuite>
            <testsuite name="integration" tests="2" skipped="0" errors="2" failures="0">
                <testcase name="one" classname="integration.t" time="0.000" file="t.py">
                    <error message="blocked by services/postgres-test" type="blocked"/>
                </testcase>
                <testcase name="two" classname="integration.t" time="0.000" file="t.py">
                    <error message="blocked by services/postgres-test" type="blocked"/>
                </testcase>
            </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn a_suite_that_never_ran_is_not_green() {
        let records = fixture::journal(vec![
            fixture::begin(),
            fixture::suite_end("unit", Outcome::Passed),
            fixture::suite_end("integration", Outcome::blocked("prepare/requirements.txt")),
        ]);
        let xml = shown(&records);
        assert!(xml.contains(r#"<testsuite name="unit" tests="0""#), "{xml}");
        assert!(
            xml.contains(r#"<error message="blocked by prepare/requirements.txt" type="blocked""#),
            "{xml}"
        );
    }

    #[test]
    fn a_lost_run_is_not_green() {
        let mut records = fixture::passing();
        records.pop();
        let state = fixture::state(&records);
        let lost = |standing| junit(&Subject { standing, ..fixture::subject(&state) }).expect("well-formed");
        assert!(lost(Standing::Lost).contains(r#" type="lost""#));
        assert!(!lost(Standing::Running).contains("<error"));
    }

    #[test]
    fn identities() {
        let check = |id, file: Option<&str>, class: &str, name: &str| {
            assert_eq!(identity("unit", id), (file, class.to_owned(), name));
        };
        check("a/test_b.py::C::test[x::y]", Some("a/test_b.py"), "unit.a.test_b.C", "test[x::y]");
        check("test_b.py::test", Some("test_b.py"), "unit.test_b", "test");
        check("just a name", None, "unit", "just a name");
        check("crate::module::test", None, "unit.crate.module", "test");
        check("weird[a::b]", None, "unit", "weird[a::b]");
    }

    #[test]
    fn every_text_becomes_legal() {
        let mut records = fixture::passing();
        let evidence = Evidence {
            message: "\u{1b}[31mred\u{1b}[0m \u{0}\u{8}<&>\"'".to_owned(),
            detail: "\tindented\n]]> \u{ffff}\u{9b}31m".to_owned(),
            log: None,
        };
        fixture::append(&mut records, fixture::tested("unit", "t::\u{1}x", Outcome::Failed, 1.0, evidence));
        let xml = shown(&records);
        assert!(!xml.contains(|c: char| c.is_control() && c != '\n'), "{xml:?}");
        assert!(xml.contains("red &lt;&amp;&gt;"), "{xml}");
        assert!(xml.contains("    indented"), "{xml}");
        let back = Report::deserialize_from_str(&xml).expect("it can be read again");
        assert_eq!(back.failures, 1);
    }
}

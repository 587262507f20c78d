//! What failed, as GitHub shows it beside the lines of a change.

use testyard_model::{Exit, Finding, Outcome, Severity};

use super::command;
use super::place::{Place, Places};
use crate::Subject;
use crate::digest::{self, Blocked, Failure};
use crate::text;

/// So many annotations of one kind does GitHub show of a step; what comes after them is dropped without a word. Source:
/// GitHub's REST reference, "Check runs": 10 warning and 10 error annotations per step
/// (<https://docs.github.com/rest/checks/runs>).
const MOST: usize = 10;

/// So many lines of a message are shown; the log beside it has them all.
const LINES: usize = 12;

/// So many characters of a line are shown: twelve such lines stay below the 4,096 characters at which a runner cuts.
const COLUMNS: usize = 300;

/// Something worth a word at a place.
struct Annotation {
    title: String,
    place: Place,
    message: String,
}

/// The commands that annotate a finished run, the errors first, and a last line that says how many had no room. `prefix`
/// is the project's folder as the repository's root sees it, empty when it is the root.
pub fn annotations(subject: &Subject<'_>, prefix: &str) -> Vec<String> {
    let places = Places::of(subject, prefix);
    let (errors, warnings) = (errors(subject, &places), warnings(subject, &places));
    let shown = |kind: &'static str, all: &[Annotation]| -> Vec<String> {
        all.iter().take(MOST).map(|annotation| annotation.command(kind)).collect()
    };
    let mut lines = [shown("error", &errors), shown("warning", &warnings)].concat();
    lines.extend(hidden(errors.len(), warnings.len()));
    lines
}

impl Annotation {
    fn command(&self, kind: &str) -> String {
        let Place { file, line } = self.place.clone();
        command::annotation(
            kind,
            &[("file", file), ("line", line), ("title", text::one_line(&self.title))],
            &self.message,
        )
    }

    fn of(failure: &Failure<'_>, places: &Places<'_>) -> Annotation {
        let Failure { suite, name, evidence, .. } = failure;
        let message = message(failure.message());
        Annotation {
            title: format!("{} {suite} › {name}", failure.word()),
            place: places.of_failure(suite, name, &evidence.detail),
            message: if message.is_empty() { failure.word().to_owned() } else { message },
        }
    }

    fn of_cause(cause: &Blocked<'_>) -> Annotation {
        let tests = if cause.tests > 0 { text::many(cause.tests, "test") } else { "the run".to_owned() };
        let title = format!("{} blocked {tests}", cause.by);
        let message = message(&cause.evidence.join("\n"));
        let message = if message.is_empty() { title.clone() } else { message };
        Annotation { title, place: Place::default(), message }
    }

    fn of_finding(finding: &Finding, places: &Places<'_>) -> Annotation {
        let help = finding.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
        Annotation {
            title: finding.code.clone(),
            place: places.of_file(&finding.place.path, finding.place.line),
            message: message(&format!("{}{help}", finding.message)),
        }
    }
}

/// What blocked tests first, then what kept tests from being found, then tests, then what inspection found. A run that
/// did not pass has at least one.
fn errors(subject: &Subject<'_>, places: &Places<'_>) -> Vec<Annotation> {
    let state = subject.state;
    let mut errors: Vec<Annotation> = digest::blocked(state).iter().map(Annotation::of_cause).collect();
    let (files, tests): (Vec<_>, Vec<_>) =
        digest::failures(state).partition(|failure| failure.duration_ms.is_none());
    errors.extend(files.iter().chain(&tests).map(|failure| Annotation::of(failure, places)));
    errors.extend(findings(subject, Severity::Error, places));
    if errors.is_empty() && subject.exit != Exit::Passed {
        let title = format!("testyard: {}", subject.verdict());
        errors.push(Annotation { title, place: Place::default(), message: message(&subject.reason()) });
    }
    errors
}

fn warnings(subject: &Subject<'_>, places: &Places<'_>) -> Vec<Annotation> {
    let flaky = digest::flaky(subject.state).map(|(suite, test)| {
        let said = message(digest::message(&Outcome::Flaky, test.evidence()));
        Annotation {
            title: format!("flaky {} › {}", suite.name, test.id),
            place: places.of_failure(&suite.name, test.id.as_str(), &test.evidence().detail),
            message: if said.is_empty() { "failed, and passed when tried again".to_owned() } else { said },
        }
    });
    flaky.chain(findings(subject, Severity::Warning, places)).collect()
}

fn findings<'a>(
    subject: &'a Subject<'_>,
    severity: Severity,
    places: &'a Places<'_>,
) -> impl Iterator<Item = Annotation> + 'a {
    let found = subject.state.findings.iter().filter(move |finding| finding.severity == severity);
    found.map(|finding| Annotation::of_finding(finding, places))
}

/// What others wrote, in lines that are safe to show.
fn message(said: &str) -> String {
    let shown: Vec<String> = text::lines(said.trim())
        .take(LINES)
        .map(|line| text::cut(&line, COLUMNS, "…").into_owned())
        .collect();
    shown.join("\n")
}

fn hidden(errors: usize, warnings: usize) -> Option<String> {
    let more = [(errors, "error"), (warnings, "warning")].map(|(all, word)| (all.saturating_sub(MOST), word));
    let words: Vec<String> = more
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| text::many(number as u64, word))
        .collect();
    let are = if more[0].0 + more[1].0 == 1 { "is" } else { "are" };
    (!words.is_empty()).then(|| {
        format!("{} more {are} not annotated: GitHub shows {MOST} of each kind a step", words.join(" and "))
    })
}

#[cfg(test)]
mod tests {
    use testyard_model::Record;
    use testyard_model::event::Evidence;
    use testyard_model::plan::{AdapterKind, Plan, SuitePlan};

    use super::*;
    use crate::fixture;

    fn told(records: &[Record], prefix: &str) -> Vec<String> {
        let state = fixture::state(records);
        annotations(&fixture::subject(&state), prefix)
    }

    #[test]
    fn of_a_run_that_failed() {
        insta::assert_snapshot!(told(&fixture::failing(), "services/api").join("\n"), @"
        ::error file=services/api/tests/unit/test_broken.py,line=1,title=not collected unit › tests/unit/test_broken.py::ModuleNotFoundError: No module named 'fastapi'
        ::error file=services/api/tests/unit/test_a.py,line=7,title=failed unit › t.py%3A%3Afails::AssertionError: assert 1 == 2
        ::error file=services/api/t.py,title=error unit › t.py%3A%3Aerrs::fixture 'client' not found
        ::warning file=services/api/t.py,title=flaky unit › t.py%3A%3Awobbles::failed, and passed when tried again
        ::warning file=services/api/docker-compose.test.yml,line=3,title=TY-CM007::`version` is obsolete%0Ahelp: remove the line
        ");
    }

    #[test]
    fn of_a_run_that_was_blocked() {
        insta::assert_snapshot!(told(&fixture::blocked(), "").join("\n"), @r#"::error title=services/postgres-test blocked 2 tests::exited with 1 after 210 ms%0AFATAL: unrecognized configuration parameter "no_such""#);
    }

    #[test]
    fn a_run_that_passed_has_only_warnings() {
        insta::assert_snapshot!(told(&fixture::passing(), "").join("\n"), @"::warning file=docker-compose.test.yml,line=3,title=TY-CM007::`version` is obsolete%0Ahelp: remove the line");
    }

    #[test]
    fn a_run_without_a_failure_says_why_it_did_not_pass() {
        let verdict = fixture::verdict(testyard_model::Verdict::Empty, None, "no test was selected: 100%");
        let records = fixture::journal(vec![fixture::begin(), verdict]);
        insta::assert_snapshot!(told(&records, "").join("\n"), @"::error title=testyard%3A empty::no test was selected: 100%25");
    }

    /// A run with so many tests that failed, and so many that were flaky.
    fn many(failed: usize, flaky: usize) -> Vec<Record> {
        let outcomes =
            [vec![Outcome::Failed; failed], vec![Outcome::Flaky; flaky]].concat().into_iter().enumerate();
        let tests =
            outcomes.map(|(at, outcome)| fixture::test("unit", &format!("t.py::t{at}"), outcome, 1.0));
        let verdict = fixture::verdict(testyard_model::Verdict::Failed, None, "");
        fixture::journal([vec![fixture::begin()], tests.collect(), vec![verdict]].concat())
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let check = |failed, flaky, expected: Option<&str>| {
            let lines = told(&many(failed, flaky), "");
            let of = |kind: &str| lines.iter().filter(|line| line.starts_with(kind)).count();
            assert_eq!((of("::error "), of("::warning ")), (failed.min(10), flaky.min(10)));
            assert_eq!(lines.last().map(String::as_str).filter(|line| !line.starts_with("::")), expected);
        };
        check(10, 10, None);
        check(11, 3, Some("1 error more is not annotated: GitHub shows 10 of each kind a step"));
        check(
            30,
            12,
            Some("20 errors and 2 warnings more are not annotated: GitHub shows 10 of each kind a step"),
        );
        check(1, 12, Some("2 warnings more are not annotated: GitHub shows 10 of each kind a step"));
    }

    #[test]
    fn places_lie_in_the_repository() {
        let mut plan = Plan::of("api", "/w/services/api");
        plan.suites.push(SuitePlan {
            name: "unit".to_owned(),
            adapter: AdapterKind::Pytest,
            command: Vec::new(),
            arguments: Vec::new(),
            folder: "/w/services/api/backend".into(),
            environment: Default::default(),
            services: Vec::new(),
            needs: Vec::new(),
            setup: Vec::new(),
            python: true,
            timeout_ms: None,
        });
        let check = |detail: &str, expected: &str| {
            let evidence = Evidence { detail: detail.to_owned(), ..Evidence::default() };
            let test = fixture::tested("unit", "tests/t.py::a", Outcome::Failed, 1.0, evidence);
            let state = fixture::state(&fixture::journal(vec![fixture::begin(), test]));
            let subject = Subject { plan: Some(&plan), ..fixture::subject(&state) };
            let line = annotations(&subject, "services/api").remove(0);
            assert!(line.starts_with(&format!("::error {expected},title=")), "{line}");
        };
        check("tests/t.py:3: in a\napp/x.py:7: E", "file=services/api/backend/app/x.py,line=7");
        check(
            "tests/t.py:3: in a\n/usr/lib/python3/json.py:7: E",
            "file=services/api/backend/tests/t.py,line=3",
        );
        check("tests/t.py:3: in a\n.venv/lib/x.py:7: E", "file=services/api/backend/tests/t.py,line=3");
        check("/w/services/api/app/x.py:7: E", "file=services/api/app/x.py,line=7");
        check("../x.py:7: E", "file=services/api/backend/tests/t.py");
        check("", "file=services/api/backend/tests/t.py");
    }
}

//! What the files say of a run's tests before anything is up, and how that compares with what pytest then collects.

use std::collections::BTreeMap;
use std::path::Path;

use testyard_model::collection::CollectedTest;
use testyard_model::plan::{AdapterKind, SuitePlan};
use testyard_model::{Collection, Event, Phase, Severity};

use super::Course;
use crate::collect::verify::Predicted;
use crate::collect::{self, CollectRequest};

/// How many causes and tests are named.
const NAMED: usize = 5;

/// What is expected of each pytest suite whose command names nothing but paths.
#[derive(Debug, Default)]
pub(super) struct Forecast(BTreeMap<String, Expected>);

/// The tests that are expected, one a line, each behind a sign: whatever else is known of a hundred thousand tests need not
/// lie in memory until pytest has collected.
#[derive(Debug, Default)]
struct Expected(String);

/// Stands before a test that is named as pytest names it, and before one whose parameters only pytest knows.
const SIGNS: (char, char) = ('+', '?');

impl Expected {
    fn of(collection: &Collection) -> Expected {
        let sign = |test: &CollectedTest| if test.unexpanded.is_some() { SIGNS.1 } else { SIGNS.0 };
        // No id has a line end: pytest escapes them.
        let lines =
            collection.tests.iter().flat_map(|test| [String::from(sign(test)), test.id.clone() + "\n"]);
        Expected(lines.collect())
    }

    fn tests(&self) -> impl Iterator<Item = Predicted<'_>> + Clone {
        let lines = self.0.split_terminator('\n');
        lines.map(|line| Predicted { id: &line[1..], is_unexpanded: line.starts_with(SIGNS.1) })
    }
}

impl Course {
    /// Reads the suites' files and tells at once which of them cannot be collected, and why.
    pub(super) async fn forecast(&self) -> Forecast {
        let wanted: Vec<(String, CollectRequest)> =
            self.plan.suites.iter().filter_map(|suite| Some((suite.name.clone(), request(suite)?))).collect();
        let context = self.context.clone();
        let read = tokio::task::spawn_blocking(move || {
            let each = wanted.into_iter();
            // A forecast that does not come about keeps no run from going on: pytest will say what is wrong.
            each.filter_map(|(suite, request)| Some((suite, collect::collect(&context, &request).ok()?)))
                .collect()
        });
        let read: BTreeMap<String, Collection> = read.await.unwrap_or_default();
        for (suite, collection) in &read {
            self.emit(Event::Forecast { suite: suite.clone(), numbers: collection.numbers() });
            let errors = collection.causes.iter().filter(|cause| cause.severity == Severity::Error);
            for cause in errors.take(NAMED) {
                self.note(format!("forecast for {suite}: {}", testyard_report::collect::forecast(cause)));
            }
        }
        Forecast(read.iter().map(|(suite, collection)| (suite.clone(), Expected::of(collection))).collect())
    }

    /// Says where what pytest collected is not what its files said.
    pub(super) fn reconcile(&self, forecast: Forecast) {
        for (suite, expected) in &forecast.0 {
            let found = self.recorder.with_state(|state| {
                let found = state.suites.iter().find(|one| one.name == *suite)?;
                let broken: Vec<&str> =
                    found.collection_errors.iter().map(|error| error.path.as_str()).collect();
                let expected = expected.tests().filter(|test| !is_below(test.id, &broken));
                let seen = found.tests.iter().map(|test| test.id.as_str());
                (!found.tests.is_empty()).then(|| collect::verify::tests(expected, seen))
            });
            let Some(found) = found else { continue };
            if found.predicted_only.is_empty() && found.seen_only.is_empty() {
                continue;
            }
            self.note(format!(
                "pytest collected {} tests of {suite} that their files name; {} that they do not{}, and not {} that they do{}",
                found.confirmed,
                found.seen_only.len(),
                named(&found.seen_only),
                found.predicted_only.len(),
                named(&found.predicted_only),
            ));
        }
    }

    fn note(&self, message: String) {
        self.emit(Event::Note { phase: Phase::Collect, message });
    }
}

/// Whether a test is one of a file or folder that could not be collected.
fn is_below(id: &str, broken: &[&str]) -> bool {
    let file = id.split("::").next().unwrap_or(id);
    broken.iter().any(|path| Path::new(file).starts_with(path.split("::").next().unwrap_or(path)))
}

fn named(ids: &[String]) -> String {
    if ids.is_empty() {
        return String::new();
    }
    let more = if ids.len() > NAMED { ", …" } else { "" };
    format!(" ({}{more})", ids[..ids.len().min(NAMED)].join(", "))
}

/// What a suite will collect, where its command says nothing but which paths.
fn request(suite: &SuitePlan) -> Option<CollectRequest> {
    let start =
        suite.command.iter().position(|word| word.ends_with("pytest") || word.ends_with("py.test"))?;
    let words = suite.command[start + 1..].iter().chain(&suite.arguments);
    let words: Vec<&String> = words.collect();
    let plain = words.iter().all(|word| !word.starts_with('-') && !word.contains("::") || is_harmless(word));
    let paths = words.iter().filter(|word| !word.starts_with('-')).map(|word| suite.folder.join(word));
    (suite.adapter == AdapterKind::Pytest && plain)
        .then(|| CollectRequest { paths: paths.collect(), ..CollectRequest::default() })
}

/// Options that change nothing of what is collected.
fn is_harmless(word: &str) -> bool {
    matches!(word, "-v" | "-vv" | "-q" | "-x" | "-s" | "-ra" | "--verbose" | "--quiet" | "--exitfirst")
        || ["--tb=", "--durations=", "--maxfail="].iter().any(|start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_a_broken_file_is_not_expected() {
        let broken = ["tests/test_a.py", "other"];
        assert!(is_below("tests/test_a.py::test_x", &broken) && is_below("other/test_b.py::test_x", &broken));
        assert!(!is_below("tests/test_ab.py::test_x", &broken));
    }

    #[test]
    fn few_are_named() {
        let ids: Vec<String> = (0..7).map(|number| format!("t{number}")).collect();
        assert_eq!(named(&ids), " (t0, t1, t2, t3, t4, …)");
        assert_eq!((named(&ids[..1]), named(&[])), (" (t0)".to_owned(), String::new()));
    }
}

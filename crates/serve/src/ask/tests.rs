//! Answers hold what they promise: keys, a budget, and nothing that was to stay hidden.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use testyard_commands::{CommandError, Context};

use super::*;

/// A project that was never run, with more wrong in it than an answer has room for.
fn project() -> (tempfile::TempDir, Context) {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..300 {
        write(folder.path(), &format!("tests/test_{number}.py"), "def test_(: pass\n");
        write(
            folder.path(),
            &format!("tests/test_good_{number}.py"),
            "def test_a(): pass\ndef test_b(): pass\n",
        );
    }
    let services: String = (0..40)
        .map(|number| {
            format!("  s{number}:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: hunter2\n    build: ./nowhere{number}\n")
        })
        .collect();
    write(folder.path(), "compose.yaml", &format!("services:\n{services}"));
    let root = folder.path().canonicalize().unwrap();
    let context = Context {
        folder: root.clone(),
        variables: BTreeMap::new(),
        overrides: Vec::new(),
        program: "/nowhere".into(),
        cache: root.join("cache"),
        runtime: root.join("runtime"),
        root,
    };
    (folder, context)
}

#[allow(clippy::disallowed_methods, reason = "a fixture in a temporary folder")]
fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The answer has its keys and keeps to the budget, text and document together.
#[track_caller]
fn holds(answer: &Answer, keys: &[Key]) {
    assert_eq!(missing(&answer.document, keys), Vec::<&str>::new(), "{:#}", answer.document);
    let text = serde_json::to_string(&answer.text).unwrap().len();
    let document = answer.document.to_string().len();
    assert!(text + document < BUDGET, "{text} + {document}\n{}", answer.text);
    assert!(!answer.text.is_empty() && !format!("{answer:?}").contains("hunter2"), "{answer:?}");
}

fn count(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

#[test]
fn what_is_found_is_told_in_pages() {
    let (_folder, context) = project();
    let mut asked = inspect::Inspect::default();
    let mut seen = 0;
    loop {
        let answer = inspect::answer(&context, &asked).unwrap();
        holds(&answer, inspect::KEYS);
        seen += count(&answer.document["findings"]);
        match answer.document["cursor"].as_u64() {
            Some(next) => asked.cursor = usize::try_from(next).unwrap(),
            None => {
                let summary = &answer.document["summary"];
                let all: u64 =
                    ["errors", "warnings", "notes"].map(|key| summary[key].as_u64().unwrap()).iter().sum();
                assert!(seen as u64 == all && seen > 30, "{seen} of {all}");
                return;
            }
        }
    }
}

#[test]
fn causes_come_before_tests() {
    let (_folder, context) = project();
    let first = collect::answer(&context, &collect::Collect::default()).unwrap();
    holds(&first, collect::KEYS);
    assert_eq!(first.document["summary"]["broken"], 300);
    assert!(
        count(&first.document["causes"]) > 5 && count(&first.document["tests"]) > 5,
        "{:#}",
        first.document
    );
    let omitted = first.document["omitted"].as_array().unwrap();
    let of = |what: &str| omitted.iter().find(|one| one["what"] == what).unwrap();
    assert_eq!(
        count(&first.document["tests"]) + usize::try_from(of("tests")["count"].as_u64().unwrap()).unwrap(),
        600
    );
    let cursor = usize::try_from(first.document["cursor"].as_u64().unwrap()).unwrap();
    let second =
        collect::answer(&context, &collect::Collect { cursor, ..collect::Collect::default() }).unwrap();
    holds(&second, collect::KEYS);
    assert_eq!(count(&second.document["causes"]), 0);
    assert_ne!(second.document["tests"][0], first.document["tests"][0]);
}

#[test]
fn a_plan_of_many_services_fits() {
    let (_folder, context) = project();
    holds(&plan::answer(&context, &plan::PlanAsked::default()).unwrap(), plan::KEYS);
    let unknown = plan::PlanAsked { selection: vec!["nope".to_owned()] };
    assert!(
        matches!(plan::answer(&context, &unknown), Err(error) if error.help().is_some() || !error.findings().is_empty())
    );
}

#[test]
fn without_runs_there_is_an_empty_list_and_no_status() {
    let (_folder, context) = project();
    let answer = runs::answer(&context, &runs::Runs::default()).unwrap();
    holds(&answer, runs::KEYS);
    assert_eq!(count(&answer.document["runs"]), 0);
    let status = status::answer(&context, &status::Status { run: Some("2026".to_owned()) });
    assert!(matches!(status, Err(CommandError::Journal(_))), "{status:?}");
}

#[tokio::test]
async fn what_looks_like_an_option_is_not_started() {
    let (_folder, context) = project();
    let asked = start::Start { selection: vec!["--offline".to_owned()], ..start::Start::default() };
    let refused = start::answer(&context, &asked, |_, _| panic!("it is started")).await;
    assert!(refused.unwrap_err().to_string().contains("--offline"));
}

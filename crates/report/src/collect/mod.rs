//! Views of a collection.

mod changes;
mod findings;
mod json;

use testyard_model::collection::{
    BrokenFile, CollectionCause, Comparison, FoundStandIn, FoundStub, Impact, PackagesFrom, SeenFile,
    Verification,
};
use testyard_model::{CollectedTest, Collection, Severity};

pub use findings::{described, findings};
pub use json::json;

use crate::style::{Line, Role, Style};
use crate::text::many;

/// The most files of one cause that are shown; the rest is counted.
const OF_ONE_CAUSE: usize = 5;

/// The tests as pytest lists them, then the causes that break files, then how many there are.
pub fn human(collection: &Collection, style: Style) -> Vec<String> {
    let mut lines: Vec<Line> = collection.tests.iter().map(test).collect();
    if !lines.is_empty() {
        lines.push(Line::new());
    }
    if let Some(impact) = &collection.impact {
        lines.extend(affected(impact));
        lines.push(Line::new());
    }
    for one in &collection.causes {
        lines.extend(cause(one, collection, style));
        lines.push(Line::new());
    }
    if !collection.stand_ins.is_empty() {
        lines.extend(stand_ins(&collection.stand_ins));
        lines.push(Line::new());
    }
    if let Some(note) = packages(collection.packages) {
        lines.push(Line::new().dim(note));
    }
    if !collection.stubs.is_empty() {
        lines.extend(stubs(&collection.stubs));
        lines.push(Line::new());
    }
    if !collection.changes.is_empty() {
        lines.extend(changes::human(&collection.changes));
        lines.push(Line::new());
    }
    if let Some(comparison) = &collection.comparison {
        lines.extend(compared(comparison));
        lines.push(Line::new());
    }
    if let Some(verification) = &collection.verification {
        lines.extend(verified(verification));
        lines.push(Line::new());
    }
    lines.push(summary(collection));
    lines.iter().map(|line| line.paint(style)).collect()
}

/// What stands in for services, where real ones belong.
/// What is to be known of how packages were judged.
fn packages(from: PackagesFrom) -> Option<&'static str> {
    match from {
        PackagesFrom::Environment => None,
        PackagesFrom::Lock => {
            Some("there is no environment: packages were held against the lock file; see --python")
        }
        PackagesFrom::Requirements => {
            Some("there is no environment: packages were held against the requirement files; see --python")
        }
        PackagesFrom::Nothing => {
            Some("installed packages were not looked at: there is no environment; see --python")
        }
    }
}

fn stand_ins(all: &[FoundStandIn]) -> Vec<Line> {
    let numbers =
        format!("{} where integration tests could use the real service", count(all.len(), "stand-in"));
    let mut lines = vec![Line::new().add(Role::Care, "warning").plain(": ").add(Role::Bold, numbers)];
    lines.extend(all.iter().map(|one| {
        let what = if one.replaces.is_empty() { String::new() } else { format!(" for {}", one.replaces) };
        let inside = if one.inside.is_empty() { String::new() } else { format!(" in {}", one.inside) };
        Line::new()
            .plain(format!("  {}:{}: {}{what}{inside}", one.path.display(), one.line, one.name))
            .dim(format!(" ({} could be real)", one.service))
    }));
    lines
}

/// What stands there only until it is written.
fn stubs(all: &[FoundStub]) -> Vec<Line> {
    let title = format!("{} to be written; tests that need one are skipped", count(all.len(), "stub"));
    let mut lines = vec![Line::new().add(Role::Care, "warning").plain(": ").add(Role::Bold, title)];
    lines.extend(all.iter().map(|stub| {
        let what = if stub.name == "*" { "the whole module" } else { &stub.name };
        Line::new().plain(format!("  {}:{}: {what}", stub.path.display(), stub.line))
    }));
    lines
}

/// What was gained and lost since a revision.
fn compared(comparison: &Comparison) -> Vec<Line> {
    let title = format!(
        "since {}: {} before; {} gained, {} lost; {} cured, {} new",
        comparison.since,
        count(comparison.tests_before, "test"),
        count(comparison.gained.len(), "test"),
        comparison.lost.len(),
        count(comparison.cured.len(), "error"),
        comparison.appeared.len()
    );
    let each = [
        ("gained", &comparison.gained),
        ("lost", &comparison.lost),
        ("cured", &comparison.cured),
        ("new", &comparison.appeared),
    ];
    let listed = each.into_iter().flat_map(|(what, all)| all.iter().map(move |one| (what, one)));
    let listed = listed.map(|(what, one)| Line::new().plain(format!("  {what}: {one}")));
    std::iter::once(Line::new().add(Role::Bold, title)).chain(listed).collect()
}

/// Where pytest agrees and where it does not.
fn verified(verification: &Verification) -> Vec<Line> {
    let mut lines = vec![Line::new().add(
        Role::Bold,
        format!(
            "pytest: {} confirmed, {} predicted only, {} seen only by pytest",
            count(verification.confirmed, "test"),
            verification.predicted_only.len(),
            verification.seen_only.len()
        ),
    )];
    let listed = |what: &str, ids: &[String]| -> Vec<Line> {
        ids.iter().map(|id| Line::new().plain(format!("  {what}: {id}"))).collect()
    };
    lines.extend(listed("predicted only", &verification.predicted_only));
    lines.extend(listed("seen only", &verification.seen_only));
    lines.push(Line::new().add(
        Role::Bold,
        format!(
            "pytest: {} confirmed as broken, {} predicted only, {} seen only by pytest",
            count(verification.broken_confirmed.len(), "file"),
            verification.broken_predicted_only.len(),
            verification.broken_seen_only.len()
        ),
    ));
    let files = |what: &str, files: &[SeenFile]| -> Vec<Line> {
        files
            .iter()
            .map(|one| Line::new().plain(format!("  {what}: {}: ", one.path.display())).dim(&one.message))
            .collect()
    };
    lines.extend(files("predicted only", &verification.broken_predicted_only));
    lines.extend(files("seen only", &verification.broken_seen_only));
    if let Some(ended) = &verification.ended {
        lines.push(Line::new().add(Role::Bad, format!("pytest ended early: {ended}")));
    }
    lines
}

/// The files that changes can affect, and why.
fn affected(impact: &Impact) -> Vec<Line> {
    let changed = count(impact.changed.len(), "file");
    let mut lines = vec![Line::new().add(
        Role::Bold,
        format!(
            "{} of {} can be affected: {changed} changed since {}",
            impact.affected.len(),
            count(impact.of, "test file"),
            impact.since
        ),
    )];
    match &impact.everything {
        Some(why) => lines.push(Line::new().plain(format!("  all of them: {why}"))),
        None => lines.extend(
            impact
                .affected
                .iter()
                .map(|one| Line::new().plain(format!("  {}: ", one.path.display())).dim(&one.because)),
        ),
    }
    lines
}

/// A cause: what is wrong, whom it breaks and how that leads there, what to do.
fn cause(cause: &CollectionCause, collection: &Collection, style: Style) -> Vec<Line> {
    let numbers = format!(" ({}, {})", count(cause.files, "file"), count(cause.tests, "test"));
    let role = if cause.severity == Severity::Error { Role::Bad } else { Role::Care };
    let mut lines = vec![
        Line::new().add(role, cause.severity.word()).plain(": ").add(Role::Bold, &cause.message).dim(numbers),
    ];
    let of_cause = |file: &&BrokenFile| file.cause == cause.id;
    let files = collection.broken.iter().chain(&collection.at_risk).filter(of_cause);
    let files = files.map(|file| way(file, style));
    let tests = collection.unrunnable.iter().filter(|test| test.cause == cause.id);
    let tests = tests.map(|test| format!("{} (line {})", test.id, test.line));
    let places: Vec<String> = files.chain(tests).collect();
    lines.extend(places.iter().take(OF_ONE_CAUSE).map(|place| Line::new().plain(format!("  {place}"))));
    if let Some(more) = places.len().checked_sub(OF_ONE_CAUSE).filter(|more| *more > 0) {
        lines.push(Line::new().plain("  ").dim(format!("{} and {more} more", style.ellipsis())));
    }
    lines.push(Line::new().plain(format!("  help: {}", cause.fix)));
    lines
}

/// The imports that lead from a file to what fails.
fn way(file: &BrokenFile, style: Style) -> String {
    let links = file.chain.iter().map(|link| format!("{}:{}", link.path.display(), link.line));
    let links: Vec<String> = links.collect();
    match file.chain.first() {
        None => file.path.display().to_string(),
        Some(first) if first.path == file.path => links.join(style.arrow()),
        Some(_) => format!("{}: {}", file.path.display(), links.join(style.arrow())),
    }
}

fn test(test: &CollectedTest) -> Line {
    let mut line = Line::new().plain(&test.id);
    if let Some(why) = &test.unexpanded {
        line = line.dim(format!("[…] ({why})"));
    }
    for (what, why) in [("skipped", &test.skip), ("expected to fail", &test.xfail)] {
        line = match why.as_deref() {
            None => line,
            Some("") => line.dim(format!(" ({what})")),
            Some(why) => line.dim(format!(" ({what}: {why})")),
        };
    }
    line
}

fn summary(collection: &Collection) -> Line {
    let tests = count(collection.tests.len(), "test");
    let files = count(collection.files.len(), "file");
    let unexpanded = collection.tests.iter().filter(|test| test.unexpanded.is_some()).count();
    let mut line = Line::new().add(Role::Bold, tests).plain(format!(" in {files}"));
    if unexpanded > 0 {
        line = line.plain(format!(", {unexpanded} of them with parameters that only pytest knows"));
    }
    if !collection.broken.is_empty() {
        let broken = count(collection.broken.len(), "file");
        line = line.add(Role::Bad, format!(", {broken} that cannot be imported"));
    }
    if !collection.unrunnable.is_empty() {
        let tests = count(collection.unrunnable.len(), "test");
        line = line.add(Role::Bad, format!(", {tests} that cannot run"));
    }
    if !collection.causes.is_empty() {
        line = line.plain(format!(", {}", count(collection.causes.len(), "cause")));
    }
    line.dim(format!(" ({} ms)", collection.elapsed_ms))
}

fn count(number: usize, word: &str) -> String {
    many(number as u64, word)
}

/// A cause in one line, for those who are told of a run that only begins.
pub fn forecast(cause: &CollectionCause) -> String {
    let numbers = format!("{}, {}", count(cause.files, "file"), count(cause.tests, "test"));
    format!("{} ({numbers}); {}", cause.message, cause.fix)
}

#[cfg(test)]
mod tests {
    use testyard_model::collection::{CauseKind, Link};

    use super::*;

    pub(super) fn collection() -> Collection {
        let test = |id: &str, unexpanded: Option<&str>| CollectedTest {
            id: id.to_owned(),
            path: "test_a.py".into(),
            line: 3,
            unexpanded: unexpanded.map(str::to_owned),
            skip: unexpanded.map(|_| "not today".to_owned()),
            ..CollectedTest::default()
        };
        Collection {
            tests: vec![test("test_a.py::test_one", None), test("test_a.py::test_two", Some("a reason"))],
            files: vec!["test_a.py".into(), "test_b.py".into()],
            broken: vec![BrokenFile {
                path: "test_b.py".into(),
                cause: "missing-package:psycopg".to_owned(),
                message: "`psycopg` is not installed".to_owned(),
                chain: vec![
                    Link { path: "test_b.py".into(), line: 1 },
                    Link { path: "app/db.py".into(), line: 4 },
                ],
            }],
            causes: vec![CollectionCause {
                id: "missing-package:psycopg".to_owned(),
                kind: CauseKind::MissingPackage,
                severity: Severity::Error,
                name: "psycopg".to_owned(),
                message: "`psycopg` is not installed".to_owned(),
                files: 1,
                tests: 12,
                fix: "add `psycopg` to requirements.txt".to_owned(),
            }],
            packages: PackagesFrom::Environment,
            elapsed_ms: 5,
            ..Collection::default()
        }
    }

    #[test]
    fn people_see_ids_then_errors_then_numbers() {
        insta::assert_snapshot!(human(&collection(), Style::default()).join("\n"), @"
        test_a.py::test_one
        test_a.py::test_two[…] (a reason) (skipped: not today)

        error: `psycopg` is not installed (1 file, 12 tests)
          test_b.py:1 › app/db.py:4
          help: add `psycopg` to requirements.txt

        2 tests in 2 files, 1 of them with parameters that only pytest knows, 1 file that cannot be imported, 1 cause (5 ms)
        ");
    }

    #[test]
    fn the_document_has_the_keys_of_the_contract() {
        let document: serde_json::Value = serde_json::from_str(&json(&collection())).unwrap();
        assert_eq!(document["format"], 1);
        assert_eq!(
            document["tests"][0],
            serde_json::json!({"id": "test_a.py::test_one", "path": "test_a.py", "line": 3})
        );
        assert_eq!(document["broken"][0]["cause"], document["causes"][0]["id"]);
        assert_eq!(document["causes"][0]["kind"], "missing-package");
        assert_eq!(document["summary"]["tests"], 2);
    }
}

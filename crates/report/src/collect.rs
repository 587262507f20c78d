//! Views of a collection.

use std::path::Path;

use serde::Serialize;
use testyard_model::{CollectedTest, Collection};

use crate::json::document;
use crate::style::{Line, Role, Style};

/// The tests as pytest lists them, then what cannot be read, then how many there are.
pub fn human(collection: &Collection, style: Style) -> Vec<String> {
    let mut lines: Vec<Line> = collection.tests.iter().map(test).collect();
    if !lines.is_empty() {
        lines.push(Line::new());
    }
    for file in &collection.unread {
        let place = format!("{}:{}", file.path.display(), file.line);
        lines.push(
            Line::new().plain(place).plain(": ").add(Role::Bad, "error").plain(format!(": {}", file.message)),
        );
    }
    lines.push(summary(collection));
    lines.iter().map(|line| line.paint(style)).collect()
}

fn test(test: &CollectedTest) -> Line {
    let line = Line::new().plain(&test.id);
    match &test.unexpanded {
        Some(why) => line.dim(format!("[…] ({why})")),
        None => line,
    }
}

fn summary(collection: &Collection) -> Line {
    let tests = count(collection.tests.len(), "test");
    let files = count(collection.files.len(), "file");
    let unexpanded = collection.tests.iter().filter(|test| test.unexpanded.is_some()).count();
    let mut line = Line::new().add(Role::Bold, tests).plain(format!(" in {files}"));
    if unexpanded > 0 {
        line = line.plain(format!(", {unexpanded} of them with parameters that only pytest knows"));
    }
    if !collection.unread.is_empty() {
        line =
            line.add(Role::Bad, format!(", {} that cannot be read", count(collection.unread.len(), "file")));
    }
    line.dim(format!(" ({} ms)", collection.elapsed_ms))
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

#[derive(Serialize)]
struct Collected<'a> {
    tests: &'a [CollectedTest],
    broken: Vec<Broken<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Broken<'a> {
    path: &'a Path,
    line: u32,
    message: &'a str,
}

#[derive(Serialize)]
struct Summary {
    tests: usize,
    files: usize,
    broken: usize,
    unexpanded: usize,
    elapsed_ms: u64,
}

/// The document of a collection.
pub fn json(collection: &Collection) -> String {
    let broken = collection.unread.iter();
    let broken = broken.map(|file| Broken { path: &file.path, line: file.line, message: &file.message });
    document(Collected {
        tests: &collection.tests,
        broken: broken.collect(),
        summary: Summary {
            tests: collection.tests.len(),
            files: collection.files.len(),
            broken: collection.unread.len(),
            unexpanded: collection.tests.iter().filter(|test| test.unexpanded.is_some()).count(),
            elapsed_ms: collection.elapsed_ms,
        },
    })
}

#[cfg(test)]
mod tests {
    use testyard_model::UnreadFile;

    use super::*;

    fn collection() -> Collection {
        let test = |id: &str, unexpanded: Option<&str>| CollectedTest {
            id: id.to_owned(),
            path: "test_a.py".into(),
            line: 3,
            unexpanded: unexpanded.map(str::to_owned),
        };
        Collection {
            tests: vec![test("test_a.py::test_one", None), test("test_a.py::test_two", Some("a reason"))],
            files: vec!["test_a.py".into(), "test_b.py".into()],
            unread: vec![UnreadFile {
                path: "test_b.py".into(),
                line: 7,
                message: "invalid syntax".to_owned(),
            }],
            elapsed_ms: 5,
        }
    }

    #[test]
    fn people_see_ids_then_errors_then_numbers() {
        insta::assert_snapshot!(human(&collection(), Style::default()).join("\n"), @"
        test_a.py::test_one
        test_a.py::test_two[…] (a reason)

        test_b.py:7: error: invalid syntax
        2 tests in 2 files, 1 of them with parameters that only pytest knows, 1 file that cannot be read (5 ms)
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
        assert_eq!(document["broken"][0]["line"], 7);
        assert_eq!(document["summary"]["tests"], 2);
    }
}

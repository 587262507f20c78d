//! Which tests are there, and which files cannot be imported?

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use testyard_commands::collect::{Changed, CollectRequest, collect};
use testyard_commands::{CommandError, Context};
use testyard_model::Collection;
use testyard_report::collect::json;

use super::fit::{List, Room, fit, text};
use super::key::Kind;
use super::{Answer, Key, parsed};

/// The question.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Collect {
    /// Only these files and folders
    pub paths: Vec<PathBuf>,
    /// Only what changes since this git revision can affect; HEAD: uncommitted ones
    pub changed: Option<String>,
    /// Where tests go on: `cursor` of the page before
    pub cursor: usize,
}

/// The keys of the answer.
pub const KEYS: &[Key] = &[
    Key::of("summary", Kind::Object),
    Key::of("causes", Kind::List),
    Key::of("broken", Kind::List),
    Key::of("tests", Kind::List),
    Key::of("cursor", Kind::MaybeNumber),
    Key::of("omitted", Kind::List),
];

const LISTS: &[List] = &[
    List { key: "causes", get: "testyard collect --format json" },
    List { key: "broken", get: "testyard collect --format json" },
    List { key: "unrunnable", get: "testyard collect --format json" },
    List { key: "tests", get: "collect with cursor or paths" },
    List { key: "at_risk", get: "testyard collect --format json" },
    List { key: "stand_ins", get: "testyard collect --format json" },
    List { key: "stubs", get: "testyard collect --format json" },
];

/// What is wrong, and a page of the tests.
pub fn answer(context: &Context, asked: &Collect) -> Result<Answer, CommandError> {
    let request = CollectRequest {
        paths: asked.paths.clone(),
        changed: asked.changed.clone().map(Changed::Since),
        ..CollectRequest::default()
    };
    let collection = collect(context, &request)?;
    let room = Room::of(None);
    let mut document = parsed(&json(&collection))?;
    // The files that were compared are not what was asked for.
    if let Some(impact) = document.get_mut("impact").and_then(serde_json::Value::as_object_mut) {
        impact.retain(|key, _| matches!(key.as_str(), "since" | "everything" | "of"));
    }
    // Later pages are of tests alone: the rest stood on the first one.
    let lists = if asked.cursor == 0 { LISTS } else { &LISTS[3..4] };
    for list in LISTS.iter().filter(|list| !lists.iter().any(|kept| kept.key == list.key)) {
        document[list.key] = serde_json::json!([]);
    }
    let document = fit(document, lists, Some(("tests", asked.cursor)), room);
    Ok(Answer { text: text(&lines(&collection), room.text()), document })
}

fn lines(collection: &Collection) -> Vec<String> {
    let numbers = collection.numbers();
    let mut lines = vec![format!(
        "tests: {}, files: {}, files that cannot be imported: {}, tests that cannot run: {}",
        numbers.tests,
        numbers.files,
        numbers.broken,
        collection.unrunnable.len()
    )];
    for cause in &collection.causes {
        let kind = cause.severity.word();
        lines.push(format!("{kind}: {} (files: {}, tests: {})", cause.message, cause.files, cause.tests));
        lines.push(format!("  fix: {}", cause.fix));
    }
    lines
}

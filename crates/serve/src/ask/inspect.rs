//! What will break, before anything is built or started?

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use testyard_commands::check::{CheckRequest, check};
use testyard_commands::{CommandError, Context};
use testyard_report::check::{Shown, json};
use testyard_report::{Style, finding};

use super::fit::{List, Room, fit, text};
use super::key::Kind;
use super::{Answer, Key, parsed};

/// The question.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Inspect {
    /// Only findings in these files and folders
    pub paths: Vec<PathBuf>,
    /// Leave out what was already found in this git revision
    pub diff: Option<String>,
    /// Where to go on: `cursor` of the page before
    pub cursor: usize,
}

/// The keys of the answer.
pub const KEYS: &[Key] = &[
    Key::of("findings", Kind::List),
    Key::of("causes", Kind::List),
    Key::of("summary", Kind::Object),
    Key::of("cursor", Kind::MaybeNumber),
    Key::of("omitted", Kind::List),
];

const LISTS: &[List] = &[
    List { key: "findings", get: "inspect with cursor" },
    List { key: "causes", get: "testyard check --format json" },
    List { key: "wishes", get: "testyard check --format json" },
];

/// A page of what was found.
pub fn answer(context: &Context, asked: &Inspect) -> Result<Answer, CommandError> {
    let request =
        CheckRequest { paths: asked.paths.clone(), diff: asked.diff.clone(), ..CheckRequest::default() };
    let checked = check(context, &request)?;
    let inspection = &checked.inspection;
    let shown = Shown { inspection, prefix: &checked.prefix, known: checked.known };
    let room = Room::of(None);
    let document = fit(parsed(&json(&shown))?, LISTS, Some(("findings", asked.cursor)), room);
    let count = document["findings"].as_array().map_or(0, Vec::len);
    let findings = inspection.findings.iter().skip(asked.cursor).take(count);
    let summary = inspection.summary;
    let mut lines = vec![format!(
        "errors: {}, warnings: {}, notes: {}, files: {}",
        summary.errors, summary.warnings, summary.notes, summary.files
    )];
    lines.extend(findings.flat_map(|found| finding::render(found, Style::default())));
    Ok(Answer { text: text(&lines, room.text()), document })
}

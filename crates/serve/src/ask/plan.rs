//! What would a run do, and why?

use schemars::JsonSchema;
use serde::Deserialize;
use testyard_commands::plan::{Selection, plan};
use testyard_commands::{CommandError, Context};
use testyard_report::{Style, json, plan as view};

use super::fit::{List, Room, fit, text};
use super::key::Kind;
use super::{Answer, Key, parsed};

/// The question.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanAsked {
    /// Suites, test files or folders; everything when absent
    pub selection: Vec<String>,
}

/// The keys of the answer.
pub const KEYS: &[Key] = &[
    Key::of("engine", Kind::Object),
    Key::of("services", Kind::List),
    Key::of("suites", Kind::List),
    Key::of("gates", Kind::Object),
    Key::of("omitted", Kind::List),
];

const LISTS: &[List] = &[
    List { key: "suites", get: "testyard plan --format json" },
    List { key: "services", get: "testyard plan --format json" },
    List { key: "left_out", get: "testyard plan --format json" },
    List { key: "findings", get: "inspect" },
    List { key: "origins", get: "testyard plan --format json" },
];

/// Columns that headings of the text are laid out for: as few as can be.
const COLUMNS: usize = 16;

/// The plan, secrets masked.
pub fn answer(context: &Context, asked: &PlanAsked) -> Result<Answer, CommandError> {
    let selection = Selection { names: asked.selection.clone(), ..Selection::default() };
    let plan = plan(context, &selection)?;
    let plan = plan.masked_by(&context.masker(&plan));
    let room = Room::of(None);
    let document = fit(parsed(&json::plan(&plan))?, LISTS, None, room);
    let lines = view::lines(&plan, Style { colour: false, ascii: true }, COLUMNS);
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    Ok(Answer { text: text(&lines, room.text()), document })
}

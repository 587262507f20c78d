//! Which runs were there?

use schemars::JsonSchema;
use serde::Deserialize;
use testyard_commands::report::subject;
use testyard_commands::runs::runs as all;
use testyard_commands::{CommandError, Context};
use testyard_report::json::{self, RunsRow};
use testyard_report::{Style, table};

use super::fit::{List, Room, fit, text};
use super::key::Kind;
use super::{Answer, Key, parsed};

/// The question.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Runs {
    /// Where to go on: `cursor` of the page before
    pub cursor: usize,
}

/// The keys of the answer.
pub const KEYS: &[Key] =
    &[Key::of("runs", Kind::List), Key::of("cursor", Kind::MaybeNumber), Key::of("omitted", Kind::List)];

/// A page of them, the newest first.
pub fn answer(context: &Context, asked: &Runs) -> Result<Answer, CommandError> {
    let all = all(context, |told| RunsRow::of(&subject(told, ".")))?;
    let room = Room::of(None);
    let lists = [List { key: "runs", get: "runs with cursor" }];
    let document = fit(parsed(&json::runs(&all))?, &lists, Some(("runs", asked.cursor)), room);
    let shown = document["runs"].as_array().map_or(0, Vec::len);
    let rows = all.get(asked.cursor..asked.cursor + shown).unwrap_or_default();
    let mut lines = table::runs(rows, Style::default());
    if all.is_empty() {
        lines = vec!["there are no runs yet: start begins one".to_owned()];
    }
    Ok(Answer { text: text(&lines, room.text()), document })
}

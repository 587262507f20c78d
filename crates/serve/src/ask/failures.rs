//! What failed in a run, and why?

use schemars::JsonSchema;
use serde::Deserialize;
use testyard_commands::base::base_run;
use testyard_commands::runs::find;
use testyard_commands::{CommandError, Context};
use testyard_report::{agent, failures};

use super::fit::{List, Room, fit, text};
use super::key::Kind;
use super::{Answer, Key, parsed};

/// The question.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Failures {
    /// Run id or prefix; the newest when absent
    pub run: Option<String>,
    /// Where to go on: `cursor` of the page before
    pub cursor: usize,
    /// Bytes to answer in (default 8192)
    pub budget: Option<usize>,
}

/// The keys of the answer.
pub const KEYS: &[Key] = &[
    Key::of("groups", Kind::List),
    Key::of("cursor", Kind::MaybeNumber),
    Key::of("of", Kind::Number),
    Key::of("omitted", Kind::List),
];

/// A page of the groups. A run that goes on tells what has failed by now.
pub fn answer(context: &Context, asked: &Failures) -> Result<Answer, CommandError> {
    let told = find(&context.runs(), asked.run.as_deref())?;
    let before = base_run(context, &told, None)?;
    let groups = failures::groups(&told.state, before.as_ref().map(|before| &before.state));
    let room = Room::of(asked.budget);
    let lists = [List { key: "groups", get: "failures with cursor" }];
    let base = before.as_ref().map(|before| before.folder.run().0);
    let whole = failures::json(&failures::page(&groups, 0, usize::MAX), base.as_deref());
    let document = fit(parsed(&whole)?, &lists, Some(("groups", asked.cursor)), room);
    let next = document["cursor"].as_u64().and_then(|next| usize::try_from(next).ok());
    let shown = groups.get(asked.cursor..next.unwrap_or(groups.len())).unwrap_or_default();
    let mut lines: Vec<String> = shown.iter().flat_map(agent::group_lines).collect();
    if groups.is_empty() {
        lines.push(format!("nothing failed in {}; status says how the run stands", told.folder.run()));
    } else if let Some(next) = next {
        let left = groups.len() - next;
        lines.insert(
            0,
            format!("{} of {} groups; {left} more: failures with cursor={next}", shown.len(), groups.len()),
        );
    }
    Ok(Answer { text: text(&lines, room.text()), document })
}

//! What did services and suites print?

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use testyard_commands::environment::logs::{Log, LogsRequest, logs, sources};
use testyard_commands::runs::find;
use testyard_commands::{CommandError, Context};
use testyard_report::json as documents;

use super::fit::{Room, cut, text, written};
use super::key::Kind;
use super::{Answer, Key, parsed};

/// How many of the last lines are told where nobody says.
const TAIL: usize = 40;

/// A longer line loses its middle.
const LINE: usize = 400;

/// A log that gets less room than this is not worth to be told.
const LEAST: usize = 400;

/// What the names and the path of a log take beside its lines.
const FRAME: usize = 200;

/// The question.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Logs {
    /// Run id or prefix; the newest when absent
    pub run: Option<String>,
    /// Services and suites by name; all when absent
    pub names: Vec<String>,
    /// Last lines of each (default 40)
    pub tail: Option<usize>,
    /// Bytes to answer in (default 8192)
    pub budget: Option<usize>,
}

/// The keys of the answer.
pub const KEYS: &[Key] = &[Key::of("logs", Kind::List), Key::of("omitted", Kind::List)];

/// The ends of the logs. Each gets the same share of the room; where lines are left out, they are the older ones.
pub fn answer(context: &Context, asked: &Logs) -> Result<Answer, CommandError> {
    let told = find(&context.runs(), asked.run.as_deref())?;
    let mut names: Vec<String> = match asked.names.as_slice() {
        [] => sources(&told.state).iter().map(|source| source.name().to_owned()).collect(),
        names => names.to_vec(),
    };
    let room = Room::of(asked.budget);
    let left_out = names.split_off(names.len().min(room.text() / LEAST));
    let tail = Some(asked.tail.unwrap_or(TAIL));
    let run = Some(told.folder.run().to_string());
    // Without a name every service would be told.
    let mut found = match names.is_empty() {
        true => Vec::new(),
        false => logs(context, &LogsRequest { names, tail, run })?,
    };
    let share = room.text() / found.len().max(1) - FRAME;
    let mut lines = Vec::new();
    let mut cut_off = Vec::new();
    for log in &mut found {
        log.path = log.path.strip_prefix(&context.root).unwrap_or(&log.path).to_owned();
        cut_off.push(shorten(log, share));
        lines.push(format!("{} ({}):", log.source.name(), log.path.display()));
        lines.extend(log.lines.iter().cloned());
    }
    if found.is_empty() {
        lines.push("the run has no logs yet".to_owned());
    }
    let mut document = parsed(&documents::logs(found.iter().map(Log::row)))?;
    for (number, count) in cut_off.iter().enumerate() {
        document["logs"][number]["lines_omitted"] = (*count).into();
    }
    document["omitted"] = match left_out.len() {
        0 => json!([]),
        count => json!([{ "what": "logs", "count": count, "get": "logs with names", "names": left_out }]),
    };
    Ok(Answer { text: text(&lines, room.text()), document })
}

/// Keeps the last lines that fit, and returns how many do not.
fn shorten(log: &mut Log, room: usize) -> usize {
    log.lines.iter_mut().for_each(|line| *line = cut(line, LINE));
    let mut used = 0;
    let fitting = log.lines.iter().rev().take_while(|line| {
        used += written(line) + 4;
        used <= room
    });
    let left = log.lines.len() - fitting.count();
    log.lines.drain(..left);
    left
}

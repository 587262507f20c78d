//! How does a run stand?

use schemars::JsonSchema;
use serde::Deserialize;
use testyard_commands::status::status as look;
use testyard_commands::{CommandError, Context};

use super::{Answer, Key, run};

/// The question.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Status {
    /// Run id or prefix; the newest when absent
    pub run: Option<String>,
}

/// The keys of its answer.
pub const KEYS: &[Key] = run::KEYS;

/// The answer, at once.
pub fn answer(context: &Context, asked: &Status) -> Result<Answer, CommandError> {
    run::answer(context, &look(context, asked.run.as_deref())?)
}

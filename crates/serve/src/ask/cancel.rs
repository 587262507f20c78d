//! Stop a run.

use schemars::JsonSchema;
use serde::Deserialize;
use testyard_commands::{CommandError, Context, background, registry};

use super::{Answer, Key, run};

/// The wish. Which run is meant has to be said: the newest one may be somebody else's.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Run id or unique prefix
    pub run: String,
}

/// The keys of the answer.
pub const KEYS: &[Key] = run::KEYS;

/// Cancels the run and sees it end; one that has ended stays as it is.
pub async fn answer(context: &Context, asked: &Cancel) -> Result<Answer, CommandError> {
    registry::settle_dead_runs(context);
    let (told, _) = background::cancel(context, Some(&asked.run)).await?;
    run::answer(context, &told)
}

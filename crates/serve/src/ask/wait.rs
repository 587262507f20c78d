//! How does a run stand once it has ended, or a while has passed?

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use testyard_commands::{CommandError, Context, background};
use testyard_model::RunState;

use super::{Answer, Key, run};

/// The longest that one call waits, in seconds. Clients give a call up after a minute; a call that has to start a runtime
/// on a loaded machine before that still has some of it left.
pub const LONGEST: u64 = 45;

/// The question.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wait {
    /// Run id or prefix; the newest when absent
    pub run: Option<String>,
    /// At most this long; more is taken as 45 (default 45)
    pub seconds: Option<u64>,
    /// Default done
    pub until: Until,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Until {
    /// The end of the run.
    #[default]
    Done,
    /// The first test that fails, or the end.
    FirstFailure,
}

/// How far a run has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many of its tests have an outcome.
    pub settled: u64,
    /// How many it has, as far as that is known.
    pub total: u64,
    /// The phase it is in, and how many it has seen.
    pub phase: Option<(&'static str, usize)>,
}

/// The keys of the answer.
pub const KEYS: &[Key] = run::KEYS;

/// Waits, and tells `see` how far the run has come whenever something happened in it. Whoever drops this stops waiting; the
/// run goes on.
pub async fn answer(
    context: &Context,
    asked: &Wait,
    mut see: impl FnMut(Progress),
) -> Result<Answer, CommandError> {
    let limit = Duration::from_secs(asked.seconds.unwrap_or(LONGEST).min(LONGEST));
    let until = match asked.until {
        Until::Done => background::Until::Done,
        Until::FirstFailure => background::Until::FirstFailure,
    };
    let told = background::watch(context, asked.run.as_deref(), Some(limit), until, |state| {
        see(Progress::of(state));
    });
    run::answer(context, &told.await?)
}

impl Progress {
    fn of(state: &RunState) -> Progress {
        let counts = state.counts();
        let phase = state.phases.last().map(|last| (last.phase.word(), state.phases.len()));
        Progress { settled: counts.settled(), total: counts.total, phase }
    }
}

//! Runs that are waited for and followed.

use std::time::Duration;

use testyard_journal::{Follower, standing};
use testyard_model::{Record, RunState, Standing};

use super::POLL;
use crate::runs::Told;
use crate::status::with_progress;
use crate::{CommandError, Context, registry};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The end of the run.
    Done,
    /// The first test that fails, or the end.
    FirstFailure,
}

/// Waits for a run, for as long as a limit allows. A wait that comes to its limit changes nothing about the run.
pub async fn wait(
    context: &Context,
    run: Option<&str>,
    limit: Option<Duration>,
    until: Until,
) -> Result<Told, CommandError> {
    watch(context, run, limit, until, |_| ()).await
}

/// The same, while `see` is shown the run's state whenever something happened in it.
pub async fn watch(
    context: &Context,
    run: Option<&str>,
    limit: Option<Duration>,
    until: Until,
    mut see: impl FnMut(&RunState),
) -> Result<Told, CommandError> {
    let folder = context.runs().find(run)?;
    let started = tokio::time::Instant::now();
    let mut follower = Follower::of(&folder);
    let mut state = RunState::default();
    while standing(&folder)? == Standing::Running {
        let records = match (follower.new_records(), until) {
            (Err(error), Until::FirstFailure) => return Err(error.into()),
            // Its end can be waited for whatever its journal has come to.
            (records, _) => records.unwrap_or_default(),
        };
        records.iter().for_each(|record| state.apply(record));
        if !records.is_empty() {
            see(&state);
        }
        let counts = state.counts();
        if until == Until::FirstFailure && counts.failed + counts.error > 0 {
            break;
        }
        let left = limit.map_or(POLL, |limit| limit.saturating_sub(started.elapsed()));
        if left.is_zero() {
            break;
        }
        tokio::time::sleep(left.min(POLL)).await;
    }
    // A supervisor that was killed while it was waited for leaves work to whoever notices first.
    if standing(&folder)? == Standing::Lost {
        registry::settle_dead_runs(context);
    }
    Ok(with_progress(context, Told::read(folder)?))
}

/// Shows a run's events; with `follow`, for as long as it goes on. `show` says whether somebody still looks.
pub async fn tail(
    context: &Context,
    run: Option<&str>,
    follow: bool,
    mut show: impl FnMut(&Record, &RunState) -> bool,
) -> Result<(), CommandError> {
    let folder = context.runs().find(run)?;
    let mut follower = Follower::of(&folder);
    let mut state = RunState::default();
    loop {
        // Asked first: what is written after the answer is still read.
        let goes_on = standing(&folder)? == Standing::Running;
        for record in follower.new_records()? {
            state.apply(&record);
            if !show(&record, &state) {
                return Ok(());
            }
        }
        if !follow || !goes_on {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

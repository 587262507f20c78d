//! `testyard down`: takes the services down.

use std::time::Duration;

use testyard_journal::{RunFolder, Spec, standing};
use testyard_model::Standing;
use testyard_sys::{detach, sweep};

use super::current;
use crate::{CommandError, Context, registry};

/// How long a supervisor gets to take its services down by itself.
const GRACE: Duration = Duration::from_secs(15);

/// How often its lock is looked at.
const POLL: Duration = Duration::from_millis(10);

/// Takes down what `up` brought up. Returns its folder; none when nothing was up, which is as well.
pub async fn down(context: &Context) -> Result<Option<RunFolder>, CommandError> {
    let Some(told) = current(context)? else { return Ok(None) };
    let asked = Spec::read(&told.folder).is_ok_and(|spec| ask(&spec));
    if !asked || !ended_within(&told.folder, GRACE).await? {
        // It does not listen: it is killed, with everything it started, and what it leaves is settled.
        let killed =
            Spec::read(&told.folder).ok().and_then(|spec| Some(detach::kill(spec.pid, spec.pid_started?)));
        sweep::kill_run(told.folder.run().as_str());
        see_it_end(&told.folder, killed == Some(true)).await?;
        registry::settle_dead_runs(context);
    }
    Ok(Some(told.folder))
}

/// Asks the supervisor to stop.
fn ask(spec: &Spec) -> bool {
    spec.pid_started.is_some_and(|started| detach::terminate(spec.pid, started))
}

async fn ended_within(folder: &RunFolder, limit: Duration) -> Result<bool, CommandError> {
    let deadline = tokio::time::Instant::now() + limit;
    while standing(folder)? == Standing::Running {
        if tokio::time::Instant::now() > deadline {
            return Ok(false);
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(true)
}

/// One that was killed ends at once; one that cannot be found by its plan ends by itself without its keeper.
async fn see_it_end(folder: &RunFolder, killed: bool) -> Result<(), CommandError> {
    if ended_within(folder, GRACE).await? {
        return Ok(());
    }
    let how = if killed { "although it was killed" } else { "and cannot be found" };
    Err(CommandError::Defect(format!("the supervisor of {} does not end, {how}", folder.run())))
}

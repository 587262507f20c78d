//! Stops a supervisor of another process: it is asked first, and killed with everything it started when it does not
//! listen.

use std::time::Duration;

use testyard_journal::{RunFolder, Spec, standing};
use testyard_model::Standing;
use testyard_sys::{detach, procfs, sweep};

use crate::{CommandError, Context, registry};

/// How often its lock is looked at.
const POLL: Duration = Duration::from_millis(10);

/// How long one that was killed may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(15);

/// Sees to it that a run has ended. It gets `grace` to take everything down by itself. Harmless for one that has ended.
pub(crate) async fn stop(context: &Context, folder: &RunFolder, grace: Duration) -> Result<(), CommandError> {
    let asked = Spec::read(folder).is_ok_and(|spec| signal(&spec, detach::terminate));
    if !asked || !ended_within(folder, grace).await? {
        let killed = Spec::read(folder).is_ok_and(|spec| signal(&spec, detach::kill));
        sweep::kill_run(folder.run().as_str());
        see_it_end(folder, killed).await?;
        registry::settle_dead_runs(context);
    }
    Ok(())
}

/// Sends the supervisor a signal, and says whether it was there. A number from before a reboot is another process's by
/// now, even when that one started at the same tick.
fn signal(spec: &Spec, send: fn(i32, u64) -> bool) -> bool {
    spec.boot == procfs::boot_id() && spec.pid_started.is_some_and(|started| send(spec.pid, started))
}

/// Whether a run ends within a time.
pub(crate) async fn ended_within(folder: &RunFolder, limit: Duration) -> Result<bool, CommandError> {
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
    if ended_within(folder, GONE_WITHIN).await? {
        return Ok(());
    }
    let how = if killed { "although it was killed" } else { "and cannot be found" };
    Err(CommandError::Defect(format!("the supervisor of {} does not end, {how}", folder.run())))
}

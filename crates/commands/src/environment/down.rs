//! `testyard down`: takes the services down.

use std::time::Duration;

use testyard_journal::{RunFolder, Spec, standing};
use testyard_model::Standing;
use testyard_sys::{detach, sweep};

use super::current;
use crate::{CommandError, Context};

/// How long a supervisor gets to take its services down by itself.
const GRACE: Duration = Duration::from_secs(15);

/// How often its lock is looked at.
const POLL: Duration = Duration::from_millis(10);

/// Takes down what `up` brought up. Returns its folder; none when nothing was up, which is as well.
pub async fn down(context: &Context) -> Result<Option<RunFolder>, CommandError> {
    let Some(told) = current(context)? else { return Ok(None) };
    let asked = Spec::read(&told.folder).is_ok_and(|spec| ask(&spec));
    if !asked || !ended_within(&told.folder, GRACE).await? {
        // It does not listen: everything it started is killed.
        sweep::kill_run(told.folder.run().as_str());
        see_it_end(&told.folder).await?;
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

/// A supervisor whose keeper was killed under it ends by itself; one that does not even then is a defect.
async fn see_it_end(folder: &RunFolder) -> Result<(), CommandError> {
    if ended_within(folder, GRACE).await? {
        return Ok(());
    }
    Err(CommandError::Defect(format!("the supervisor of {} does not end", folder.run())))
}

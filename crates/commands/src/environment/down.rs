//! `testyard down`: takes the services down.

use std::time::Duration;

use testyard_journal::RunFolder;

use super::current;
use crate::stop::stop;
use crate::{CommandError, Context};

/// How long a supervisor gets to take its services down by itself.
const GRACE: Duration = Duration::from_secs(15);

/// Takes down what `up` brought up. Returns its folder; none when nothing was up, which is as well.
pub async fn down(context: &Context) -> Result<Option<RunFolder>, CommandError> {
    let Some(told) = current(context)? else { return Ok(None) };
    stop(context, &told.folder, GRACE).await?;
    Ok(Some(told.folder))
}

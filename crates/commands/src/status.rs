//! `testyard status`: how a run stands, told at once.

use crate::runs::{Told, find};
use crate::{CommandError, Context};

/// The run of that name or unique prefix, or the newest, as its folder tells it now.
pub fn status(context: &Context, run: Option<&str>) -> Result<Told, CommandError> {
    find(&context.runs(), run)
}

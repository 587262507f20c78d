//! `testyard ps`: the services that are up.

use crate::environment::current;
use crate::runs::Told;
use crate::{CommandError, Context};

/// The environment that is up; none when nothing is.
pub fn ps(context: &Context) -> Result<Option<Told>, CommandError> {
    current(context)
}

//! `testyard.toml` as discovery would write it.

use std::path::PathBuf;

use testyard_project::Request;

use super::site::{Draft, new_file};
use crate::plan::{Selection, request};
use crate::{CommandError, Context};

/// Where it lies.
pub(super) fn path(context: &Context) -> PathBuf {
    context.root.join("testyard.toml")
}

/// The file with everything that was discovered.
pub(super) fn draft(context: &Context, force: bool) -> Result<Draft, CommandError> {
    new_file(path(context), force, || {
        // What stands in the file that is to be replaced must not come back as if it had been discovered.
        let request = Request { ignore_file: true, ..request(context, &Selection::default()) };
        let project = testyard_project::load(&request)?;
        Ok(testyard_project::init::write(&project)?)
    })
}

//! `testyard init`: writes what was discovered as a commented `testyard.toml`.

use std::path::PathBuf;

use testyard_project::Request;

use crate::plan::{Selection, request};
use crate::{CommandError, Context};

/// Writes the file and returns its path. An existing one stays unless `force` is given.
pub fn init(context: &Context, force: bool) -> Result<PathBuf, CommandError> {
    let path = context.root.join("testyard.toml");
    if path.exists() && !force {
        return Err(CommandError::Usage {
            message: format!("{} exists already", path.display()),
            help: "look at it, or write it anew with --force".to_owned(),
        });
    }
    // What stands in the file that is to be replaced must not come back as if it had been discovered.
    let request = Request { ignore_file: true, ..request(context, &Selection::default()) };
    let project = testyard_project::load(&request)?;
    let text = testyard_project::init::write(&project)?;
    testyard_sys::files::write_atomic(&path, text.as_bytes()).map_err(|error| CommandError::Blocked {
        message: format!("{}: {error}", path.display()),
        help: "make the project's folder writable".to_owned(),
    })?;
    Ok(path)
}

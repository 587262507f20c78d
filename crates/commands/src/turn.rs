//! Turns of one project: what looks first and then starts must not be done by two at once.

use std::fs;
use std::path::Path;

use testyard_sys::lock::{Lock, lock};

use crate::CommandError;

/// Waits until nobody else holds this lock file of a folder, which is made when it is missing.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) async fn take(folder: &Path, file: &str) -> Result<Lock, CommandError> {
    let locked = match fs::create_dir_all(folder) {
        Ok(()) => lock(&folder.join(file)).await,
        Err(error) => Err(error),
    };
    locked.map_err(|error| CommandError::Blocked {
        message: format!("{}: {error}", folder.display()),
        help: "make the project's folder writable".to_owned(),
    })
}

//! What a lock file pins, for a pip that cannot read it: constraints with the locked versions.
//!
//! The tool that wrote the lock would also check hashes and keep to its own index; pip keeps to the versions.

use std::path::{Path, PathBuf};
use std::time::Duration;

use testyard_sys::files;

use crate::context::Context;
use crate::decisive;
use crate::tool;

const SCRIPT: &str = include_str!("locked.py");

/// How long reading one file may take, on a machine that is busy with other things.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// Writes the constraints of a lock into the environment's folder, where the interpreter is. `Err` says why the lock
/// cannot be read.
pub(super) async fn constraints(
    context: &Context,
    environment: &Path,
    lock: &Path,
) -> Result<PathBuf, Vec<String>> {
    let interpreter = environment.join("bin/python");
    let name = lock.to_string_lossy();
    let answer = tool::ask(context, &interpreter, &["-c", SCRIPT, &name], &context.variables, ANSWERS_WITHIN)
        .await
        .map_err(|error| vec![error])?;
    if !answer.ok {
        return Err(decisive::lines(&answer.lines));
    }
    let place = environment.join("locked.txt");
    files::write(&place, answer.stdout.as_bytes())
        .map_err(|error| vec![format!("{}: {error}", place.display())])?;
    Ok(place)
}

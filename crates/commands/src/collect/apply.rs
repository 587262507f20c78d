//! Writes changes that put things right.

use std::fs;
use std::path::Path;

use testyard_model::collection::FileChange;
use testyard_sys::files::write_atomic;

use crate::CommandError;

/// Writes each changed file whole, with the permissions it had. `root` is the project.
pub(super) fn apply(root: &Path, changes: &[FileChange]) -> Result<(), CommandError> {
    changes.iter().try_for_each(|change| {
        // A link stays one: what it leads to is changed.
        let path = root.join(&change.path);
        let path = path.canonicalize().unwrap_or(path);
        let write = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let permissions = fs::metadata(&path).ok().map(|metadata| metadata.permissions());
            write_atomic(&path, &change.after)?;
            permissions.map_or(Ok(()), |permissions| fs::set_permissions(&path, permissions))
        };
        write().map_err(|error: std::io::Error| CommandError::Blocked {
            message: format!("{} cannot be written: {error}", change.path.display()),
            help: "files before it in the list are written; mend that and call again".to_owned(),
        })
    })
}

//! Where the scratch folder of a run lies.
//!
//! It holds the services' data and sockets. It lies in the run folder when that path is short enough for sockets and,
//! for root, open enough for a server that runs as another user; else in `/tmp`, under the run's id.

use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use testyard_sys::{files, host};

/// The longest path of a socket, in bytes, on the systems with the least room for it (macOS has 103).
const LONGEST: usize = 103;

/// The most that a recipe adds to the scratch folder for a socket: `/99/run/.s.PGSQL.65535.lock`.
const ADDED: usize = 30;

/// The scratch folder of a run. The same for every process that asks.
pub(crate) fn folder(run_folder: &Path, run: &str) -> PathBuf {
    let inside = run_folder.join("services");
    let short = inside.as_os_str().len() + ADDED <= LONGEST;
    let open = !host::is_root() || run_folder.ancestors().all(may_enter);
    if short && open { inside } else { Path::new("/tmp").join(format!("testyard-{run}")) }
}

/// Makes it. It must not be there yet: in `/tmp`, somebody else's folder could wait for us.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let own = |folder: &Path| std::fs::DirBuilder::new().mode(0o711).create(folder);
    match own(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !folder.starts_with("/tmp") => {
            files::remove_tree(folder)?;
            own(folder)
        }
        made => made,
    }
}

fn may_enter(folder: &Path) -> bool {
    folder.metadata().is_ok_and(|it| it.permissions().mode() & 0o001 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_fit() {
        let deep = PathBuf::from(format!("/tmp/{}", "deep/".repeat(20)));
        assert_eq!(folder(&deep, "r1"), Path::new("/tmp/testyard-r1"));
        assert!(folder(&deep, "20261120-143022-k3f9").as_os_str().len() + ADDED <= LONGEST);
        assert!(folder(Path::new("/tmp"), "r1").starts_with("/tmp"));
    }
}

//! The pytest plugin, which is part of this binary, and where it is put for Python to read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Every file of the plugin.
const FILES: [(&str, &str); 4] = [
    ("start.py", include_str!("../../../../../plugin/start.py")),
    ("testyard_plugin/channel.py", include_str!("../../../../../plugin/testyard_plugin/channel.py")),
    ("testyard_plugin/fold.py", include_str!("../../../../../plugin/testyard_plugin/fold.py")),
    ("testyard_plugin/listener.py", include_str!("../../../../../plugin/testyard_plugin/listener.py")),
];

/// Writes the plugin into the run's folder and returns the script that starts pytest with it.
///
/// Each run has its own copy: it is small, and a run that is still going on keeps its plugin when testyard is
/// replaced by another version.
pub(super) fn install(run_folder: &Path) -> io::Result<PathBuf> {
    let folder = run_folder.join("pytest");
    for (name, text) in FILES {
        place(&folder.join(name), text)?;
    }
    Ok(folder.join("start.py"))
}

/// Puts a file in its place in one step: suites that start at the same time install the same files, and Python must
/// never read half of one. Nothing is synced, because after a crash nobody reads them again.
fn place(path: &Path, text: &str) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension(format!("{}-new", COUNT.fetch_add(1, Ordering::Relaxed)));
    testyard_sys::files::write(&beside, text)?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_plugin_is_installed_and_nothing_else() {
        let run = tempfile::tempdir().unwrap();
        let script = install(run.path()).unwrap();
        assert_eq!(install(run.path()).unwrap(), script);
        let mut names: Vec<PathBuf> = Vec::new();
        for folder in [run.path().join("pytest"), run.path().join("pytest/testyard_plugin")] {
            names.extend(std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        }
        let files: Vec<&PathBuf> = names.iter().filter(|path| path.is_file()).collect();
        assert_eq!(files.len(), FILES.len());
        assert!(files.contains(&&script));
    }

    #[test]
    fn no_file_of_the_plugin_is_forgotten() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugin/testyard_plugin");
        let python = |entry: &std::fs::DirEntry| entry.path().extension().is_some_and(|ext| ext == "py");
        let count = std::fs::read_dir(folder).unwrap().map(Result::unwrap).filter(python).count();
        assert_eq!(count + 1, FILES.len());
    }
}

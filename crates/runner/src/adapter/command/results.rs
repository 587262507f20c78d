//! Which result files a command wrote: those that are there afterwards and were not there, or not the same, before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The result files at one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot(BTreeMap<PathBuf, (SystemTime, u64)>);

/// The files that match these patterns now. Patterns are relative to the folder, `**` stands for any folders; one
/// that matches a folder stands for the XML files in it.
pub(super) fn snapshot(folder: &Path, patterns: &[String]) -> Snapshot {
    let base = glob::Pattern::escape(&folder.to_string_lossy());
    let full = |pattern: &String| {
        if pattern.starts_with('/') { pattern.clone() } else { format!("{base}/{pattern}") }
    };
    let paths = patterns.iter().filter_map(|pattern| glob::glob(&full(pattern)).ok()).flatten().flatten();
    let files = paths.flat_map(|path| if path.is_dir() { xml_files(&path) } else { vec![path] });
    Snapshot(files.filter_map(|path| Some((path.clone(), facts(&path)?))).collect())
}

/// The files that are new or changed since an earlier snapshot.
pub(super) fn changed(before: &Snapshot, after: &Snapshot) -> Vec<PathBuf> {
    let fresh = |(path, facts): &(&PathBuf, &(SystemTime, u64))| before.0.get(*path) != Some(*facts);
    after.0.iter().filter(fresh).map(|(path, _)| path.clone()).collect()
}

fn facts(path: &Path) -> Option<(SystemTime, u64)> {
    let facts = std::fs::metadata(path).ok()?;
    Some((facts.modified().ok()?, facts.len()))
}

fn xml_files(folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "xml")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_command_wrote_counts() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| testyard_sys::files::write(&folder.path().join(name), text).unwrap();
        std::fs::create_dir_all(folder.path().join("out/deep")).unwrap();
        write("out/old.xml", "old");
        write("out/again.xml", "old");
        let patterns = ["out/**/*.xml".to_owned(), "out".to_owned(), "missing*.xml".to_owned()];
        let before = snapshot(folder.path(), &patterns);
        write("out/again.xml", "longer than before");
        write("out/deep/new.xml", "new");
        write("out/new.txt", "new");
        let found = changed(&before, &snapshot(folder.path(), &patterns));
        assert_eq!(found, [folder.path().join("out/again.xml"), folder.path().join("out/deep/new.xml")]);
    }
}

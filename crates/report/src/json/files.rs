//! The documents of `init`, `logs` and `prune`: files that were written, read or removed.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::document;

/// The document of `testyard init`: the files that were written.
pub fn written(files: &[PathBuf]) -> String {
    #[derive(Serialize)]
    struct Written<'a> {
        written: &'a [PathBuf],
    }
    document(Written { written: files })
}

/// One log of `logs`: of a service, or of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LogRow<'a> {
    /// The service; null for a suite's.
    pub service: Option<&'a str>,
    /// The suite; null for a service's.
    pub suite: Option<&'a str>,
    /// The log.
    pub path: &'a Path,
    /// Its lines.
    pub lines: &'a [String],
}

/// The document of `testyard logs`.
pub fn logs<'a>(logs: impl IntoIterator<Item = LogRow<'a>>) -> String {
    #[derive(Serialize)]
    struct Logs<'a> {
        logs: Vec<LogRow<'a>>,
    }
    document(Logs { logs: logs.into_iter().collect() })
}

/// The document of `testyard prune`: the runs that were removed and their size together, in bytes.
pub fn pruned(runs: &[String], bytes: u64) -> String {
    #[derive(Serialize)]
    struct Pruned<'a> {
        removed: &'a [String],
        bytes: u64,
    }
    document(Pruned { removed: runs, bytes })
}

/// The document of `testyard prune --cache`: each cache's name, folder, number of entries and size in bytes, and
/// whether they were emptied.
pub fn caches<'a>(
    caches: impl IntoIterator<Item = (&'a str, &'a Path, usize, u64)>,
    emptied: bool,
) -> String {
    #[derive(Serialize)]
    struct Cache<'a> {
        name: &'a str,
        path: &'a Path,
        entries: usize,
        bytes: u64,
    }
    #[derive(Serialize)]
    struct Caches<'a> {
        caches: Vec<Cache<'a>>,
        emptied: bool,
    }
    let row = |(name, path, entries, bytes)| Cache { name, path, entries, bytes };
    document(Caches { caches: caches.into_iter().map(row).collect(), emptied })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_their_keys_and_format() {
        let lines = ["a".to_owned()];
        let log = LogRow { service: Some("db"), suite: None, path: Path::new("logs/db.log"), lines: &lines };
        for (text, key) in [
            (written(&["testyard.toml".into()]), "written"),
            (logs([log]), "logs"),
            (pruned(&["20261120-143022-k3f9".to_owned()], 7), "removed"),
            (caches([("venvs", Path::new("/c/venvs"), 2, 7)], false), "caches"),
        ] {
            let document: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(document["format"], 1);
            assert_eq!(document[key].as_array().map(Vec::len), Some(1), "{text}");
        }
    }
}

//! Paths with a `*` in them, such as `/usr/lib/postgresql/*/bin`.

use std::path::{Component, Path, PathBuf};

/// Every folder that the pattern names, sorted by name. A `*` stands for any part of one name.
pub(super) fn folders(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for component in pattern.components() {
        found = match component {
            Component::Normal(name) if name.to_string_lossy().contains('*') => {
                found.iter().flat_map(|folder| inside(folder, &name.to_string_lossy())).collect()
            }
            other => found.iter().map(|folder| folder.join(other)).collect(),
        };
    }
    found.retain(|folder| folder.is_dir());
    found
}

fn inside(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| star(pattern, name).is_some())
        .collect();
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// What the `*` of a pattern stands for in a name; nothing when the name does not match.
pub(super) fn star<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    let (before, after) = pattern.split_once('*')?;
    name.strip_prefix(before)?.strip_suffix(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_parts_of_names() {
        let check =
            |pattern: &str, name: &str, expected: Option<&str>| assert_eq!(star(pattern, name), expected);
        check("postgresql-*", "postgresql-16", Some("16"));
        check("postgresql-*-pgvector", "postgresql-16-pgvector", Some("16"));
        check("postgresql-*-pgvector", "postgresql-16", None);
        check("mariadb*", "mariadb", Some(""));
        check("redis", "redis", None);
    }

    #[test]
    fn folders_that_are_there() {
        let top = tempfile::tempdir().unwrap();
        for name in ["16/bin", "9.6/bin", "17"] {
            std::fs::create_dir_all(top.path().join(name)).unwrap();
        }
        let found = folders(&top.path().join("*/bin"));
        assert_eq!(found, [top.path().join("16/bin"), top.path().join("9.6/bin")]);
        assert!(folders(&top.path().join("no/*/bin")).is_empty());
    }
}

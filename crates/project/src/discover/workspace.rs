//! uv's workspaces: one lock for several projects, which lies above them.

use std::path::{Path, PathBuf};

use toml_edit::Document;

use super::listing::{Listing, upwards};

/// The lock of the workspace that a folder is a member of; the lock itself says which folders are.
pub(super) fn lock(root: &Path, listing: &Listing, member: &Path) -> Option<PathBuf> {
    let above = upwards(member).skip(1);
    let file = above.map(|folder| folder.join("uv.lock")).find(|file| listing.has(file))?;
    let text = std::fs::read_to_string(root.join(&file)).ok()?;
    let path = member.strip_prefix(file.parent()?).ok()?.to_str()?.to_owned();
    has_member(&text, &path).then_some(file)
}

/// Whether one of the locked packages is the project in that folder.
fn has_member(lock: &str, path: &str) -> bool {
    let Ok(document) = Document::parse(lock) else { return false };
    let packages = document.get("package").and_then(|packages| packages.as_array_of_tables());
    packages.into_iter().flatten().any(|package| {
        let source = package.get("source").and_then(|source| source.as_table_like());
        source.is_some_and(|source| {
            let at = |key: &str| source.get(key).and_then(|place| place.as_str());
            ["editable", "virtual"].into_iter().any(|key| at(key) == Some(path))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_that_the_lock_has_sources_of() {
        let lock = "version = 1\n[[package]]\nname = \"a\"\nsource = { editable = \"packages/a\" }\n\
                    [[package]]\nname = \"b\"\nsource = { virtual = \"b\" }\n\
                    [[package]]\nname = \"c\"\nsource = { registry = \"https://index\" }\n";
        for (path, expected) in [("packages/a", true), ("b", true), ("packages", false), ("c", false)] {
            assert_eq!(has_member(lock, path), expected, "{path}");
        }
        assert!(!has_member("not toml", "b"));
    }
}

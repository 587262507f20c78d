//! Finding programs on a `PATH`.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The first executable file of this name in the folders of `path` (as in the variable `PATH`). A name with a slash is
/// looked for where it says. Relative folders, which would depend on where the command is run, are passed over.
pub fn find(name: impl AsRef<OsStr>, path: &OsStr) -> Option<PathBuf> {
    find_all(name, path).next()
}

/// Every executable file of this name, in the order of `path`.
pub fn find_all(name: impl AsRef<OsStr>, path: &OsStr) -> impl Iterator<Item = PathBuf> {
    let name = PathBuf::from(name.as_ref());
    let folders = if name.components().count() > 1 { vec![PathBuf::new()] } else { absolute_folders(path) };
    folders.into_iter().map(move |folder| folder.join(&name)).filter(|file| is_executable(file))
}

/// The first executable file of this name on this process's own `PATH`.
pub fn here(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    find(name, &std::env::var_os("PATH").unwrap_or_default())
}

/// Whether this is a file that somebody may execute.
pub fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

fn absolute_folders(path: &OsStr) -> Vec<PathBuf> {
    std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_executable_files_count_and_the_first_wins() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
        for (place, name, mode) in [
            (&first, "plain", 0o644),
            (&second, "plain", 0o755),
            (&first, "tool", 0o755),
            (&second, "tool", 0o700),
        ] {
            std::fs::create_dir_all(place).unwrap();
            let file = place.join(name);
            std::fs::File::create(&file).unwrap().set_permissions(PermissionsExt::from_mode(mode)).unwrap();
        }
        std::fs::create_dir(first.join("folder")).unwrap();

        let path = std::env::join_paths([Path::new("."), &first, &second]).unwrap();
        let check = |name: &str, expected: Option<PathBuf>| assert_eq!(find(name, &path), expected, "{name}");
        check("plain", Some(second.join("plain")));
        check("tool", Some(first.join("tool")));
        check("folder", None);
        check("missing", None);
        check(first.join("tool").to_str().unwrap(), Some(first.join("tool")));
        assert_eq!(find_all("tool", &path).count(), 2);
    }
}

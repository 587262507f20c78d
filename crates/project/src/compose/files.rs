//! Where the text of a file comes from: the disk, or a set of files in memory for tests and fuzzing.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The largest file that is read, in bytes. Compose and environment files are some kilobytes.
const MAX_BYTES: u64 = 8 << 20;

/// A source of files.
#[derive(Debug)]
pub(crate) enum Files {
    /// The machine's.
    Disk,
    /// These, and no others.
    Memory(BTreeMap<PathBuf, String>),
}

impl Files {
    /// The text of a file, or why there is none. Only regular files are read: a device or a pipe never ends.
    pub(crate) fn read(&self, path: &Path) -> Result<String, String> {
        match self {
            Files::Memory(files) => {
                files.get(path).cloned().ok_or_else(|| "there is no such file".to_owned())
            }
            Files::Disk => {
                let metadata = std::fs::metadata(path).map_err(|error| plain(&error))?;
                if !metadata.is_file() {
                    return Err("it is not a regular file".to_owned());
                }
                if metadata.len() > MAX_BYTES {
                    return Err(format!("it is larger than {} MiB", MAX_BYTES >> 20));
                }
                let bytes = std::fs::read(path).map_err(|error| plain(&error))?;
                String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
            }
        }
    }

    /// Whether a file is there.
    pub(crate) fn has(&self, path: &Path) -> bool {
        match self {
            Files::Memory(files) => files.contains_key(path),
            Files::Disk => path.is_file(),
        }
    }
}

/// An error in words, without the number of the operating system.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it may not be read by this user".to_owned(),
        _ => error.to_string(),
    }
}

/// A path made absolute against a folder, `~` by the variable `HOME`, without `.` and `..`.
pub(crate) fn absolute(text: &str, folder: &Path, variables: &BTreeMap<String, String>) -> PathBuf {
    let home = variables.get("HOME").map(PathBuf::from);
    let path = match (text.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(text),
    };
    clean(&folder.join(path))
}

/// A path without `.` and `..`, by its text alone: links are not followed, as compose does not.
pub(crate) fn clean(path: &Path) -> PathBuf {
    let mut done = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if done.file_name().is_some() => {
                done.pop();
            }
            Component::ParentDir if done.has_root() => {}
            other => done.push(other),
        }
    }
    done
}

/// A path as messages name it: relative to the root where it lies inside it.
pub(crate) fn shown(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).ok().filter(|path| !path.as_os_str().is_empty()).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_absolute() {
        let home = BTreeMap::from([("HOME".to_owned(), "/home/me".to_owned())]);
        let check = |text: &str, expected: &str| {
            assert_eq!(absolute(text, Path::new("/p/q"), &home), Path::new(expected), "{text}");
        };
        check("./a", "/p/q/a");
        check("../a/./b", "/p/a/b");
        check("/x/../y", "/y");
        check("../../../..", "/");
        check("~/data", "/home/me/data");
        check("~", "/home/me");
        check("~other", "/p/q/~other");
        check("", "/p/q");
    }

    #[test]
    fn only_regular_files_are_read() {
        assert_eq!(Files::Disk.read(Path::new("/dev/null")), Err("it is not a regular file".to_owned()));
        assert_eq!(Files::Disk.read(Path::new("/no/such")), Err("there is no such file".to_owned()));
    }
}

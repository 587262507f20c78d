//! A folder of unpacked packages: making it fit to run from where it lies.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use testyard_sys::files;
use walkdir::WalkDir;

/// Parts that no program reads.
const USELESS: [&str; 5] =
    ["usr/share/doc", "usr/share/man", "usr/share/lintian", "usr/share/bug", "usr/share/info"];

/// Removes what no program reads and turns absolute symbolic links into ones that stay inside.
pub(super) fn settle(root: &Path) -> io::Result<()> {
    for part in USELESS {
        let part = root.join(part);
        if part.exists() {
            files::remove_tree(&part)?;
        }
    }
    for found in WalkDir::new(root) {
        let found = found?;
        if found.path_is_symlink() {
            turn_inwards(root, found.path())?;
        }
    }
    Ok(())
}

fn turn_inwards(root: &Path, link: &Path) -> io::Result<()> {
    let target = std::fs::read_link(link)?;
    let Ok(inside) = target.strip_prefix("/") else { return Ok(()) };
    // A link to something that was not unpacked may still be right on this machine.
    if root.join(inside).symlink_metadata().is_err() {
        return Ok(());
    }
    let depth = link.strip_prefix(root).map_or(0, |relative| relative.components().count().saturating_sub(1));
    let upwards: PathBuf = std::iter::repeat_n("..", depth).collect();
    std::fs::remove_file(link)?;
    std::os::unix::fs::symlink(upwards.join(inside), link)
}

/// The folders that hold shared libraries: those of the architecture, and the ones below where alternatives lie.
pub(in crate::binaries) fn library_folders(root: &Path) -> Vec<PathBuf> {
    let mut folders = BTreeSet::new();
    for top in ["usr/lib", "lib"] {
        // `usr/lib/<architecture>/<alternative>/libx.so.1`: four levels below the top.
        for found in WalkDir::new(root.join(top)).min_depth(2).max_depth(3).into_iter().filter_map(Result::ok)
        {
            let name = found.file_name().to_string_lossy();
            let architecture = found.path().ancestors().skip(1).any(|folder| {
                folder.file_name().is_some_and(|name| name.to_string_lossy().contains("-linux-gnu"))
            });
            if architecture
                && name.starts_with("lib")
                && name.contains(".so.")
                && let Some(folder) = found.path().parent()
            {
                folders.insert(folder.to_owned());
            }
        }
    }
    folders.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(links: &[(&str, &str)], plain: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in plain {
            let file = root.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::File::create(file).unwrap();
        }
        for (link, target) in links {
            let link = root.path().join(link);
            std::fs::create_dir_all(link.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(target, link).unwrap();
        }
        root
    }

    #[test]
    fn absolute_links_stay_inside_when_their_target_is() {
        let root = root(
            &[("usr/bin/erl", "/usr/lib/erlang/erl"), ("usr/bin/sh", "/bin/sh"), ("usr/bin/x", "erl")],
            &["usr/lib/erlang/erl", "usr/share/doc/a"],
        );
        settle(root.path()).unwrap();
        let check = |link: &str, target: &str| {
            assert_eq!(std::fs::read_link(root.path().join(link)).unwrap(), Path::new(target));
        };
        check("usr/bin/erl", "../../usr/lib/erlang/erl");
        check("usr/bin/sh", "/bin/sh");
        check("usr/bin/x", "erl");
        assert!(!root.path().join("usr/share/doc").exists());
    }

    #[test]
    fn folders_of_libraries() {
        let root = root(
            &[],
            &[
                "usr/lib/x86_64-linux-gnu/libwrap.so.0",
                "usr/lib/x86_64-linux-gnu/blas/libblas.so.3",
                "usr/lib/postgresql/16/lib/plpgsql.so",
                "lib/x86_64-linux-gnu/notes.txt",
            ],
        );
        let expected =
            ["usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/blas"].map(|f| root.path().join(f));
        assert_eq!(library_folders(root.path()), expected);
    }
}
